"""…/chapitres/<key>: the workspace where a verifier judges the proofs of a chapter, one slot at a time (G15).

Everything works without JavaScript: one slot a page, chosen by `?preuve=`. Beginning the examination is a POST.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jalon.applications.models import Application, Part, Round
from jalon.applications.queries import definition_for, latest_round, parts_of
from jalon.applications.states import ChapterState, RoundOutcome
from jalon.core.errors import DomainError, NotVisible
from jalon.desk.queries.inbox import IN_EXAMINATION
from jalon.documents.models import Document
from jalon.documents.policy import is_not_analysed, open_refusal
from jalon.documents.queries import open_document, shows_inline
from jalon.evidence.models import ItemKind, Proof, ProofItem
from jalon.evidence.queries import SlotView, chapter_of, slot_history, slot_views
from jalon.evidence.rules import kinds_of
from jalon.evidence.states import ACCEPTED, SlotState
from jalon.programmes.definition.applicability import sentence
from jalon.programmes.definition.schema import Chapter, Definition
from jalon.reviews.actions.examination import judge_proof, open_chapter, return_chapter, validate_chapter
from jalon.reviews.models import Outcome, Verdict
from jalon.reviews.policy import can_judge
from jalon.reviews.queries import latest_verdicts, verdict_history
from jalon.web.access import standing_in
from jalon.web.agency.frame import (
    Confirmation,
    complain,
    confirm,
    file_context,
    file_page,
    is_confirmed,
    refused,
    see_other,
    tell,
)
from jalon.web.answers import said
from jalon.web.components.fields import Choice, Field
from jalon.web.components.progress import Progress

CHANGED, LEFT, ALL = "change", "a-voir", "tout"
EXCERPT = 20_000  # bytes of a text file that the page shows
TEXT_TYPES = ("text/plain", "text/csv", "application/json", "text/xml", "application/xml", "message/rfc822")
Shown = Literal["image", "pdf", "video", "text", "file", "refused"]


# --- What is judged -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """One slot as the agency sees it: what was submitted, never what the vendor only prepares."""

    view: SlotView
    proof: Proof | None
    items: tuple[ProofItem, ...]
    verdict: Verdict | None  # of this round
    again: bool  # sent back earlier, and given anew
    state: SlotState

    @property
    def key(self) -> str:
        return self.view.key

    @property
    def to_judge(self) -> bool:
        return self.view.awaits_verdict

    @property
    def left(self) -> bool:
        return self.to_judge and self.verdict is None

    @property
    def code(self) -> str:
        return self.view.code

    @property
    def word(self) -> str:
        """The state shown in the list: the verdict once given, else the slot's."""
        if self.verdict is not None:
            return str(self.verdict.outcome)
        return self.state.value


@dataclass(frozen=True)
class Workspace:
    """One chapter of one file, ready to be judged."""

    application: Application
    chapter: Chapter
    part: Part
    handed_in: Round | None
    places: tuple[Place, ...]
    history: Mapping[str, tuple[Any, ...]]  # submitted before, by key, the latest first

    @property
    def in_examination(self) -> bool:
        return (
            self.handed_in is not None
            and self.handed_in.outcome == RoundOutcome.PENDING
            and self.part.state in IN_EXAMINATION
        )

    @property
    def left(self) -> int:
        return sum(place.left for place in self.places)

    @property
    def rejected(self) -> int:
        return sum(p.verdict is not None and p.verdict.outcome == Outcome.TO_MODIFY for p in self.places)

    def of_view(self, view: str) -> list[Place]:
        if view == CHANGED:
            return [p for p in self.places if p.again and p.to_judge]
        if view == LEFT:
            return [p for p in self.places if p.left]
        return list(self.places)


