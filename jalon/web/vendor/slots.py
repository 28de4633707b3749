"""One chapter: its requirements, the slots of the one in focus, what is put into them, and the hand-over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import quote

from django.core.files import File
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jalon.accounts.standing import Standing
from jalon.applications.models import Application, Part
from jalon.applications.queries import definition_for, parts_of
from jalon.applications.states import ApplicationState, PartKind
from jalon.core.errors import Conflict, DomainError, InvalidInput, TransitionRefused
from jalon.core.text import fold
from jalon.documents.actions import receive_file
from jalon.documents.policy import is_not_analysed, open_refusal
from jalon.evidence.actions import (
    EDITABLE,
    comment_proof,
    confirm_proof,
    deposit_file,
    deposit_link,
    deposit_record,
    remove_item,
    request_not_applicable,
)
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import PastProof, SlotView, chapter_requirements, slot_history, slot_views
from jalon.evidence.rules import file_formats, kind_for_file, kinds_of
from jalon.evidence.states import SlotState
from jalon.programmes.definition.applicability import RequirementResult
from jalon.programmes.definition.schema import Chapter, Definition, ProofKind, Scenario
from jalon.reviews.actions.chapters import recall_chapter, submit_chapter
from jalon.reviews.models import Outcome, Verdict
from jalon.reviews.queries import effective_history, effective_verdicts, submission_obstacle
from jalon.web.access import standing_in
from jalon.web.answers import explained
from jalon.web.keys import whole
from jalon.web.kinds import kinds_line
from jalon.web.vendor.changes import SlotMark, chapter_changes
from jalon.web.vendor.chapters import chapter_address, counts_of, counts_words, may_recall, submit_label
from jalon.web.vendor.frame import (
    address,
    application_page,
    chapter_date,
    crumbs_of,
    frame,
    questionnaire_title,
    received_at,
    see_other,
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
_LEFT_TO_GIVE = (SlotState.TO_DEPOSIT, SlotState.TO_MODIFY, SlotState.TO_REQUALIFY)
_SETTLED = (SlotState.CONFORMING, SlotState.NA_ACCEPTED)


@dataclass
class Typed:
    """What a refused form holds: messages by slot, and the texts that were not kept, by field name."""

    errors: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    alert: str = ""

    def refuse(self, slot: str, message: str, name: str = "", text: str = "") -> None:
        self.errors.setdefault(slot, []).append(message)
        if name:
            self.texts[name] = text


@dataclass(frozen=True)
class Piece:
    """One piece of a proof, as shown."""

    item: ProofItem
    url: str
    shows: str  # "image", "video" or ""
    not_analysed: bool
    refusal: str

    @property
    def host(self) -> str:
        return self.item.url.split("/")[2] if self.item.url else ""


@dataclass(frozen=True)
class Past:
    """An earlier proof of a slot with its pieces and verdicts."""

    past: PastProof
    pieces: tuple[Piece, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Record:
    """A field for a number or a short text of one kind."""

    kind: ProofKind
    name: str
    text: str


@dataclass(frozen=True)
class SlotCard:
    """One slot of the requirement in focus. Names of fields carry the slot's key: one form holds them all."""

    view: SlotView
    kinds: tuple[ProofKind, ...]
    editable: bool
    pieces: tuple[Piece, ...]
    verdict: Verdict | None
    history: tuple[Past, ...]
    errors: tuple[str, ...]
    link_text: str
    comment_text: str
    na_text: str
    records: tuple[Record, ...]
    mark: SlotMark | None  # what the last change of requirements did to it

    @property
    def may_confirm(self) -> bool:
        """What was accepted may stand for the text that changed, unless another proof is wanted."""
        slot = self.view.slot
        if slot is None or not self.editable or self.state != SlotState.TO_REQUALIFY:
            return False
        given = bool(self.pieces) or bool(self.view.proof and self.view.proof.na_reason)
        return given and not slot.returned_n and slot.outdated == "[]"

    @property
    def key(self) -> str:
        return self.view.key

    @property
    def anchor(self) -> str:
        return f"slot-{self.view.key}"

    @property
    def state(self) -> SlotState:
        return self.view.state

    @property
    def settled(self) -> bool:
        return self.view.state in _SETTLED

    @property
    def asked(self) -> Verdict | None:
        """The agency's request that the vendor has to answer, or has just answered."""
        verdict = self.verdict
        return verdict if verdict and verdict.outcome == Outcome.TO_MODIFY and not self.settled else None

    @property
    def formats(self) -> tuple[str, ...]:
        return file_formats(self.kinds)

    @property
    def takes(self) -> str:
        return kinds_line(self.kinds)

    @property
    def accept(self) -> str:
        return ",".join(f".{f}" for f in self.formats)

    @property
    def links(self) -> tuple[ProofKind, ...]:
        return tuple(k for k in self.kinds if k.form == "link")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that a link must lead to; empty: any."""
        if any(not k.hosts for k in self.links):
            return ()
        return tuple(dict.fromkeys(h for k in self.links for h in k.hosts))

    @property
    def returned_unchanged(self) -> bool:
        return self.view.state == SlotState.TO_MODIFY

    @property
    def na_reason(self) -> str:
        return self.view.proof.na_reason if self.view.proof else ""


@dataclass(frozen=True)
class Row:
    """One requirement in the list at the left."""

    result: RequirementResult
    code: str
    url: str
    current: bool
    state: str  # of its slots; "" when it expects no proof
    conform: int
    expected: int


# --- The page -----------------------------------------------------------------------------------------------


@application_page
@require_safe
def chapter(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """The chapter. `exigence` in the address names the requirement in focus."""
    return _page(request, application, key, request.GET.get("exigence", ""), Typed(), 200)


def _page(
    request: HttpRequest, application: Application, key: str, code: str, typed: Typed, status: int
) -> HttpResponse:
    definition = definition_for(application)
    chapter, part = _chapter_and_part(application, definition, key)
    requirements = [r for r in chapter_requirements(application, key) if r.verdict.applies]
    if not requirements:
        raise Http404
    views = slot_views(application, key) if part else []
    focus = _focus(requirements, views, code)
    rows = [_row(application, key, r, views, focus) for r in requirements]
    here = next(n for n, row in enumerate(rows) if row.current)
    url = chapter_address(application, key)
    moved = chapter_changes(application, part)
    slots = _slot_cards(application, part, definition, _of(focus, views), typed, moved.marks)
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
        "scenarios": _scenarios(focus, slots),
        "not_due": [(p, explained(definition, p.verdict)) for p in focus.proofs if not p.verdict.applies],
        "not_applicable": [
            (r, explained(definition, r.verdict))
            for r in chapter_requirements(application, key)
            if not r.verdict.applies
        ],
        "previous": rows[here - 1].url if here else "",
        "next": rows[here + 1].url if here + 1 < len(rows) else "",
        "list_url": address(application, "preuves"),
        "chapter_url": url,
        "deposit_url": f"{url}/preuves",
        "max_items": definition.max_items_per_slot,
        "dropped": moved.dropped,
        "changes_url": moved.url,
        "submit": _submit(application, part),
        "may_recall": part is not None and may_recall(application, part),
        "alert": typed.alert,
        "errors": [(f"slot-{slot}", message) for slot, said in typed.errors.items() for message in said],
    }
    return render(request, "vendor/chapter.html", context, status=status)


def _chapter_and_part(
    application: Application, definition: Definition, key: str
) -> tuple[Chapter, Part | None]:
    """The part is None for a chapter whose requirements expect no proof at all."""
    chapter = next((c for c in definition.chapters if c.key == key), None)
    parts = parts_of(application, PartKind.CHAPTER)
    if chapter is None or not parts:
        raise Http404
    return chapter, parts.get(f"chapter:{key}")


def _submit(application: Application, part: Part | None) -> dict[str, Any] | None:
    """The button at the head: label, and the reason under it when it cannot work yet."""
    if part is None or part.state not in EDITABLE or application.state != ApplicationState.ELIGIBLE:
        return None
    return {"label": submit_label(part), "reason": submission_obstacle(part), "round": part.round}


def _focus(requirements: list[RequirementResult], views: list[SlotView], code: str) -> RequirementResult:
    """The one asked for, else the first that waits for the vendor, else the first."""
    named = next((r for r in requirements if code in (r.requirement.code, r.requirement.key)), None)
    if named:
        return named
    for states in ((SlotState.TO_MODIFY, SlotState.TO_REQUALIFY), (SlotState.TO_DEPOSIT,)):
        waiting = next((v.requirement for v in views if v.state in states), None)
        if waiting:
            return waiting
    return requirements[0]


def _found(rows: list[Row], words: str) -> list[Row]:
    """The search of the list works without JavaScript too."""
    wanted = fold(words[:100]).split()
    texts = {row.code: fold(f"{row.code} {row.result.requirement.title.fr}") for row in rows}
    return [row for row in rows if all(word in texts[row.code] for word in wanted)]


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
        url=_focused(application, key, result.requirement.code),
        current=result.requirement.key == focus.requirement.key,
        state=min(states, key=_WORST_FIRST.index) if states else "",
        conform=sum(s in _SETTLED for s in states),
        expected=len(states),
    )


def _focused(application: Application, key: str, code: str, slot: str = "") -> str:
    anchor = f"#slot-{quote(slot)}" if slot else ""
    return f"{chapter_address(application, key)}?exigence={quote(code, safe='/')}{anchor}"


def _scenarios(
    focus: RequirementResult, slots: list[SlotCard]
) -> list[tuple[Scenario, list[SlotCard], bool]]:
    """Slots under their scenario, which stands open while something is left to give in it.

    Scenarios that expect no proof are shown when none of the requirement's does.
    """
    if not slots:
        return [(s, [], True) for s in focus.requirement.scenarios]
    return [
        (cards[0].view.scenario, cards, any(c.editable and c.state in _LEFT_TO_GIVE for c in cards))
        for _key, group in groupby(slots, key=lambda s: s.view.scenario.key)
        if (cards := list(group))
    ]


def _slot_cards(
    application: Application,
    part: Part | None,
    definition: Definition,
    views: list[SlotView],
    typed: Typed,
    changed: Mapping[str, SlotMark],
) -> list[SlotCard]:
    if part is None:
        return []
    touched = [v.slot.pk for v in views if v.slot]
    history, verdicts = slot_history(touched), effective_history(touched)
    latest = effective_verdicts(part)
    live = application.state == ApplicationState.ELIGIBLE and part.state in EDITABLE
    cards = []
    for view in views:
        kinds = tuple(kinds_of(definition, view.expected))
        past = history.get(view.slot.pk, []) if view.slot else []
        texts = typed.texts
        cards.append(
            SlotCard(
                view=view,
                kinds=kinds,
                editable=live and view.is_open,
                pieces=_pieces(application, view.items),
                verdict=latest.get(view.key),
                history=tuple(
                    Past(p, _pieces(application, p.items), tuple(verdicts.get(p.proof.pk, ()))) for p in past
                ),
                errors=tuple(typed.errors.get(view.key, ())),
                link_text=texts.get(f"link:{view.key}", ""),
                comment_text=texts.get(f"comment:{view.key}", view.proof.comment if view.proof else ""),
                na_text=texts.get(f"na:{view.key}", ""),
                records=tuple(
                    Record(k, name, texts.get(name, ""))
                    for k in kinds
                    if k.form == "record" and (name := f"record:{view.key}:{k.key}")
                ),
                mark=changed.get(view.key),
            )
        )
    return cards


def _pieces(application: Application, items: tuple[ProofItem, ...]) -> tuple[Piece, ...]:
    return tuple(_piece(application, item) for item in items)


def _piece(application: Application, item: ProofItem) -> Piece:
    if item.document is None:
        return Piece(item, item.url, "", not_analysed=False, refusal="")
    refusal = open_refusal(item.document)
    media = item.document.media_type.partition("/")[0]
    return Piece(
        item,
        address(application, "documents", str(item.document.pk)),
        media if media in ("image", "video") and not refusal else "",
        not_analysed=is_not_analysed(item.document),
        refusal=refusal,
    )


# --- Putting something in -----------------------------------------------------------------------------------


@application_page
@require_POST
def deposit(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """Keeps all that was typed and chosen, in whichever slots; one slot's refusal leaves the others kept."""
    definition = definition_for(application)
    _chapter, part = _chapter_and_part(application, definition, key)
    views = {v.key: v for v in slot_views(application, key)} if part else {}
    typed = Typed()
    places = [view for slot, view in views.items() if _mentions(request, slot)]
    for view in places:
        _keep(request, application, definition, view, typed)
    pressed = request.POST.get("slot", "") or request.POST.get("remove", "").partition(" ")[0]
    code = request.POST.get("exigence", "")
    if not places and pressed in views:
        typed.refuse(pressed, _("Choisissez un fichier, ou donnez un lien ou un numéro, puis enregistrez."))
    if typed.errors:
        return _page(request, application, key, code, typed, 422)
    landing = pressed if pressed in views else (places[0].key if places else "")
    code = views[landing].requirement.requirement.code if landing else code
    return see_other(_focused(application, key, code, landing))


