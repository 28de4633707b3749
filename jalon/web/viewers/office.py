"""Documents of an office: their properties and their words; their looks need their own program."""

from datetime import datetime
from typing import Any

from jalon.documents.previews.running import read
from jalon.web.components.times import paris
from jalon.web.viewers.shown import Source

PROPERTIES = ("title", "author", "changed_by", "created", "changed")


def content(source: Source) -> dict[str, Any]:
    with source.open() as file:
        said = read(file, "office")
    found = said["properties"]
    for name in ("created", "changed"):
        if name in found:
            found[name] = _instant(found[name])
    return {**said, "properties": {name: found.get(name) for name in PROPERTIES}}


def _instant(text: str) -> str:
    """For people; as the program wrote it where that is no date."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return paris(found) if found.tzinfo else text