def workspace(application: Application, key: str) -> Workspace:
    """A constant number of queries, however many slots."""
    chapter = chapter_of(application, key)
    part = parts_of(application).get(f"chapter:{key}")
    if chapter is None or part is None or part.first_submitted_at is None:
        raise NotVisible(key)
    handed_in = latest_round(part)
    views = slot_views(application, key)
    past = slot_history([v.slot.pk for v in views if v.slot])
    pending = handed_in is not None and handed_in.outcome == RoundOutcome.PENDING
    verdicts = latest_verdicts(handed_in) if handed_in is not None and pending else {}
    places = tuple(_place(view, past.get(view.slot.pk, []) if view.slot else [], verdicts) for view in views)
    history = {v.key: tuple(past.get(v.slot.pk, [])) for v in views if v.slot}
    return Workspace(application, chapter, part, handed_in, places, history)


def _place(view: SlotView, past: Sequence[Any], verdicts: Mapping[int, Verdict]) -> Place:
    proof, items, state = view.proof, view.items, view.state
    if proof is None or proof.submitted_at is None:  # a draft of the vendor: what was submitted before stands
        proof, items = (past[0].proof, past[0].items) if past else (None, ())
        state = SlotState.TO_MODIFY if view.slot and view.slot.returned_n else SlotState.TO_DEPOSIT
    verdict = verdicts.get(proof.pk) if proof else None
    if verdict is not None and verdict.outcome == Outcome.WITHDRAWN:
        verdict = None
    again = bool(view.slot and proof and 0 < view.slot.returned_n < proof.n)
    return Place(view, proof, items, verdict, again, state)


# --- What is shown of a piece -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """One piece of a proof. `shown`: how a browser may show it; "file": only by downloading."""

    kind: str  # file, link, record
    title: str
    url: str = ""
    shown: Shown = "file"
    size: int = 0
    sha256: str = ""
    text: str = ""
    host: str = ""
    note: str = ""
    is_cut: bool = False


def pieces(number: str, items: Sequence[ProofItem], kinds: Mapping[str, str]) -> list[Piece]:
    return [_piece(number, item, kinds.get(item.proof_kind, item.proof_kind)) for item in items]


def _piece(number: str, item: ProofItem, kind: str) -> Piece:
    if item.kind == ItemKind.LINK:
        return Piece("link", kind, url=item.url, host=urlsplit(item.url).hostname or "")
    if item.kind == ItemKind.RECORD or item.document is None:
        return Piece("record", kind, text=item.text)
    return _file_piece(number, item.document)


def _file_piece(number: str, document: Document) -> Piece:
    shown = _shown_as(document)
    text, is_cut = _excerpt(document) if shown == "text" else ("", False)
    refusal = open_refusal(document)
    return Piece(
        "file",
        document.name,
        url="" if refusal else reverse("staff-document", args=[number, document.pk]),
        shown=shown,
        size=document.size,
        sha256=document.sha256,
        text=refusal or text,
        note=_("Non analysé par un antivirus") if is_not_analysed(document) else "",
        is_cut=is_cut,
    )


def _shown_as(document: Document) -> Shown:
    if open_refusal(document):
        return "refused"
    if document.media_type in TEXT_TYPES:
        return "text"
    if not shows_inline(document):
        return "file"
    kinds: tuple[tuple[str, Shown], ...] = (
        ("image/", "image"),
        ("video/", "video"),
        ("application/pdf", "pdf"),
    )
    return next((shown for prefix, shown in kinds if document.media_type.startswith(prefix)), "file")


def _excerpt(document: Document) -> tuple[str, bool]:
    """The beginning of a text file, and whether there is more."""
    with open_document(document) as file:
        head = file.read(EXCERPT + 1)
    return head[:EXCERPT].decode("utf-8", errors="replace"), len(head) > EXCERPT


# --- The page -----------------------------------------------------------------------------------------------


