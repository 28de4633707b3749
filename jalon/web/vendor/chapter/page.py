"""The page of a chapter: its requirements, and the slots of the one in focus."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from jalon.applications.models import Application, Part
from jalon.applications.queries import definition_for, parts_of
from jalon.applications.queries.dates import WITH_VENDOR
from jalon.applications.states import CHAPTER_OPEN_TO_VENDOR, ApplicationState, PartKind
from jalon.core import clock
from jalon.core.text import holds_words
from jalon.evidence.queries import SlotView, chapter_key, chapter_requirements, choices_left, slot_views
from jalon.evidence.queries.judged import Blocked, blocked_pieces
from jalon.evidence.queries.platforms import owner_of
from jalon.evidence.states import SlotState
from jalon.programmes.definition.applicability import RequirementResult
from jalon.programmes.definition.schema import Chapter, Definition
from jalon.reviews.queries import pieces_obstacle, submission_obstacle
from jalon.reviews.queries.dates import Awaited, awaited_checks
from jalon.reviews.queries.library import accepted_before
from jalon.uploads.models import Upload
from jalon.uploads.queries import Progress, under_way, uploads_by_slot
from jalon.uploads.queries.many import waiting_for_a_place
from jalon.uploads.rules import CHUNK
from jalon.web.access import standing_in
from jalon.web.answers import explained
from jalon.web.vendor.changes import chapter_changes
from jalon.web.vendor.chapter.choices import panels
from jalon.web.vendor.chapter.slots import SETTLED, Typed, scenarios, slot_cards
from jalon.web.vendor.chapters import (
    chapter_address,
    coming_words,
    counts_of,
    counts_words,
    may_recall,
    submit_label,
)
from jalon.web.vendor.frame import (
    address,
    application_page,
    chapter_date,
    crumbs_of,
    frame,
    many_address,
    many_list_address,
    questionnaire_title,
)

# What a requirement shows in the list: the state of its slots that matters most to the vendor.
_WORST_FIRST = (
    SlotState.TO_MODIFY,
    SlotState.TO_REQUALIFY,
    SlotState.TO_DEPOSIT,
    SlotState.DEPOSITED,
    SlotState.NA_REQUESTED,
    SlotState.SUBMITTED,
    SlotState.NA_ACCEPTED,
    SlotState.CONFORMING,
)


@dataclass(frozen=True)
class Row:
    """One requirement in the list at the left."""

    result: RequirementResult
    code: str
    url: str
    current: bool
    state: str  # of its slots; "" when it expects no proof
    to_choose: bool  # which proofs it expects depends on a choice that is still to be made
    conform: int
    expected: int


@application_page
@require_safe
def chapter(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """The chapter. `exigence` in the address names the requirement in focus."""
    return chapter_page(request, application, key, request.GET.get("exigence", ""), Typed(), 200)


def chapter_page(
    request: HttpRequest, application: Application, key: str, code: str, typed: Typed, status: int
) -> HttpResponse:
    definition = definition_for(application)
    chapter, part = chapter_and_part(application, definition, key)
    requirements = [r for r in chapter_requirements(application, key) if r.verdict.applies]
    if not requirements:
        raise Http404
    views = slot_views(application, key) if part else []
    focus = _focus(requirements, views, code)
    rows = [_row(application, key, r, views, focus) for r in requirements]
    here = next(n for n, row in enumerate(rows) if row.current)
    url = chapter_address(application, key)
    moved = chapter_changes(application, part)
    uploads = uploads_by_slot(standing_in(request), application)
    shown = _of(focus, views)
    accepted = accepted_before(standing_in(request), application, [i for view in shown for i in view.items])
    slots = slot_cards(application, part, definition, shown, typed, moved.marks, uploads, accepted)
    shared = frame(application, next(s.key for s in definition.steps if s.kind == "proofs"))
    context = {
        **shared,
        "next_date": chapter_date(application, part, shared["next_date"]),
        "crumbs": crumbs_of(
            application,
            (questionnaire_title(definition), address(application, "preuves")),
            (chapter.title, ""),
        ),
        "chapter": chapter,
        "part": part,
        "counts": counts_of(part) if part else None,
        "counts_words": counts_words(part) if part else "",
        "rows": _found(rows, request.GET.get("mot", "")),
        "mot": request.GET.get("mot", "")[:100],
        "focus": focus,
        "reason": explained(definition, focus.verdict),
        "scenarios": scenarios(focus, slots),
        "choices": panels(application, focus) if part else [],
        "not_due": [
            (p, explained(definition, p.verdict))
            for p in focus.proofs
            if not (p.verdict.applies or p.verdict.why == "to_choose")
        ],
        "not_applicable": [
            (r, explained(definition, r.verdict))
            for r in chapter_requirements(application, key)
            if not r.verdict.applies
        ],
        "previous": rows[here - 1].url if here else "",
        "next": rows[here + 1].url if here + 1 < len(rows) else "",
        "list_url": address(application, "preuves"),
        "many_url": many_address(standing_in(request), application),
        "many_list_url": many_list_address(application),
        "waiting": waiting_for_a_place(standing_in(request), application),
        "chapter_url": url,
        "deposit_url": f"{url}/preuves",
        "reuse_url": address(application, "reutiliser"),
        "uploads_url": address(application, "envois"),
        "here_url": focused_address(application, key, focus.requirement.code),
        "blank_upload": Progress(Upload(size=1), 0),
        "chunk": CHUNK,
        "max_items": definition.max_items_per_slot,
        "dropped": moved.dropped,
        "changes_url": moved.url,
        "submit": _submit(
            application,
            part,
            blocked_pieces(definition, views, owner_of(application), clock.now()),
            _coming(application, views),
        ),
        "awaited": _awaited(application, part),
        "may_recall": part is not None and may_recall(application, part),
        "alert": typed.alert,
        "errors": [(f"slot-{slot}", message) for slot, said in typed.errors.items() for message in said],
    }
    return render(request, "vendor/chapter.html", context, status=status)


def chapter_and_part(
    application: Application, definition: Definition, key: str
) -> tuple[Chapter, Part | None]:
    """The part is None for a chapter whose requirements expect no proof at all."""
    chapter = next((c for c in definition.chapters if c.key == key), None)
    parts = parts_of(application, PartKind.CHAPTER)
    if chapter is None or not parts:
        raise Http404
    return chapter, parts.get(f"chapter:{key}")


def _submit(
    application: Application, part: Part | None, blocked: list[Blocked], coming: int
) -> dict[str, Any] | None:
    """The button at the head: label, and the reason under it when it cannot work yet."""
    if (
        part is None
        or part.state not in CHAPTER_OPEN_TO_VENDOR
        or application.state != ApplicationState.ELIGIBLE
    ):
        return None
    left = len(choices_left(application, chapter_key(part)))
    reason = submission_obstacle(part, left) or pieces_obstacle(blocked)
    return {
        "label": submit_label(part),
        "reason": reason,
        "round": part.round,
        "files": coming,
        "coming": coming_words(coming),
    }


def _coming(application: Application, views: Iterable[SlotView]) -> int:
    files = under_way(application)
    return sum(files[view.key] for view in views)


def _awaited(application: Application, part: Part | None) -> Awaited | None:
    """Whether a date waits for the check of files. One query, unless some are checked."""
    if part is None or part.state not in WITH_VENDOR or application.state != ApplicationState.ELIGIBLE:
        return None
    return awaited_checks(application, part, clock.now())


def _focus(requirements: list[RequirementResult], views: list[SlotView], code: str) -> RequirementResult:
    """The one asked for, else the first that waits for the vendor (sent back, to choose, to give), else the first."""
    named = next((r for r in requirements if code in (r.requirement.code, r.requirement.key)), None)
    if named:
        return named
    for states in ((SlotState.TO_MODIFY, SlotState.TO_REQUALIFY), (SlotState.TO_DEPOSIT,)):
        waiting = next((v.requirement for v in views if v.state in states), None)
        if waiting:
            return waiting
        if choice := next((r for r in requirements if _waits_for_a_choice(r)), None):
            return choice
    return requirements[0]


def _found(rows: list[Row], words: str) -> list[Row]:
    """The search of the list works without JavaScript too."""
    return [r for r in rows if holds_words(f"{r.code} {r.result.requirement.title.fr}", words[:100])]


def _of(result: RequirementResult, views: list[SlotView]) -> list[SlotView]:
    return [v for v in views if v.requirement.requirement.key == result.requirement.key]


def _row(
    application: Application,
    key: str,
    result: RequirementResult,
    views: list[SlotView],
    focus: RequirementResult,
) -> Row:
    states = [v.state for v in _of(result, views)]
    return Row(
        result=result,
        code=result.requirement.code,
        url=focused_address(application, key, result.requirement.code),
        current=result.requirement.key == focus.requirement.key,
        state=min(states, key=_WORST_FIRST.index) if states else "",
        to_choose=_waits_for_a_choice(result),
        conform=sum(s in SETTLED for s in states),
        expected=len(states),
    )


def _waits_for_a_choice(result: RequirementResult) -> bool:
    return any(proof.verdict.why == "to_choose" for proof in result.proofs)


def focused_address(application: Application, key: str, code: str, slot: str = "") -> str:
    anchor = f"#slot-{quote(slot)}" if slot else ""
    return f"{chapter_address(application, key)}?exigence={quote(code, safe='/')}{anchor}"


urls = [
    path("candidatures/<str:number>/chapitres/<str:key>", chapter, name="chapter"),
]