def _mentions(request: HttpRequest, slot: str) -> bool:
    """Whether the form brings anything for this slot."""
    post = request.POST
    if f"file:{slot}" in request.FILES or post.get("remove", "").startswith(f"{slot} "):
        return True
    if slot in (post.get("withdraw_na"), post.get("confirm")):
        return True
    given = any(post.get(name, "").strip() for name in post if _is_text_of(name, slot))
    emptied = f"was:{slot}" in post and post.get(f"comment:{slot}", "").strip() != post[f"was:{slot}"].strip()
    return given or emptied


def _is_text_of(name: str, slot: str) -> bool:
    kind, _colon, rest = name.partition(":")
    if kind in ("link", "na"):
        return rest == slot
    return kind == "record" and rest.rpartition(":")[0] == slot


def _keep(
    request: HttpRequest, application: Application, definition: Definition, view: SlotView, typed: Typed
) -> None:
    """Everything for one slot, each thing on its own: what can be kept is kept."""
    actor, post, slot = standing_in(request), request.POST, view.key
    place: dict[str, Any] = {"actor": actor, "number": application.number, "item_key": slot}
    if not view.is_open:
        typed.refuse(slot, _("Cette preuve est verrouillée : elle ne se modifie plus."))
        return
    removed = post.get("remove", "").partition(" ")
    if removed[0] == slot and (item := whole(removed[2])):
        _try(typed, slot, lambda: remove_item(**place, item_id=item))
    for file in request.FILES.getlist(f"file:{slot}"):
        _try(typed, slot, partial(_keep_file, actor, application, definition, view, file))
    for name in [n for n in post if _is_text_of(n, slot) and post[n].strip()]:
        _try(typed, slot, _text_action(name, post[name], place), name, post[name])
    _keep_comment(post, place, slot, typed)
    if post.get("confirm") == slot:
        _try(typed, slot, lambda: confirm_proof(**place))
    if post.get("withdraw_na") == slot:
        _try(typed, slot, lambda: request_not_applicable(**place, reason=""))