@file_page
@require_safe
def chapter_page(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    return _page(request, workspace(application, key))


def _page(
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
    view = _view_of(work, asked.get("vue", ""))
    rows = work.of_view(view)
    place = _chosen(work, rows, asked.get("preuve", ""))
    context = {
        **file_context(request, work.application, "chapter", said(work.chapter.title)),
        "work": work,
        "views": _views(work, view),
        "view": view,
        "rows": [(p, _address(work, view, p.key), p.key == place.key) for p in rows],
        "place": place,
        "detail": _detail(work, place),
        "neighbours": _neighbours(work, view, rows, place),
        "may_judge": can_judge(standing, work.application) and work.in_examination,
        "opened": work.handed_in is not None and work.handed_in.opened_at is not None,
        "counts": _counts(work),
        "judged": sum(p.to_judge and not p.left for p in work.places),
        "to_judge": sum(p.to_judge for p in work.places),
        "close": _closing(work),
        "reason_field": _reason_field(definition_for(work.application), typed),
        "text_field": _text_field(typed, error),
        "error": error,
        "errors": [("f-text", error)] if error else [],
        "general": general,
        "nav_current": "inbox",
    }
    return render(request, "agency/review.html", context, status=status)


def _view_of(work: Workspace, asked: str) -> str:
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


def _address(work: Workspace, view: str, key: str = "") -> str:
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
        ViewPill(label, len(work.of_view(key)), _address(work, key), key == current) for key, label in names
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
    before = _address(work, view, keys[here - 1]) if here > 0 else ""
    after = _address(work, view, keys[here + 1]) if here + 1 < len(keys) else ""
    return Neighbours(before, after, here + 1, len(keys))


@dataclass(frozen=True)
class Detail:
    """The chosen slot: what is asked, what was given now and before, what was said about it."""

    requirement: Any
    scenario: Any
    expected: Any
    kinds: str
    why: str
    pieces: list[Piece]
    before: list[Piece]
    before_proof: Proof | None
    request: Verdict | None
    decisions: list[Verdict]
    replaced: int


def _detail(work: Workspace, place: Place) -> Detail:
    definition, number = definition_for(work.application), work.application.number
    kinds = {kind.key: said(kind.label) for kind in definition.kinds}
    past = [p for p in work.history.get(place.key, ()) if place.proof is None or p.proof.pk != place.proof.pk]
    proofs = [p.proof for p in past] + ([place.proof] if place.proof else [])
    decisions = [v for v in verdict_history(proofs) if place.verdict is None or v.pk != place.verdict.pk]
    before = past[0] if past and place.again else None
    request = next((v for v in reversed(decisions) if v.outcome == Outcome.TO_MODIFY), None)
    old = {_mark(item) for item in before.items} if before else set()
    return Detail(
        requirement=place.view.requirement.requirement,
        scenario=place.view.scenario,
        expected=place.view.expected,
        kinds=", ".join(said(kind.label) for kind in kinds_of(definition, place.view.expected)),
        why=sentence(definition, place.view.requirement.verdict, get_language() or "fr"),
        pieces=pieces(number, place.items, kinds),
        before=pieces(number, before.items, kinds) if before else [],
        before_proof=before.proof if before else None,
        request=request,
        decisions=list(reversed(decisions)),
        replaced=sum(_mark(item) not in old for item in place.items),
    )


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


def _closing(work: Workspace) -> Closing | None:
    if not work.in_examination:
        return None
    left = work.left
    reason = (
        ngettext("Reste %(n)s preuve à juger", "Reste %(n)s preuves à juger", left) % {"n": left}
        if left
        else ""
    )
    if work.rejected:
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


# --- Acts ---------------------------------------------------------------------------------------------------


@file_page
@require_POST
def begin(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """ "Commencer l’examen": from now on the vendor can no longer recall the chapter."""
    try:
        open_chapter(actor=standing_in(request), number=application.number, chapter=key)
    except DomainError as error:
        _errors, general, _status = refused(error)
        complain(request, general)
    return see_other("staff-chapter", application.number, key)


@file_page
@require_POST
def judge(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """One verdict, saved at once; then the next slot."""
    typed = {name: str(value) for name, value in request.POST.items()}
    item, outcome = typed.get("preuve", ""), typed.get("outcome", "")
    if outcome not in Outcome.values:
        raise Http404
    try:
        judge_proof(
            actor=standing_in(request),
            number=application.number,
            chapter=key,
            item_key=item,
            slot_version=_int(typed.get("version")),
            outcome=Outcome(outcome),
            reason_code=_known_reason(application, typed.get("reason_code", "")),
            text=typed.get("text", "") if outcome == Outcome.TO_MODIFY else "",
            seen_verdict=_int(typed.get("seen")),
        )
    except DomainError as error:
        errors, general, status = refused(error)
        work = workspace(application, key)
        return _page(request, work, typed=typed, error=errors.get(item, ""), general=general, status=status)
    work = workspace(application, key)
    view = _view_of(work, typed.get("vue", ""))
    here = item if outcome == Outcome.WITHDRAWN else _next(work, view, item)
    return see_other(
        "staff-chapter",
        application.number,
        key,
        query=urlencode({"vue": view, "preuve": here}),
        anchor="slot",
    )


def _int(sent: str | None) -> int:
    return int(sent) if sent and sent.isdecimal() and len(sent) < 18 else 0


def _known_reason(application: Application, sent: str) -> str:
    return sent if sent in {r.key for r in definition_for(application).return_reasons} else ""


def _next(work: Workspace, view: str, item: str) -> str:
    """The next slot left to judge after this one, in this view, else anywhere; else the same."""
    keys = [p.key for p in work.places]
    here = keys.index(item) if item in keys else 0
    turned = [*work.places[here + 1 :], *work.places[:here]]
    wanted = {p.key for p in work.of_view(view)}
    left = [p.key for p in turned if p.left]
    return next((k for k in left if k in wanted), left[0] if left else item)


@file_page
@require_POST
def close(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """ "Valider le chapitre" or "Renvoyer le chapitre": confirmed once, with its consequence."""
    act, round_n = request.POST.get("act", ""), _int(request.POST.get("round"))
    if act not in ("validate", "return"):
        raise Http404
    work = workspace(application, key)
    closing = _closing(work)
    if not is_confirmed(request) and closing is not None and not closing.reason and closing.act == act:
        context = file_context(request, application, "chapter", said(work.chapter.title))
        return confirm(request, context, _ask_closing(work, act))
    verb = validate_chapter if act == "validate" else return_chapter
    try:
        verb(actor=standing_in(request), number=application.number, chapter=key, round_n=round_n)
    except DomainError as error:
        _errors, general, status = refused(error)
        return _page(request, workspace(application, key), general=general, status=status)
    done = _("Le chapitre est validé.") if act == "validate" else _("Le chapitre est renvoyé à l’éditeur.")
    tell(request, done)
    return see_other("staff-file", application.number, anchor="chapitres")


def _ask_closing(work: Workspace, act: str) -> Confirmation:
    title, n = said(work.chapter.title), work.rejected
    back = _address(work, ALL)
    if act == "validate":
        others = [
            p for p in parts_of(work.application).values() if p.kind == "chapter" and p.pk != work.part.pk
        ]
        is_last = all(p.state == ChapterState.VALIDATED for p in others)
        consequence = _(
            "Toutes les preuves du chapitre deviennent conformes et se verrouillent ; l’éditeur le voit."
        )
        if is_last:
            consequence += " " + _("C’est le dernier chapitre : la convention s’établit ensuite.")
        return Confirmation(
            _("Valider le chapitre « %(title)s » ?") % {"title": title},
            consequence,
            _("Valider le chapitre"),
            back,
        )
    facts = [
        (place.code, place.verdict.text)
        for place in work.places
        if place.verdict is not None and place.verdict.outcome == Outcome.TO_MODIFY
    ]
    return Confirmation(
        _("Renvoyer le chapitre « %(title)s » ?") % {"title": title},
        ngettext(
            "%(n)s preuve revient à l’éditeur avec vos mots ; les autres restent conformes et verrouillées.",
            "%(n)s preuves reviennent à l’éditeur avec vos mots ; les autres restent conformes et verrouillées.",
            n,
        )
        % {"n": n},
        _("Renvoyer le chapitre"),
        back,
        facts=facts,
    )


urls = [
    path("instruction/<str:number>/chapitres/<str:key>", chapter_page, name="staff-chapter"),
    path("instruction/<str:number>/chapitres/<str:key>/examen", begin, name="staff-chapter-begin"),
    path("instruction/<str:number>/chapitres/<str:key>/verdict", judge, name="staff-chapter-verdict"),
    path("instruction/<str:number>/chapitres/<str:key>/cloture", close, name="staff-chapter-close"),
]
