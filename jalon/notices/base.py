"""What every notice is: a class that holds codes and numbers, and finds the words when somebody reads it.

A package writes its own in its `notices.py`:

    @dataclass(frozen=True, kw_only=True)
    class ChapterSentBack(MessageWaits):
        kind: ClassVar[str] = "reviews.chapter_sent_back"
        chapter: str

        def title(self) -> str:
            return gettext("Chapitre à modifier : %(chapter)s") % {"chapter": self.chapter}

        def path(self) -> str:
            return f"/candidatures/{self.application_number}/messages"

The mail of a notice says that something waits and where, and nothing of what it is. The exceptions (reminder
of a date, invitation to sign, one-time code) register a renderer, which runs when the mail is sent: so no
secret ever lies in the outbox.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self

from django.conf import settings
from django.utils.translation import get_language, gettext

from jalon.core.canonical import canonical_json
from jalon.core.typography import french_spaces

Params = Mapping[str, Any]
# (subject, text), in the language that is active; None when there is nothing left to say.
MailRenderer = Callable[[Params], tuple[str, str] | None]
R = MailRenderer

MAX_PARAM_LENGTH = 200

_notices: dict[str, type["NoticeText"]] = {}
_renderers: dict[str, MailRenderer] = {}


@dataclass(frozen=True, kw_only=True)
class NoticeText:
    """The words of one kind of notice. Fields are codes, numbers, ISO dates, names of things."""

    kind: ClassVar[str] = ""
    mails: ClassVar[bool] = False

    application_number: str = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__dict__.get("kind"):
            return  # a base for others
        known = _notices.get(cls.kind)
        if known is not None and known.__qualname__ != cls.__qualname__:
            raise ValueError(f"Two notices are called {cls.kind}: {known} and {cls}")
        _notices[cls.kind] = cls

    def title(self) -> str:
        """One line in the reader's language."""
        raise NotImplementedError

    def path(self) -> str:
        """Where it leads, from the root of Jalon."""
        raise NotImplementedError

    def mail_subject(self) -> str:
        return gettext("%(brand)s : une information vous attend") % {"brand": brand()}

    def mail_sentence(self) -> str:
        return gettext("Une nouvelle information vous attend dans %(brand)s.") % {"brand": brand()}

    def params(self) -> str:
        """What is kept of it, as canonical JSON."""
        kept = asdict(self)
        del kept["application_number"]
        check_params(self.kind, kept)
        return canonical_json(kept)

    @classmethod
    def restore(cls, params: str, application_number: str) -> Self:
        """From what was kept, by this version or an older one (fields that are gone are forgotten)."""
        known = {field.name for field in fields(cls)}
        kept = {name: value for name, value in json.loads(params).items() if name in known}
        return cls(**{**kept, "application_number": application_number})


class MessageWaits(NoticeText):
    """A notice about a message in the internal messaging; its mail has the guide's words and no others."""

    mails: ClassVar[bool] = True

    def mail_subject(self) -> str:
        return gettext("%(brand)s : un nouveau message vous attend") % {"brand": brand()}

    def mail_sentence(self) -> str:
        return gettext("Un nouveau message est disponible dans la messagerie interne de %(brand)s.") % {
            "brand": brand()
        }


def brand() -> str:
    return str(settings.ENVIRONMENT.brand_name)


def in_readers_language(french: str, english: str) -> str:
    """The name of a thing of the programme; in French where it has no English one."""
    reads_english = (get_language() or "fr").startswith("en")
    return (english if reads_english else "") or french_spaces(french)


def address(path: str) -> str:
    """The full address of a page of Jalon."""
    return f"{settings.BASE_URL}{path}"


def mail_renderer(kind: str) -> Callable[[R], R]:
    """Register the words of a mail that says more than "something waits".

    The function gets the parameters of the mail and answers (subject, text), or None when the mail has become
    pointless. It runs at sending time, in the recipient's language, and may read the database.
    """

    def register(function: R) -> R:
        known = _renderers.get(kind)
        if known is not None and getattr(known, "__qualname__", "") != getattr(function, "__qualname__", ""):
            raise ValueError(f"Two renderers for mails of the kind {kind}")
        _renderers[kind] = function
        return function

    return register


def has_mail_words(kind: str) -> bool:
    return kind in _renderers or kind in _notices


def notice_class(kind: str) -> type[NoticeText] | None:
    return _notices.get(kind)


def notice_kinds() -> list[str]:
    return sorted(_notices)


def mail_words(kind: str, params: Params) -> tuple[str, str] | None:
    """Subject and text of a mail, in the active language."""
    if kind in _renderers:
        return _renderers[kind](params)
    kept = dict(params)
    number = kept.pop("application_number", "")
    notice = _notices[kind].restore(canonical_json(kept), number)
    return notice.mail_subject(), f"{notice.mail_sentence()}\n\n{address(notice.path())}"


def check_params(kind: str, params: Params) -> None:
    """Codes, numbers, dates as text, names: nothing nested, nothing long enough to be a message."""
    for name, value in params.items():
        if value is not None and not isinstance(value, str | int | bool):
            raise TypeError(
                f"{kind}.{name} must be plain text, a number or a truth value, not {type(value).__name__}"
            )
        if isinstance(value, str) and len(value) > MAX_PARAM_LENGTH:
            raise ValueError(
                f"{kind}.{name} is longer than {MAX_PARAM_LENGTH} characters: is it somebody's text?"
            )
