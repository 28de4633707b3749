"""/candidatures/<number>/changements: what changed for this file, as vendors know it (R2); chips on slots."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from jalon.applications.models import Application, Part
from jalon.evidence.models import ProofItem, Slot
from jalon.programmes.definition.compiled import Item
from jalon.programmes.definition.diff.words import Span, marks
from jalon.programmes.definition.rich_text import plain_text
from jalon.programmes.definition.schema import Text
from jalon.programmes.queries import compiled
from jalon.reviews.models import Move
from jalon.reviews.queries.move_notices import MoveNotice, NamedItem, TextChange, move_notice
from jalon.reviews.queries.moves import former_items, is_undone, moves_of
from jalon.reviews.rules.moves import from_report
from jalon.reviews.states import MoveKind
from jalon.web.access import standing_in
from jalon.web.paging import page_of
from jalon.web.vendor.chapters import chapter_address
from jalon.web.vendor.frame import address, application_page, crumbs_of, declaration_address, frame

# list → (one of them, what to do, icon, tone)
LISTS: Mapping[str, tuple[str | Promise, str | Promise, str, str]] = {
    "add": (gettext_lazy("Nouvelle preuve"), gettext_lazy("À déposer"), "add-line", "info"),
    "requalify": (
        gettext_lazy("À requalifier"),
        gettext_lazy("À confirmer telle quelle, ou à remplacer"),
        "refresh-line",
        "req",
    ),
    "redo": (
        gettext_lazy("À remplacer"),
        gettext_lazy("À remplacer : une nouvelle preuve est attendue"),
        "upload-2-line",
        "fix",
    ),
    "back": (
        gettext_lazy("Demandée à nouveau"),
        gettext_lazy("À vérifier : demandée à nouveau, avec ce qui avait été donné"),
        "history-line",
        "req",
    ),
    "reread": (gettext_lazy("Texte changé"), gettext_lazy("Texte changé, rien à refaire"), "eye-line", "off"),
    "drop": (
        gettext_lazy("N’est plus demandée"),
        gettext_lazy("Plus demandée, conservée au dossier"),
        "subtract-line",
        "off",
    ),
    "kept": (gettext_lazy("Verdict conservé"), gettext_lazy("Verdict conservé"), "check-line", "ok"),
}
_TEXTS: Mapping[str, str | Promise] = {
    "statement": gettext_lazy("Énoncé"),
    "scenario": gettext_lazy("Scénario"),
    "proof": gettext_lazy("Preuve"),
}
# Which lists are told on a slot; of the last two its state says the word.
ON_A_SLOT = ("add", "redo", "reread", "requalify", "back")
_SAID_BY_STATE = ("requalify", "back")


@dataclass(frozen=True)
class SlotLine:
    """One of the file's own proofs; without an address once it is no longer asked."""

    code: str
    title: Text
    chapter: Text
    url: str


@dataclass(frozen=True)
class SlotList:
    name: str
    words: str
    icon: str
    tone: str
    lines: tuple[SlotLine, ...]


@dataclass(frozen=True)
class ShownText:
    label: str
    code: str
    old: tuple[Span, ...]
    new: tuple[Span, ...]


@dataclass(frozen=True)
class ShownRequirement:
    code: str
    title: Text
    was: tuple[str, ...]
    texts: tuple[ShownText, ...]


@application_page
@require_safe
def changes(request: HttpRequest, application: Application) -> HttpResponse:
    """Every move of this file, the latest first."""
    page = page_of(request, moves_of(application))
    moves = [(move, address(application, "changements", str(move.n)), is_undone(move)) for move in page]
    context = {
        **frame(application),
        "crumbs": crumbs_of(application, (_("Changements"), "")),
        "page": page,
        "moves": moves,
    }
    return render(request, "vendor/changes.html", context)


