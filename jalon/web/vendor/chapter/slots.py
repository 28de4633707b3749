"""What is shown of each slot of the requirement in focus: its state, pieces, verdicts, and what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from jalon.applications.models import Application, Part
from jalon.applications.states import CHAPTER_OPEN_TO_VENDOR, ApplicationState
from jalon.documents.policy import is_not_analysed, open_refusal
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import PastProof, SlotView, slot_history, why_not_restored
from jalon.evidence.queries.judged import Owner
from jalon.evidence.queries.platforms import owner_of, report_kind
from jalon.evidence.rules import BACKING_FORMATS, file_formats, kinds_of
from jalon.evidence.states import SlotState
from jalon.programmes.definition.applicability import RequirementResult
from jalon.programmes.definition.schema import Definition, ProofKind, Scenario
from jalon.reviews.models import Outcome, Verdict
from jalon.reviews.queries import effective_history, effective_verdicts
from jalon.reviews.queries.library import Accepted, Use
from jalon.uploads.queries import Progress
from jalon.vendors.rules import PLATFORMS
from jalon.web.checked import Checked, checked
from jalon.web.kinds import kinds_line
from jalon.web.vendor.changes import SlotMark
from jalon.web.vendor.frame import address

_LEFT_TO_GIVE = (SlotState.TO_DEPOSIT, SlotState.TO_MODIFY, SlotState.TO_REQUALIFY)
SETTLED = (SlotState.CONFORMING, SlotState.NA_ACCEPTED)


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
class Said:
    """The fields of what the giver says of a file. `was`: what stood there when the page was made."""

    dated_on: str
    scope: str
    was: str
    is_open: bool = False


@dataclass(frozen=True)
class Piece:
    """One piece of a proof, as shown."""

    item: ProofItem
    url: str
    page_url: str  # of a file, and of the copy of a report: where it is read
    shows: str  # "image", "video" or ""
    not_analysed: bool
    refusal: str
    checked: Checked | None = None  # what the machine says of it
    accepted: tuple[Use, ...] = ()  # where else the agency has accepted it
    said: Said | None = None  # of a file: its date and scope

    @property
    def is_sealed(self) -> bool:
        """Nobody opens it any more: another one is to be given."""
        return self.item.file is not None and self.item.file.content.sealed_at is not None

    @property
    def host(self) -> str:
        return self.item.url.split("/")[2] if self.item.url else ""


@dataclass(frozen=True)
class Past:
    """An earlier proof of a slot with its pieces and verdicts. `refusal`: why it is not to be given again."""

    past: PastProof
    pieces: tuple[Piece, ...]
    backing: tuple[Piece, ...]
    verdicts: tuple[Verdict, ...]
    refusal: str


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
    backing: tuple[Piece, ...]  # behind the reason of a request for "non applicable"
    verdict: Verdict | None
    history: tuple[Past, ...]
    errors: tuple[str, ...]
    link_text: str
    comment_text: str
    na_text: str
    records: tuple[Record, ...]
    uploads: tuple[Progress, ...]  # of whoever looks
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
        return self.view.state in SETTLED

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
    def accept_backing(self) -> str:
        return ",".join(f".{f}" for f in BACKING_FORMATS)

    @property
    def links(self) -> tuple[ProofKind, ...]:
        return tuple(k for k in self.kinds if k.form == "link")

    @property
    def report_platform(self) -> str:
        """The platform from which a report may be imported; "": none."""
        kind = report_kind(self.kinds)
        return PLATFORMS[kind.reports.platform] if kind and kind.reports else ""

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


def slot_cards(
    application: Application,
    part: Part | None,
    definition: Definition,
    views: list[SlotView],
    typed: Typed,
    changed: Mapping[str, SlotMark],
    uploads: Mapping[str, Sequence[Progress]],
    accepted: Accepted,
) -> list[SlotCard]:
    if part is None:
        return []
    touched = [v.slot.pk for v in views if v.slot]
    history, verdicts = slot_history(touched, drafts=True), effective_history(touched)
    latest = effective_verdicts(part)
    live = application.state == ApplicationState.ELIGIBLE and part.state in CHAPTER_OPEN_TO_VENDOR
    owner = owner_of(application)
    cards = []
    for view in views:
        kinds = tuple(kinds_of(definition, view.expected))
        past = [p for p in history.get(view.slot.pk, ()) if p.marks] if view.slot else []
        texts = typed.texts
        cards.append(
            SlotCard(
                view=view,
                kinds=kinds,
                editable=live and view.is_open,
                pieces=_told(definition, owner, accepted, view, _pieces(application, view.items), texts),
                backing=_pieces(application, view.backing),
                verdict=latest.get(view.key),
                history=tuple(
                    _past(
                        application, p, verdicts.get(p.proof.pk, ()), why_not_restored(view, past, p, kinds)
                    )
                    for p in past
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
                uploads=tuple(uploads.get(view.key, ())),
                mark=changed.get(view.key),
            )
        )
    return cards


def _past(application: Application, past: PastProof, verdicts: Sequence[Verdict], refusal: str) -> Past:
    pieces, backing = _pieces(application, past.items), _pieces(application, past.backing)
    return Past(past, pieces, backing, tuple(verdicts), refusal)


def _told(
    definition: Definition,
    owner: Owner,
    accepted: Accepted,
    view: SlotView,
    pieces: tuple[Piece, ...],
    texts: Mapping[str, str],
) -> tuple[Piece, ...]:
    """With what is known of each: by the machine, and from other slots."""
    found = checked(definition, view.expected, view.proof, view.items, owner)
    return tuple(
        replace(
            p,
            checked=found[p.item.pk],
            accepted=accepted.elsewhere(p.item, view.key),
            said=_said(view.key, p.item, found[p.item.pk], texts),
        )
        for p in pieces
    )


def _said(slot: str, item: ProofItem, found: Checked, texts: Mapping[str, str]) -> Said | None:
    """Filled from what the file says itself; what was typed and refused stays."""
    if item.document is None or item.document.content.sealed_at is not None:
        return None
    dated_on = found.age.on.isoformat() if found.age.on else ""
    was, name = f"{dated_on} {item.scope}", f"{slot}:{item.pk}"
    typed = f"dated:{name}" in texts
    return Said(
        texts.get(f"dated:{name}", dated_on), texts.get(f"scope:{name}", item.scope), was, is_open=typed
    )


def _pieces(application: Application, items: tuple[ProofItem, ...]) -> tuple[Piece, ...]:
    return tuple(_piece(application, item) for item in items)


def _piece(application: Application, item: ProofItem) -> Piece:
    refusal = open_refusal(item.file) if item.file else ""
    if item.document is None:
        copy = address(application, "pieces", str(item.record.document_id)) if item.record else ""
        return Piece(item, item.url, copy, "", not_analysed=False, refusal=refusal)
    media = item.document.media_type.partition("/")[0]
    return Piece(
        item,
        address(application, "documents", str(item.document.pk)),
        address(application, "pieces", str(item.document.pk)),
        media if media in ("image", "video") and not refusal else "",
        not_analysed=is_not_analysed(item.document),
        refusal=refusal,
    )


def scenarios(focus: RequirementResult, slots: list[SlotCard]) -> list[tuple[Scenario, list[SlotCard], bool]]:
    """Slots under their scenario, which stands open while something is left to give in it.

    Scenarios that expect no proof are shown when none of the requirement's does, and all that can still be chosen.
    """
    if not slots:
        off = {p.scenario.key for p in focus.proofs} - {
            p.scenario.key for p in focus.proofs if p.verdict.why == "to_choose"
        }
        return [(s, [], True) for s in focus.requirement.scenarios if s.key not in off]
    return [
        (cards[0].view.scenario, cards, any(c.editable and c.state in _LEFT_TO_GIVE for c in cards))
        for _key, group in groupby(slots, key=lambda s: s.view.scenario.key)
        if (cards := list(group))
    ]