def _text_action(name: str, text: str, place: Mapping[str, Any]) -> Callable[[], None]:
    kind = name.partition(":")[0]
    if kind == "link":
        return lambda: deposit_link(**place, url=text)
    if kind == "record":
        return lambda: deposit_record(**place, kind_key=name.rpartition(":")[2], text=text)
    return lambda: request_not_applicable(**place, reason=text)


def _keep_comment(post: Mapping[str, str], place: Mapping[str, Any], slot: str, typed: Typed) -> None:
    name = f"comment:{slot}"
    text = post.get(name, "").replace("\r\n", "\n").strip()
    if name in post and text != post.get(f"was:{slot}", "").replace("\r\n", "\n").strip():
        _try(typed, slot, lambda: comment_proof(**place, comment=text), name, text)


def _keep_file(
    actor: Standing, application: Application, definition: Definition, view: SlotView, file: "File[bytes]"
) -> None:
    kinds = kinds_of(definition, view.expected)
    name = file.name or ""
    kind = kind_for_file(kinds, name)
    document = receive_file(
        actor=actor,
        company_id=application.company_id,
        name=name,
        chunks=file.chunks(),
        formats=file_formats(kinds),
        max_bytes=(kind.max_mb if kind else 1) * 1024 * 1024,
    )
    deposit_file(actor=actor, number=application.number, item_key=view.key, document_id=document.pk)