@application_page
@require_safe
def change(request: HttpRequest, application: Application, n: int) -> HttpResponse:
    """One notice: what changes, what it implies, when, what to do, the new texts."""
    told = move_notice(application, n)
    context = {
        **frame(application),
        "crumbs": crumbs_of(
            application,
            (_("Changements"), address(application, "changements")),
            (_("Changement n° %(n)s") % {"n": n}, ""),
        ),
        "told": told,
        "move": told.move,
        "is_revision": told.move.kind == MoveKind.REVISION,
        "lists": _lists(application, told.implies, tuple(LISTS)),
        "to_do": _lists(application, told.to_do, ("add", "requalify", "redo", "back")),
        "profiles_gone": _profile_names(told),
        "requirements": [_requirement(one) for one in told.requirements],
        "chapters_url": address(application, "preuves"),
        "declaration_url": declaration_address(standing_in(request), application),
    }
    return render(request, "vendor/change.html", context)


def _lists(
    application: Application, told: Mapping[str, Sequence[NamedItem]], names: Sequence[str]
) -> list[SlotList]:
    now = compiled(application.revision).items
    return [
        SlotList(
            name,
            str(LISTS[name][1]),
            LISTS[name][2],
            LISTS[name][3],
            tuple(_line(application, item, now) for item in told[name]),
        )
        for name in names
        if told.get(name)
    ]


def _line(application: Application, item: NamedItem, now: Mapping[str, Item]) -> SlotLine:
    found = now.get(item.key)
    url = slot_address(application, found) if found else ""
    return SlotLine(item.code, item.title, item.chapter.title, url)


def slot_address(application: Application, item: Item) -> str:
    base = chapter_address(application, item.chapter.key)
    return f"{base}?exigence={item.requirement.code}#slot-{item.key}"


def _profile_names(told: MoveNotice) -> list[Text]:
    known = compiled(told.move.from_revision).profiles
    return [known[key].label for key in told.profiles_gone if key in known]


def _requirement(one: Any) -> ShownRequirement:
    return ShownRequirement(one.code, one.title, one.was, tuple(_text(text) for text in one.texts))


def _text(change: TextChange) -> ShownText:
    spans = marks(plain_text(change.before), plain_text(change.after))
    return ShownText(
        str(_TEXTS[change.kind]),
        change.code,
        tuple(s for s in spans if s.op != "insert"),
        tuple(s for s in spans if s.op != "delete"),
    )


# --- On the page of a chapter ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class SlotMark:
    """What the last move did to one slot."""

    word: str
    icon: str
    tone: str
    url: str


@dataclass(frozen=True)
class ChapterChanges:
    """What the last move that still holds did in a chapter. `dropped`: (code, title, pieces kept)."""

    marks: Mapping[str, SlotMark] = field(default_factory=dict)
    dropped: tuple[tuple[str, Text | str, int], ...] = ()
    url: str = ""


def chapter_changes(application: Application, part: Part | None) -> ChapterChanges:
    """Four queries at most, whatever the file holds; one for a file that never moved."""
    rows = Move.objects.filter(application=application, undone=None).order_by("-n")
    last = rows.select_related("from_revision", "to_revision").defer("before").first()
    if last is None or part is None:
        return ChapterChanges()
    made, url = from_report(json.loads(last.report)), address(application, "changements", str(last.n))
    found = {
        key: SlotMark(
            "" if name in _SAID_BY_STATE else str(LISTS[name][0]), LISTS[name][2], LISTS[name][3], url
        )
        for name in ON_A_SLOT
        for key in getattr(made, name)
    }
    kept = Slot.objects.filter(part=part, asked=False).values_list("pk", "item_key")
    pieces: dict[int, int] = {}
    for slot in ProofItem.objects.filter(
        proof__slot__in=[pk for pk, _key in kept], proof__superseded_at=None
    ).values_list("proof__slot", flat=True):
        pieces[slot] = pieces.get(slot, 0) + 1
    before = compiled(last.from_revision).items
    older = former_items({application.pk: [key for _pk, key in kept if key not in before]})
    dropped = tuple(
        (*_name(before.get(key) or older.get((application.pk, key)), key), pieces.get(pk, 0))
        for pk, key in kept
    )
    return ChapterChanges(found, dropped, url)


def _name(item: Item | None, key: str) -> tuple[str, Text | str]:
    return (item.proof.code or item.requirement.code, item.requirement.title) if item else (key, "")


urls = [
    path("candidatures/<str:number>/changements", changes, name="changes"),
    path("candidatures/<str:number>/changements/<key:n>", change, name="change"),
]
