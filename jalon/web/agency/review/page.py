"""The page of the workspace: one slot, its pieces, the verdict, the way to the next one, the closing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.core.text import holds_words
from jalon.evidence.models import Proof, ProofItem
from jalon.evidence.queries.platforms import owner_of
from jalon.evidence.rules import kinds_of
from jalon.evidence.states import ACCEPTED, SlotState
from jalon.programmes.definition.schema import Definition
from jalon.reviews.models import Outcome, Verdict
from jalon.reviews.policy import can_judge
from jalon.reviews.queries import verdict_history
from jalon.reviews.queries.library import Use, accepted_before
from jalon.web.access import standing_in
from jalon.web.agency.frame import file_context, file_page
from jalon.web.agency.review.pieces import EARLIER, PIECE, Asked, Opened, opened
from jalon.web.agency.review.workspace import ALL, CHANGED, LEFT, Place, Workspace, workspace
from jalon.web.answers import explained, said
from jalon.web.checked import checked
from jalon.web.components.fields import Choice, Field
from jalon.web.components.progress import Progress

LONG = 20  # slots: from more on, one is looked for by its code


@file_page
@require_safe
def chapter_page(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    return chapter_response(request, workspace(application, key))


def chapter_response(
    request: HttpRequest,
    work: Workspace,
    *,
    typed: Mapping[str, str] | None = None,
    error: str = "",
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    typed = typed or {}
    standing, asked = standing_in(request), request.GET if request.method in ("GET", "HEAD") else request.POST
    view = view_of(work, asked.get("vue", ""))
    rows = work.of_view(view)
    place = _chosen(work, rows, asked.get("preuve", ""))
    words = request.GET.get("mot", "")[:100]
    context = {
        **file_context(request, work.application, "chapter", said(work.chapter.title)),
        "work": work,
        "views": _views(work, view),
        "view": view,
        "rows": [(p, place_address(work, view, p.key), p.key == place.key) for p in _found(rows, words)],
        "words": words,
        "is_long": len(rows) > LONG,
        "place": place,
        "accepted": _accepted_elsewhere(standing, work, place),
        "detail": _detail(work, view, place, request.GET.dict()),
        "neighbours": _neighbours(work, view, rows, place),
        "may_judge": can_judge(standing, work.application) and work.in_examination,
        "opened": work.handed_in is not None and work.handed_in.opened_at is not None,
        "counts": _counts(work),
        "judged": sum(p.to_judge and not p.left for p in work.places),
        "to_judge": sum(p.to_judge for p in work.places),
        "close": closing_of(work),
        "reason_field": _reason_field(definition_for(work.application), typed),
        "text_field": _text_field(typed, error),
        "error": error,
        "errors": [("f-text", error)] if error else [],
        "general": general,
        "nav_current": "staff-applications",
    }
    return render(request, "agency/review.html", context, status=status)


def _accepted_elsewhere(
    standing: Standing, work: Workspace, place: Place
) -> list[tuple[str, tuple[Use, ...]]]:
    """Name of a piece → the other slots in which it was accepted, in any file of the company."""
    before = accepted_before(standing, work.application, place.items)
    found = [(i.document.name, before.elsewhere(i, place.key)) for i in place.items if i.document]
    return [(name, uses) for name, uses in found if uses]


def view_of(work: Workspace, asked: str) -> str:
    """What was asked for; by default only what changed, else what is left, else all."""
    if asked in (CHANGED, LEFT, ALL):
        return asked
    if work.in_examination and work.of_view(CHANGED):
        return CHANGED
    return LEFT if work.in_examination and work.left else ALL


def _chosen(work: Workspace, rows: Sequence[Place], asked: str) -> Place:
    named = next((p for p in work.places if p.key == asked), None)
    if asked and named is None:
        raise Http404
    found = named or next((p for p in rows if p.left), None) or (rows[0] if rows else None)
    return found or work.places[0]


def _found(rows: Sequence[Place], words: str) -> list[Place]:
    """By code and requirement."""

    def says(place: Place) -> str:
        title = place.view.requirement.requirement.title
        return f"{place.code} {title.fr} {title.en}"

    return [place for place in rows if holds_words(says(place), words)]


def place_address(work: Workspace, view: str, key: str = "") -> str:
    base = reverse("staff-chapter", args=[work.application.number, work.chapter.key])
    params = {"vue": view} | ({"preuve": key} if key else {})
    return f"{base}?{urlencode(params)}"


@dataclass(frozen=True)
class ViewPill:
    label: str
    count: int
    url: str
    current: bool


def _views(work: Workspace, current: str) -> list[ViewPill]:
    names = ((CHANGED, _("Changé")), (LEFT, _("À voir")), (ALL, _("Tout")))
    return [
        ViewPill(label, len(work.of_view(key)), place_address(work, key), key == current)
        for key, label in names
    ]


@dataclass(frozen=True)
class Neighbours:
    before: str
    after: str
    position: int
    total: int


def _neighbours(work: Workspace, view: str, rows: Sequence[Place], place: Place) -> Neighbours:
    keys = [p.key for p in rows]
    here = keys.index(place.key) if place.key in keys else -1
    before = place_address(work, view, keys[here - 1]) if here > 0 else ""
    after = place_address(work, view, keys[here + 1]) if here + 1 < len(keys) else ""
    return Neighbours(before, after, here + 1, len(keys))


@dataclass(frozen=True)
class Detail:
    """The chosen slot: what is asked, what was given now and before, what was said about it."""

    requirement: Any
    scenario: Any
    expected: Any
    kinds: str
    why: str
    given: Opened | None
    before: Opened | None
    before_proof: Proof | None
    request: Verdict | None
    decisions: list[Verdict]
    replaced: int


def _detail(work: Workspace, view: str, place: Place, query: Mapping[str, str]) -> Detail:
    definition, number = definition_for(work.application), work.application.number
    kinds = {kind.key: said(kind.label) for kind in definition.kinds}
    past = [p for p in work.history.get(place.key, ()) if place.proof is None or p.proof.pk != place.proof.pk]
    proofs = [p.proof for p in past] + ([place.proof] if place.proof else [])
    decisions = [v for v in verdict_history(proofs) if place.verdict is None or v.pk != place.verdict.pk]
    before = past[0] if past and place.again else None
    request = next((v for v in reversed(decisions) if v.outcome == Outcome.TO_MODIFY), None)
    old = {_mark(item) for item in before.items} if before else set()
    page_url = reverse("staff-chapter", args=[number, work.chapter.key])
    asked = Asked(page_url, {"vue": view, "preuve": place.key}, query)
    told = checked(definition, place.view.expected, place.proof, place.items, owner_of(work.application))
    given = opened(number, place.backing if _is_reason(place) else place.items, kinds, told, asked, PIECE, 0)
    return Detail(
        requirement=place.view.requirement.requirement,
        scenario=place.view.scenario,
        expected=place.view.expected,
        kinds=", ".join(said(kind.label) for kind in kinds_of(definition, place.view.expected)),
        why=explained(definition, place.view.verdict),
        given=given,
        before=opened(number, before.items, kinds, {}, asked, EARLIER, given.here if given else 0)
        if before
        else None,
        before_proof=before.proof if before else None,
        request=request,
        decisions=list(reversed(decisions)),
        replaced=sum(_mark(item) not in old for item in place.items),
    )


def _is_reason(place: Place) -> bool:
    """Held not applicable: what is judged is the reason, with what backs it."""
    return place.proof is not None and bool(place.proof.na_reason)


def _mark(item: ProofItem) -> str:
    """What a piece is: the same file given again is the same piece."""
    return item.document.sha256 if item.document else f"{item.url}{item.text}"


def _counts(work: Workspace) -> Progress:
    conforming = sum(
        p.view.state in ACCEPTED or (p.verdict is not None and p.verdict.outcome == Outcome.CONFORMING)
        for p in work.places
    )
    waiting = sum(p.left for p in work.places)
    to_modify = sum(p.state is SlotState.TO_MODIFY for p in work.places)
    return Progress(len(work.places), conforming, waiting, work.rejected + to_modify)


@dataclass(frozen=True)
class Closing:
    """The button that ends the examination; inactive with its reason until every proof is judged."""

    act: str  # validate, return
    label: str
    reason: str


def closing_of(work: Workspace) -> Closing | None:
    if not work.in_examination:
        return None
    left = work.left
    reason = (
        ngettext("Reste %(n)s preuve à juger", "Reste %(n)s preuves à juger", left) % {"n": left}
        if left
        else ""
    )
    if work.goes_back:
        return Closing("return", _("Renvoyer le chapitre"), reason)
    return Closing("validate", _("Valider le chapitre"), reason)


def _reason_field(definition: Definition, typed: Mapping[str, str]) -> Field | None:
    if not definition.return_reasons:
        return None
    options = tuple(Choice(r.key, said(r.label)) for r in definition.return_reasons)
    return Field(
        name="reason_code",
        label=_("Motif"),
        kind="select",
        value=typed.get("reason_code", ""),
        options=options,
        data={"reason": "f-text"},
    )


def _text_field(typed: Mapping[str, str], error: str) -> Field:
    return Field(
        name="text",
        label=_("Ce qui manque, et ce qui suffirait"),
        kind="long_text",
        value=typed.get("text", ""),
        hint=_("L’éditeur lira ces mots."),
        required=True,
        error=error,
        rows=4,
        max_length=4000,
        data={"shortcut-submit": "yes"},
    )
