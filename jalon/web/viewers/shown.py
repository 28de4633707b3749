"""What every viewer takes and gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.http import urlencode

from jalon.documents.models import Document
from jalon.documents.queries import open_document
from jalon.web.keys import whole

MOST_PAGES = 1_000_000
SEARCH = ("q", "page")  # what a search within a file replaces in the address


@dataclass(frozen=True)
class Source:
    """A file that this reader may open: `url` serves its bytes, `page_url` shows it, asked with these parameters."""

    document: Document
    url: str
    page_url: str
    asked: Mapping[str, str]

    def open(self) -> BinaryIO:
        return open_document(self.document)

    @property
    def page(self) -> int:
        return self.number("page")

    def number(self, name: str) -> int:
        """A number of the address, from 1."""
        return min(max(whole(self.asked.get(name), 1), 1), MOST_PAGES)


@dataclass(frozen=True)
class Shown:
    """What stands in the page. `viewer`: its name, and that of its template; `content`: what the template shows.

    `forms`: the ways to read the same file, (key, current); the first is the viewer's own.
    """

    viewer: str
    source: Source
    content: Any
    note: str = ""
    forms: tuple[tuple[str, bool], ...] = ()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What else the address says, for a form that searches within the file."""
        return [(name, value) for name, value in self.source.asked.items() if name not in SEARCH]

    def address(self, **changes: Any) -> str:
        """The page again, with some parameters changed; None takes one out."""
        asked = {**self.source.asked, **changes}
        query = urlencode({name: value for name, value in asked.items() if value not in (None, "")})
        return f"{self.source.page_url}?{query}" if query else self.source.page_url

    @property
    def template(self) -> str:
        return f"viewers/{self.viewer}.html"


Viewer = Callable[[Source], Any]  # → what its template calls `content`