def _try(typed: Typed, slot: str, act: Callable[[], None], name: str = "", text: str = "") -> None:
    try:
        act()
    except InvalidInput as refused:
        for message in refused.errors.values():
            typed.refuse(slot, message, name, text)
    except (TransitionRefused, Conflict) as refused:
        typed.refuse(slot, refused.message, name, text)


# --- The hand-over ------------------------------------------------------------------------------------------


@application_page
@require_POST
def submit(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """ "Soumettre le chapitre", "Resoumettre le chapitre"."""
    seen = request.POST.get("round", "")
    try:
        submit_chapter(
            actor=standing_in(request),
            number=application.number,
            chapter=key,
            round_n=whole(seen, -1),
            received_at=received_at(request),
        )
    except (Conflict, TransitionRefused) as refused:
        return _refused(request, application, key, refused)
    return see_other(f"{chapter_address(application, key)}/soumis")


@application_page
@require_POST
def recall(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """Take a submitted chapter back, until a verifier opens it."""
    try:
        recall_chapter(actor=standing_in(request), number=application.number, chapter=key)
    except TransitionRefused as refused:
        return _refused(request, application, key, refused)
    return see_other(chapter_address(application, key))


def _refused(request: HttpRequest, application: Application, key: str, refused: DomainError) -> HttpResponse:
    fresh = type(application).objects.select_related(
        "programme__track", "revision", "company", "version__product"
    )
    return _page(request, fresh.get(pk=application.pk), key, "", Typed(alert=refused.message), 409)


urls = [
    path("candidatures/<str:number>/chapitres/<str:key>", chapter, name="chapter"),
    path("candidatures/<str:number>/chapitres/<str:key>/preuves", deposit, name="chapter-deposit"),
    path("candidatures/<str:number>/chapitres/<str:key>/soumettre", submit, name="chapter-submit"),
    path("candidatures/<str:number>/chapitres/<str:key>/rappeler", recall, name="chapter-recall"),
]
