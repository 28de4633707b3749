"""Films: the browser's own player, sought by ranges; its speed by key and button."""

from dataclasses import dataclass

from jalon.web.viewers.shown import Source

SPEEDS = (0.5, 1.0, 1.5, 2.0, 4.0)


@dataclass(frozen=True)
class Video:
    speeds: tuple[float, ...]  # times the pace at which it was taken


def content(_source: Source) -> Video:
    return Video(SPEEDS)
