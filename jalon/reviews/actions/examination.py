"""Chapters of proofs examined: opened, judged slot by slot, validated or sent back (G15, G16)."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jalon.accounts.standing import Standing
from jalon.applications.actions.steps import (
    close_round,
    open_for_examination,
    pass_turn_of_proofs,
    ring_bell,
    set_chapter_state,
)
from jalon.applications.models import Application, Part, Round
from jalon.applications.queries import definition_for, latest_round, parts_of
from jalon.applications.states import CHAPTER_UNDER_EXAMINATION, ChapterState, PartKind, RoundOutcome
from jalon.core import clock, dates
from jalon.core.actions import draft, verb
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.evidence.actions.handovers import settle_slots
from jalon.evidence.models import Proof, Slot
from jalon.evidence.queries import chapter_key, chapter_of, choices_left, slot_views
from jalon.evidence.states import SlotState
from jalon.journal.actions import record
from jalon.messaging.actions import write
from jalon.notices.actions import tell
from jalon.reviews.actions.chapter_parts import check_running, locked_chapter, named_chapter
from jalon.reviews.actions.proofs import close_proofs
from jalon.reviews.models import Outcome, Verdict
from jalon.reviews.notices import ChapterReturned, ChapterValidated
from jalon.reviews.policy import can_judge
from jalon.reviews.queries import asked_since, latest_verdicts
from jalon.reviews.queries.proofs import move_marks
from jalon.reviews.queries.seals import holds_sealed_piece
from jalon.vendors.queries import people_with_access

TO_JUDGE = (SlotState.SUBMITTED, SlotState.NA_REQUESTED)


@draft
def open_chapter(*, actor: Standing, number: str, chapter: str) -> None:
    """A verifier begins the examination: from now on the vendor cannot recall the chapter."""
    application, part = locked_chapter(actor, number, chapter)
    if not can_judge(actor, application):
        raise NotAllowed(_("Seul un vérificateur de la démarche examine un chapitre."))
    check_running(application)
    handed_in = latest_round(part)
    if handed_in is not None and handed_in.outcome == RoundOutcome.PENDING:
        open_for_examination(handed_in, actor=actor)


@verb
def judge_proof(
    *,
    actor: Standing,
    number: str,
    chapter: str,
    item_key: str,
    slot_version: int,
    outcome: Outcome,
    reason_code: str = "",
    text: str = "",
    seen_verdict: int | None = None,
) -> Verdict:
    """One verdict on one proof; it can be taken back (outcome "withdrawn") until the chapter is closed.

    `slot_version` is what the verifier saw: when the slot changed meanwhile, nothing is written. `seen_verdict`:
    the id of the verdict that the page showed, 0 for none; when a colleague has judged since, nothing is written.
    """
    application, part = locked_chapter(actor, number, chapter)
    handed_in = _round_to_judge(actor, application, part)
    slot, proof = _slot_to_judge(part, item_key, slot_version)
    text = text.replace("\x00", "").strip()
    last = latest_verdicts(handed_in).get(proof.pk)
    if last is not None and (last.outcome, last.reason_code, last.text) == (outcome, reason_code, text):
        return last
    _check_not_judged_since(actor, last, seen_verdict)
    if outcome == Outcome.WITHDRAWN and (last is None or last.outcome == Outcome.WITHDRAWN):
        raise TransitionRefused(_("Aucune décision n’est à reprendre sur cette preuve."))
    _check_reason(application, item_key, outcome, reason_code, text)
    if outcome == Outcome.CONFORMING and holds_sealed_piece(proof):
        raise TransitionRefused(
            _("Une pièce de cette preuve est scellée : renvoyez-la, elle est à donner à nouveau.")
        )
    open_for_examination(handed_in, actor=actor)
    verdict = Verdict.objects.create(
        proof=proof,
        round=handed_in,
        slot_version=slot.content_version,
        outcome=outcome,
        reason_code=reason_code,
        text=text,
        by_id=actor.person_id,
        at=clock.now(),
    )
    record(
        chain=f"application:{application.number}",
        event="reviews.verdict.given",
        actor_ref=actor.user_ref,
        chapter=chapter,
        item=slot.item_key,
        proof=proof.pk,
        outcome=outcome,
    )
    return verdict


def _check_reason(
    application: Application, item_key: str, outcome: Outcome, reason_code: str, text: str
) -> None:
    if outcome == Outcome.TO_MODIFY and not text:
        raise InvalidInput(
            {item_key: _("Dites ce qui manque et ce qui suffirait : l’éditeur lira ce motif.")}
        )
    if reason_code and reason_code not in {r.key for r in definition_for(application).return_reasons}:
        raise InvalidInput({item_key: _("Choisissez un motif dans la liste de la démarche.")})


def _check_not_judged_since(actor: Standing, last: Verdict | None, seen: int | None) -> None:
    if seen is None or last is None or last.pk == seen or last.by_id == actor.user_id:
        return
    raise Conflict(
        _(
            "%(name)s a décidé « %(outcome)s » le %(at)s, pendant que vous lisiez. Relisez la preuve avant de décider."
        )
        % {
            "name": last.by.full_name,
            "outcome": last.get_outcome_display(),
            "at": dates.moment(last.at),
        }
    )


def _round_to_judge(actor: Standing, application: Application, part: Part) -> Round:
    if not can_judge(actor, application):
        raise NotAllowed(_("Seul un vérificateur de la démarche juge une preuve."))
    check_running(application)
    handed_in = latest_round(part)
    if (
        handed_in is None
        or handed_in.outcome != RoundOutcome.PENDING
        or part.state not in CHAPTER_UNDER_EXAMINATION
    ):
        raise TransitionRefused(
            _("Ce chapitre n’est pas en examen : l’éditeur l’a rappelé, ou il est déjà clos.")
        )
    return handed_in


def _slot_to_judge(part: Part, item_key: str, slot_version: int) -> tuple[Slot, Proof]:
    slot = Slot.objects.select_for_update().filter(part=part, item_key=item_key).first()
    proof = Proof.objects.filter(slot=slot, superseded_at=None).first() if slot else None
    if slot is None or proof is None:
        raise NotVisible(item_key)
    if slot.version != slot_version:
        raise Conflict(
            _("Cette preuve a changé depuis que la page est ouverte. Relisez-la avant de décider.")
        )
    if proof.submitted_at is None:
        raise TransitionRefused(_("Cette preuve n’a pas été soumise : elle ne se juge pas encore."))
    if slot.state not in TO_JUDGE:
        raise TransitionRefused(_("Cette preuve est déjà conforme : elle n’est plus à juger."))
    return slot, proof


@verb
def validate_chapter(
    *, actor: Standing, number: str, chapter: str, round_n: int, marks: int | None = None
) -> None:
    """Close the examination with every proof conforming. The last chapter validates step 3.

    `marks`: `move_marks` when the page was shown; moved since, the step is not validated on unseen with the chapter.
    """
    application, part = locked_chapter(actor, number, chapter)
    closing = _closing(actor, application, part, round_n, RoundOutcome.VALIDATED)
    if closing is None:
        return
    handed_in, decisions = closing
    if not all(decisions.values()):
        raise TransitionRefused(_("Des preuves sont à modifier : renvoyez le chapitre à l’éditeur."))
    _check_nothing_asked_since(application, chapter)
    settle_slots(part, decisions)
    close_round(handed_in, actor=actor, outcome=RoundOutcome.VALIDATED)
    set_chapter_state(part, ChapterState.VALIDATED)
    done = all(p.state == ChapterState.VALIDATED for p in parts_of(application, PartKind.CHAPTER).values())
    closes = done and (marks is None or marks == move_marks(application))
    if closes:
        close_proofs(application)
    else:
        pass_turn_of_proofs(application)
    record(
        chain=f"application:{application.number}",
        event="reviews.chapter.validated",
        actor_ref=actor.user_ref,
        chapter=chapter,
        round=handed_in.n,
        all_chapters=closes,
    )
    notice = ChapterValidated(application_number=application.number, **named_chapter(application, chapter))
    tell(notice, users=people_with_access(application.version.product), dedupe=f"round:{handed_in.pk}")
    ring_bell(application)


def _check_nothing_asked_since(application: Application, chapter: str) -> None:
    if missing := asked_since(slot_views(application, chapter)):
        raise TransitionRefused(
            ngettext(
                "%(n)s preuve est demandée depuis la remise de ce chapitre : renvoyez-le à l’éditeur.",
                "%(n)s preuves sont demandées depuis la remise de ce chapitre : renvoyez-le à l’éditeur.",
                len(missing),
            )
            % {"n": len(missing)}
        )
    if choices_left(application, chapter):
        raise TransitionRefused(
            _("Un choix est demandé à l’éditeur depuis la remise de ce chapitre : renvoyez-le-lui.")
        )


def _is_more_asked(application: Application, chapter: str) -> bool:
    asked = asked_since(slot_views(application, chapter))
    return bool(asked) or bool(choices_left(application, chapter))


@verb
def return_chapter(*, actor: Standing, number: str, chapter: str, round_n: int) -> None:
    """Send the chapter back: an internal message lists the proofs and reasons; the mail says only that it waits."""
    application, part = locked_chapter(actor, number, chapter)
    closing = _closing(actor, application, part, round_n, RoundOutcome.RETURNED)
    if closing is None:
        return
    handed_in, decisions = closing
    if all(decisions.values()) and not _is_more_asked(application, chapter):
        raise TransitionRefused(_("Toutes les preuves sont conformes : validez le chapitre."))
    body = _request_text(application, part, handed_in, decisions)
    settle_slots(part, decisions)
    close_round(handed_in, actor=actor, outcome=RoundOutcome.RETURNED)
    set_chapter_state(part, ChapterState.TO_MODIFY)
    pass_turn_of_proofs(application)
    record(
        chain=f"application:{application.number}",
        event="reviews.chapter.returned",
        actor_ref=actor.user_ref,
        chapter=chapter,
        round=handed_in.n,
        to_modify=sum(not accepted for accepted in decisions.values()),
    )
    write(
        application, author_id=actor.person_id, from_agency=True, body=body, ref_kind="part", ref_key=part.key
    )
    notice = ChapterReturned(application_number=application.number, **named_chapter(application, chapter))
    tell(notice, users=people_with_access(application.version.product), dedupe=f"round:{handed_in.pk}")


def _closing(
    actor: Standing, application: Application, part: Part, round_n: int, outcome: RoundOutcome
) -> tuple[Round, Mapping[int, bool]] | None:
    """The round to close and its decisions (proof → accepted); None when this person has so closed it already."""
    if not can_judge(actor, application):
        raise NotAllowed(_("Seul un vérificateur de la démarche clôt l’examen d’un chapitre."))
    handed_in = part.rounds.select_related("closed_by").filter(n=round_n).first()
    if handed_in is None or part.round != round_n:
        raise Conflict(_("Ce chapitre a changé depuis que la page est ouverte. Relisez-le."))
    if handed_in.outcome != RoundOutcome.PENDING:
        if (handed_in.closed_by_id, handed_in.outcome) == (actor.user_id, outcome):
            return None
        raise Conflict(
            _("%(name)s a clos l’examen de ce chapitre le %(at)s.")
            % {
                "name": handed_in.closed_by.full_name if handed_in.closed_by else "",
                "at": dates.moment(handed_in.closed_at) if handed_in.closed_at else "",
            }
        )
    check_running(application)
    verdicts = latest_verdicts(handed_in)
    waiting = [v for v in slot_views(application, chapter_key(part)) if v.awaits_verdict]
    decisions = {
        v.proof.pk: verdicts[v.proof.pk].outcome == Outcome.CONFORMING
        for v in waiting
        if v.proof and v.proof.pk in verdicts and verdicts[v.proof.pk].outcome != Outcome.WITHDRAWN
    }
    if left := len(waiting) - len(decisions):
        raise TransitionRefused(
            ngettext("Reste %(n)s preuve à juger.", "Reste %(n)s preuves à juger.", left) % {"n": left}
        )
    return handed_in, decisions


# What the agency writes in a conversation is in French, its language, whoever reads it.
def _request_text(
    application: Application, part: Part, handed_in: Round, decisions: Mapping[int, bool]
) -> str:
    chapter = chapter_of(application, chapter_key(part))
    verdicts = latest_verdicts(handed_in)
    views = slot_views(application, chapter_key(part))
    lines = [f"• {v.code} : {verdicts[v.proof.pk].text}" for v in views
             if v.proof and not decisions.get(v.proof.pk, True)]  # fmt: skip
    lines += [f"• {view.code} : demandée depuis la remise du chapitre." for view in asked_since(views)]
    lines += [f"• {c.label.fr} : choix à faire." for c in choices_left(application, chapter_key(part))]
    title = chapter.title.fr if chapter else part.key
    return "\n".join([f"Chapitre « {title} » : des modifications sont demandées.", *lines])
