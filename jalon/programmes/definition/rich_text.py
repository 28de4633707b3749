"""Texts of workbooks: some are HTML, some are plain and hold things that only look like tags ("<nom>")."""

import html
import re

import nh3

_TAGS = frozenset({
    "a", "b", "blockquote", "br", "caption", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol",
    "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
})  # fmt: skip
# Known to HTML, taken out: their text stays, but for scripts and styles.
_DROPPED = (
    "div",
    "span",
    "font",
    "h1",
    "h2",
    "img",
    "script",
    "style",
    "iframe",
    "svg",
    "form",
    "input",
    "body",
    "html",
)
_KNOWN = "|".join(sorted((*_TAGS, *_DROPPED), key=len, reverse=True))
_REAL_TAG = re.compile(rf"</?(?:{_KNOWN})(?:\s[^<>]*|/)?>|<!--", re.IGNORECASE)
_FALSE_TAG = re.compile(rf"<(?!/?(?:{_KNOWN})(?:\s[^<>]*|/)?>|!--)", re.IGNORECASE)
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_HARMLESS = nh3.Cleaner(
    tags=set(_TAGS),
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    url_schemes={"https"},
    link_rel="noopener noreferrer",
)
_BARE = nh3.Cleaner(tags=set())
_BREAKS = re.compile(r"<br\s*/?>|</(?:p|li|tr|div|h[1-6]|ul|ol|table)>", re.IGNORECASE)
_ITEM = re.compile(r"<li[^>]*>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\xa0]+")
_EMPTY_LINE = re.compile(r"\n\s*\n")
_EMPTY_LINES = re.compile(r"\n{3,}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def sanitised(text: str) -> str:
    """`text` as harmless HTML. Nothing that was meant to be read is lost: `<nom>` becomes `&lt;nom&gt;`."""
    text = _clean(text)
    if not _has_tags(text):
        paragraphs = [part for part in _EMPTY_LINE.split(text) if part.strip()]
        return "".join(f"<p>{_escaped(part.strip())}</p>" for part in paragraphs)
    cleaned: str = _HARMLESS.clean(_FALSE_TAG.sub("&lt;", text))
    cleaned = cleaned.strip()
    return cleaned if not cleaned or _REAL_TAG.search(cleaned) else f"<p>{cleaned}</p>"


def _escaped(text: str) -> str:
    """As the sanitiser itself would write it: cleaning twice changes nothing."""
    return "<br>".join(html.escape(text, quote=False).replace("\xa0", "&nbsp;").splitlines())


def plain_text(text: str) -> str:
    """`text` without markup, line by line."""
    text = _clean(text)
    if _has_tags(text):
        text = _BREAKS.sub("\n", _ITEM.sub("- ", _FALSE_TAG.sub("&lt;", text)))
        text = html.unescape(_BARE.clean(text))
    lines = [_SPACES.sub(" ", line).strip() for line in text.splitlines()]
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _has_tags(text: str) -> bool:
    return "<" in text and _REAL_TAG.search(text) is not None


def _clean(text: str) -> str:
    if text.isprintable():  # one line, nothing hidden
        return text.replace("_x000D_", "")
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", ""))


class Texts:
    """Both forms, each made once: the same statement stands in every row of a requirement."""

    def __init__(self) -> None:
        self.as_html: dict[str, str] = {}
        self.as_plain: dict[str, str] = {}

    def html(self, text: str) -> str:
        if text not in self.as_html:
            self.as_html[text] = sanitised(text)
        return self.as_html[text]

    def plain(self, text: str) -> str:
        if text not in self.as_plain:
            self.as_plain[text] = plain_text(text)
        return self.as_plain[text]
