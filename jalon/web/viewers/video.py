"""Films: the browser's own player, sought by ranges; its speed by key and button."""

from dataclasses import dataclass

from jalon.web.viewers.shown import Source

SPEEDS = ("0.5", "1", "1.5", "2", "4")


@dataclass(frozen=True)
class Video:
    speeds: tuple[str, ...]


def content(_source: Source) -> Video:
    return Video(SPEEDS)
