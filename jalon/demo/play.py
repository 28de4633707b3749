"""Plays a file through the product's own actions, as its people would: for the demo, and for tests.

Nothing is written but by verbs and drafts. Works for any definition: answers, files and links are found by
trying samples (`samples.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jalon.accounts.models import User
from jalon.accounts.standing import NOBODY, Standing, standing_of
from jalon.applications.actions.answers import add_answer_document, prefill, save_answer
from jalon.applications.actions.opening import charter_text, open_application
from jalon.applications.actions.tracking import deposit_prerequisite, record_prerequisite
from jalon.applications.models import Application
from jalon.applications.queries import definition_for, parts_of
from jalon.applications.queries.answers import answer_marks, answers_of
from jalon.applications.rules.answers import asked, form_steps, is_empty
from jalon.applications.states import ChapterState, PartKind
from jalon.awards.actions.decisions import reconcile, record_opinion
from jalon.awards.actions.signing import open_invitation, send_code, sign_as_agency, sign_as_vendor
from jalon.awards.queries import live_convention, live_invitation
from jalon.awards.secret_links import code_of, link_token
from jalon.awards.states import OpinionOutcome
from jalon.core import clock
from jalon.core.canonical import sha256_hex
from jalon.demo.reports import sample_report
from jalon.demo.samples import sample_answer, sample_file, sample_link, sample_pdf, sample_record
from jalon.documents.actions import receive_file, store_fetched
from jalon.documents.models import Document
from jalon.evidence.actions.deposits import deposit_file, deposit_link, deposit_record
from jalon.evidence.actions.reports import deposit_report
from jalon.evidence.queries import SlotView, chapter_key, choices_left, slot_views
from jalon.evidence.queries.platforms import owner_of
from jalon.evidence.rules import kinds_of
from jalon.evidence.states import SlotState
from jalon.programmes.definition.schema import FormField, ProofKind
from jalon.programmes.models import Programme
from jalon.programmes.queries import current_revision, definition_of
from jalon.reviews.actions.chapters import submit_chapter
from jalon.reviews.actions.examination import judge_proof, return_chapter, validate_chapter
from jalon.reviews.actions.files import refuse_file, submit_application, validate_file
from jalon.reviews.actions.ways import choose_way
from jalon.reviews.models import Outcome
from jalon.reviews.queries.ways import options_of
from jalon.vendors.actions import add_version, create_product
from jalon.vendors.models import Product, Version
from jalon.vendors.rules import ProductData


@dataclass(frozen=True)
class Cast:
    """Who plays. `vendor` is a mandataire; `verifier` holds his or her role for the programme."""

    vendor: User
    verifier: User


def _in_catalogue(vendor: Standing, data: ProductData) -> Version:
    """A new product; a further version, where the catalogue has the product already."""
    known = Product.objects.visible_to(vendor).filter(name=data.name).first()
    if known is None:
        return create_product(actor=vendor, data=data)
    return add_version(actor=vendor, product_id=known.pk, sheet=data.version_sheet)


class Play:
    """One application, from its product on. Each method is what people do next; it may be called again."""

    def __init__(self, cast: Cast, number: str) -> None:
        self.cast, self.number = cast, number

    @property
    def vendor(self) -> Standing:
        return standing_of(self.cast.vendor)

    @property
    def verifier(self) -> Standing:
        return standing_of(self.cast.verifier)

    @property
    def application(self) -> Application:
        """As it stands now. A play knows what it opened: nobody has to be asked whether it is visible."""
        files = Application.objects.select_related("revision").defer("revision__content")
        return files.get(number=self.number)

    @classmethod
    def begin(cls, cast: Cast, programme_code: str, product: ProductData) -> "Play":
        """Create the product or a version of it, accept the charter, open the application."""
        vendor = standing_of(cast.vendor)
        version = _in_catalogue(vendor, product)
        programme = Programme.objects.get(code=programme_code)
        revision = current_revision(programme, clock.paris_date(clock.now()))
        if revision is None:
            raise LookupError(f"{programme_code} has no published revision")
        text = charter_text(definition_of(revision).charter, "fr")
        application = open_application(
            actor=vendor,
            programme_code=programme_code,
            version_id=version.pk,
            charter_accepted=True,
            charter_sha256=sha256_hex(text),
            language="fr",
        )
        return cls(cast, application.number)

    # --- Steps 1 and 2

    def answer(self, values: dict[str, Any]) -> "Play":
        """Give these answers, whatever stood there."""
        for field, value in values.items():
            marks = answer_marks(self.application)
            save_answer(
                actor=self.vendor,
                number=self.number,
                field=field,
                value=value,
                base_version=int(marks.get(field, 0)),
            )
        return self

    def fill(self, values: dict[str, Any] | None = None) -> "Play":
        """Answer every required question: with `values`, with what iSC knows, then with samples."""
        self.answer(values or {})
        for step in form_steps(definition_for(self.application)):
            for section in step.sections:
                for button in section.prefill:
                    prefill(actor=self.vendor, number=self.number, section=section.key, source=button.source)
        while questions := self._open_questions():
            self._answer_by_samples(questions)
        return self

    def _open_questions(self) -> list[FormField]:
        """The required questions without an answer; answering them may call for others."""
        answers = answers_of(self.application)
        return [
            field
            for step in form_steps(definition_for(self.application))
            for section in step.sections
            for field in asked(section, answers)
            if field.required and field.kind != "shown" and is_empty(answers.get(field.key))
        ]

    def _answer_by_samples(self, questions: Iterable[FormField]) -> None:
        definition, answers = definition_for(self.application), answers_of(self.application)
        given: dict[str, Any] = {}
        for field in questions:
            if field.kind == "documents":
                document = self._receive("attestation.pdf", sample_pdf(field.key))
                add_answer_document(
                    actor=self.vendor, number=self.number, field=field.key, document_id=document.pk
                )
            else:
                given[field.key] = sample_answer(field, {**answers, **given}, definition)
        self.answer(given)

    def submit(self) -> "Play":
        submit_application(
            actor=self.vendor,
            number=self.number,
            seen=answer_marks(self.application),
            received_at=clock.now(),
        )
        return self

    def find_eligible(self, *, confirm: bool = True) -> "Play":
        """The verifier validates the file, and decides on what it declares."""
        claims = {claim.key: confirm for claim in definition_for(self.application).claims}
        validate_file(actor=self.verifier, number=self.number, round_n=self._deciding_round(), claims=claims)
        return self

    def refuse(self, reasons: str) -> "Play":
        refuse_file(actor=self.verifier, number=self.number, round_n=self._deciding_round(), reasons=reasons)
        return self

    def _deciding_round(self) -> int:
        return list(parts_of(self.application, PartKind.FORM).values())[-1].round

    # --- Step 3

    def chapters(self, *states: ChapterState) -> list[str]:
        parts = parts_of(self.application, PartKind.CHAPTER).values()
        return [chapter_key(part) for part in parts if not states or part.state in states]

    def deposit(self, chapter: str, *, limit: int | None = None) -> "Play":
        """Fill the open slots of a chapter, each with one piece of its first kind; of several ways, the first."""
        self.choose_ways(chapter)
        waiting = [
            v for v in slot_views(self.application, chapter) if v.state != SlotState.DEPOSITED and v.is_open
        ]
        for n, view in enumerate(waiting[:limit]):
            self.deposit_slot(view, n)
        return self

    def choose_ways(self, chapter: str) -> None:
        while choices := choices_left(self.application, chapter):
            [way, *_others] = options_of(self.application, choices[0])
            choose_way(actor=self.vendor, number=self.number, choice=choices[0].key, way=way.key)

    def deposit_slot(self, view: SlotView, n: int) -> None:
        """One piece. A slot sent back gets a different one."""
        kind = kinds_of(definition_for(self.application), view.expected)[0]
        serial = 1000 * view.version + n
        if kind.reports:
            self._deposit_report(view, kind, serial)
        elif kind.form == "link":
            deposit_link(
                actor=self.vendor, number=self.number, item_key=view.key, url=sample_link(kind, serial)
            )
        elif kind.form == "record":
            deposit_record(
                actor=self.vendor,
                number=self.number,
                item_key=view.key,
                kind_key=kind.key,
                text=sample_record(kind),
            )
        else:
            name, data = sample_file(kind, serial, view.expected.code.replace("/", "_") or "preuve")
            document = self._receive(name, data)
            deposit_file(actor=self.vendor, number=self.number, item_key=view.key, document_id=document.pk)

    def _deposit_report(self, view: SlotView, kind: ProofKind, serial: int) -> None:
        """As an import does once the platform has answered. A platform knows a company by one word."""
        application = self.application
        word = owner_of(application).organisation or application.company.name.partition(" ")[0].upper()
        taken = sample_report(kind, serial, organisation=word, product=application.product_name)
        document = store_fetched(
            actor=self.vendor, company_id=application.company_id, name=taken.name, data=taken.raw,
            media_type=taken.media_type,
        )  # fmt: skip
        deposit_report(
            actor=self.vendor, number=self.number, item_key=view.key, taken=taken, document_id=document.pk
        )

    def submit_chapters(self, chapters: Iterable[str]) -> "Play":
        parts = parts_of(self.application, PartKind.CHAPTER)
        for chapter in chapters:
            submit_chapter(
                actor=self.vendor,
                number=self.number,
                chapter=chapter,
                round_n=parts[f"chapter:{chapter}"].round,
                received_at=clock.now(),
            )
        return self

    def judge(self, chapter: str, *, to_modify: dict[str, str] | None = None) -> "Play":
        """Judge every submitted slot: conforming, or to modify with the given reason (item key → reason)."""
        reasons = to_modify or {}
        for view in slot_views(self.application, chapter):
            if view.awaits_verdict:
                judge_proof(
                    actor=self.verifier,
                    number=self.number,
                    chapter=chapter,
                    item_key=view.key,
                    slot_version=view.version,
                    outcome=Outcome.TO_MODIFY if view.key in reasons else Outcome.CONFORMING,
                    text=reasons.get(view.key, ""),
                )
        return self

    def close(self, chapter: str, *, send_back: bool = False) -> "Play":
        act = return_chapter if send_back else validate_chapter
        part = parts_of(self.application)[f"chapter:{chapter}"]
        act(actor=self.verifier, number=self.number, chapter=chapter, round_n=part.round)
        return self

    def prove(self, chapters: Iterable[str] | None = None) -> "Play":
        """Deposit, submit, judge and validate chapters: all of them, or those named."""
        for chapter in list(chapters if chapters is not None else self.chapters(ChapterState.TO_COMPLETE)):
            self.deposit(chapter).submit_chapters([chapter]).judge(chapter).close(chapter)
        return self

    # --- Other desks

    def meet_prerequisites(self) -> "Play":
        """The vendor deposits each document; the agency records it."""
        for prerequisite in definition_for(self.application).prerequisites:
            document = self._receive(f"{prerequisite.key}.pdf", sample_pdf(prerequisite.key))
            deposit_prerequisite(
                actor=self.vendor, number=self.number, key=prerequisite.key, document_id=document.pk
            )
            record_prerequisite(
                actor=self.verifier,
                number=self.number,
                key=prerequisite.key,
                obtained=True,
                obtained_on=clock.paris_date(clock.now()),
            )
        return self

    # --- Step 4

    def draw(self) -> "Play":
        """What the background worker does when the bell rings: draw the convention, or pronounce the award."""
        reconcile(application_id=self.application.pk)
        return self

    def give_opinion(self, member: User, *, favourable: bool = True, reasons: str = "") -> "Play":
        record_opinion(
            actor=standing_of(member),
            number=self.number,
            session_on=clock.paris_date(clock.now()),
            outcome=OpinionOutcome.FAVOURABLE if favourable else OpinionOutcome.UNFAVOURABLE,
            reasons=reasons,
        )
        return self

    def sign(self) -> "Play":
        """The legal representative follows the link of the mail, asks for a code and signs."""
        convention = live_convention(self.application)
        invitation = live_invitation(convention) if convention else None
        if invitation is None:
            raise LookupError(f"{self.number}: nothing to sign")
        token = link_token(invitation.nonce)
        open_invitation(actor=NOBODY, token=token, ip="127.0.0.1")
        send_code(actor=NOBODY, token=token)
        invitation.refresh_from_db()
        code = code_of(invitation.nonce, invitation.code_nonce)
        sign_as_vendor(actor=NOBODY, token=token, code=code, ip="127.0.0.1")
        return self

    def countersign(self, signatory: User) -> "Play":
        sign_as_agency(actor=standing_of(signatory), number=self.number)
        return self

    def _receive(self, name: str, data: bytes) -> Document:
        return receive_file(
            actor=self.vendor,
            company_id=self.application.company_id,
            name=name,
            chunks=[data],
            formats=[name.rpartition(".")[2]],
            max_bytes=50 * 1024 * 1024,
        )
