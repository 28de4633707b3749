"""Pictures: fitted to the page, or enlarged by key, button and address."""

from dataclasses import dataclass

from jalon.web.viewers.shown import Source

FIT = "fit"
STEPS = ("50", "100", "150", "200", "300", "400")


@dataclass(frozen=True)
class Image:
    """`zoom`: "fit", or per cent of the picture's own size."""

    zoom: str
    smaller: str
    larger: str


def content(source: Source) -> Image:
    asked = source.asked.get("zoom", FIT)
    zoom = asked if asked in STEPS else FIT
    here = STEPS.index(zoom) if zoom in STEPS else STEPS.index("100")
    smaller = STEPS[max(here - 1, 0)] if zoom != FIT else STEPS[0]
    larger = STEPS[min(here + 1, len(STEPS) - 1)] if zoom != FIT else STEPS[here]
    return Image(zoom, smaller, larger)
