"""Reads pages and sends their forms as a browser does: same fields, same tokens, same session.

For the long middle of a path, where a person would click the same thing a hundred times. The transport is either a
real browser's own requests (`BrowserTransport`) or plain HTTP (`HttpTransport`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urljoin

import requests
from lxml import html as lxml_html
from urllib3 import encode_multipart_formdata


@dataclass(frozen=True)
class Reply:
    status: int
    url: str
    text: str


class Transport(Protocol):
    def get(self, url: str) -> Reply: ...

    def post(self, url: str, body: bytes, content_type: str, referer: str, *, follow: bool) -> Reply: ...


class HttpTransport:
    """Plain HTTP with a session."""

    def __init__(self) -> None:
        self.session = requests.Session()

    def get(self, url: str) -> Reply:
        answer = self.session.get(url, timeout=60)
        return Reply(answer.status_code, answer.url, answer.text)

    def post(self, url: str, body: bytes, content_type: str, referer: str, *, follow: bool) -> Reply:
        headers = {"Content-Type": content_type, "Referer": referer}
        answer = self.session.post(url, data=body, headers=headers, timeout=120, allow_redirects=follow)
        return Reply(answer.status_code, answer.url, answer.text)


class BrowserTransport:
    """The requests of a browser context: its cookies, its sign-in."""

    def __init__(self, context: Any) -> None:
        self.context = context

    def get(self, url: str) -> Reply:
        answer = self.context.request.get(url, timeout=60_000)
        return Reply(answer.status, answer.url, answer.text())

    def post(self, url: str, body: bytes, content_type: str, referer: str, *, follow: bool) -> Reply:
        headers = {"Content-Type": content_type, "Referer": referer}
        answer = self.context.request.post(
            url, data=body, headers=headers, timeout=120_000, max_redirects=20 if follow else 0
        )
        return Reply(answer.status, answer.url, answer.text())


@dataclass
class Form:
    """A form of a page, with the values that a browser would send."""

    page: "Page"
    element: Any
    added: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def action(self) -> str:
        return urljoin(self.page.url, self.element.get("action") or self.page.url)

    @property
    def inputs(self) -> list[Any]:
        return [e for e in self.element.iter("input", "select", "textarea") if e.get("name")]

    def fill(self, values: Mapping[str, Any]) -> "Form":
        """Set fields by name; lists tick several boxes."""
        for name, value in values.items():
            if not any(e.get("name") == name for e in self.inputs):
                raise AssertionError(f"no field {name} in the form of {self.page.url}")
            self.added = [(n, v) for n, v in self.added if n != name]
            self.added += [(name, v) for v in (value if isinstance(value, list) else [value])]
        return self

    def attach(self, name: str, filename: str, data: bytes) -> "Form":
        self.added.append((name, (filename, data, "application/octet-stream")))
        return self

    def send(self, button: tuple[str, str] | None = None) -> "Page":
        """Send it, and go where it leads; `button` is the (name, value) of the button pressed."""
        return self.page.client.post(self.action, self._values(button), self.page.url)

    def send_only(self) -> None:
        """Send it, sure that it was taken, without a look at the page that follows."""
        self.page.client.post_only(self.action, self._values(None), self.page.url)

    def _values(self, button: tuple[str, str] | None) -> list[tuple[str, Any]]:
        replaced = {name for name, _value in self.added}
        values = [(n, v) for n, v in self.element.form_values() if n not in replaced]
        return values + self.added + ([button] if button else [])


class Page:
    def __init__(self, client: "Client", reply: Reply) -> None:
        self.client, self.status, self.url, self.text = client, reply.status, reply.url, reply.text
        self.tree = lxml_html.fromstring(reply.text or "<html></html>")

    @property
    def words(self) -> str:
        return " ".join(self.tree.text_content().split())

    def form(self, ending: str) -> Form:
        """The form whose action ends so."""
        found = [
            f for f in self.tree.iter("form") if (f.get("action") or self.url).split("?")[0].endswith(ending)
        ]
        if not found:
            actions = [f.get("action") for f in self.tree.iter("form")]
            raise AssertionError(
                f"no form ending in {ending} on {self.url} ({self.status}): {actions}\n{self.words[:1500]}"
            )
        return Form(self, found[0])

    def has_form(self, ending: str) -> bool:
        return any(
            (f.get("action") or self.url).split("?")[0].endswith(ending) for f in self.tree.iter("form")
        )

    def links(self, containing: str) -> list[str]:
        """Addresses of the page's links that contain a text, in order, once each."""
        found = [urljoin(self.url, a.get("href")) for a in self.tree.iter("a") if a.get("href")]
        return list(dict.fromkeys(u for u in found if containing in u))


class Client:
    def __init__(self, base: str, transport: Transport) -> None:
        self.base, self.transport = base, transport

    def get(self, address: str) -> Page:
        page = Page(self, self.transport.get(urljoin(self.base, address)))
        assert page.status == 200, f"{address}: {page.status}\n{page.words[:1500]}"
        return page

    def post(self, url: str, values: Iterable[tuple[str, Any]], referer: str) -> Page:
        page = self._posted(url, values, referer, follow=True)
        assert page.status == 200, f"POST {url}: {page.status}\n{page.words[:2500]}"
        return page

    def post_only(self, url: str, values: Iterable[tuple[str, Any]], referer: str) -> None:
        page = self._posted(url, values, referer, follow=False)
        assert page.status in (302, 303), f"POST {url}: {page.status}\n{page.words[:2500]}"

    def _posted(self, url: str, values: Iterable[tuple[str, Any]], referer: str, *, follow: bool) -> Page:
        fields = [(name, value if isinstance(value, tuple) else str(value)) for name, value in values]
        body, content_type = encode_multipart_formdata(fields)
        return Page(self, self.transport.post(url, body, content_type, referer, follow=follow))
