"""PDF: the browser's own viewer in a frame; where it has none, two links."""

from jalon.web.viewers.shown import Source


def content(_source: Source) -> None:
    return None
