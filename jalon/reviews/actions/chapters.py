"""Chapters of proofs handed over by the vendor: submitted, recalled (G14). What the agency does: `examination`."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.steps import close_round, open_round, pass_turn_of_proofs, set_chapter_state
from jalon.applications.models import Application, Part, Round
from jalon.applications.queries import definition_for, instructors, latest_round
from jalon.applications.queries.dates import WITH_VENDOR
from jalon.applications.rules import gates
from jalon.applications.states import CHAPTER_UNDER_EXAMINATION, ApplicationState, ChapterState, RoundOutcome
from jalon.core.actions import verb
from jalon.core.errors import Conflict, NotAllowed, TransitionRefused
from jalon.documents.inspection import message_of, remedy_of
from jalon.evidence.actions.handovers import hand_in_slots, take_back_slots
from jalon.evidence.queries import chapter_key, choices_left, named_proofs, slot_views
from jalon.evidence.queries.judged import Blocked, blocked_pieces
from jalon.evidence.queries.platforms import owner_of
from jalon.journal.actions import record
from jalon.notices.actions import tell
from jalon.reviews.actions.chapter_parts import check_running, locked_chapter, named_chapter
from jalon.reviews.notices import ChapterSubmitted
from jalon.reviews.policy import can_submit_chapter
from jalon.reviews.queries import pieces_obstacle, submission_obstacle
from jalon.reviews.queries.dates import handed_in_until
from jalon.reviews.queries.seals import sealed_drafts
from jalon.uploads.queries import under_way_in

NAMED = 10  # pieces that a refusal names


@verb
def submit_chapter(
    *, actor: Standing, number: str, chapter: str, round_n: int, received_at: datetime, coming: int = 0
) -> Round:
    """ "Soumettre le chapitre", "Resoumettre le chapitre". `round_n`: hand-overs made when the page was shown.

    `coming`: files still under way of which the page told that the chapter goes without them.
    A second click for the same hand-over gives the first one. Refused until every slot is filled, and, after a
    return, until every slot sent back was changed; and while a blocking finding is known, never for a late check.
    """
    application, part = locked_chapter(actor, number, chapter)
    if not can_submit_chapter(actor, application):
        raise NotAllowed(_("Seules les personnes de l’entreprise candidate soumettent un chapitre."))
    if (
        part.state in CHAPTER_UNDER_EXAMINATION
        and part.round == round_n + 1
        and (pending := latest_round(part)) is not None
    ):
        return pending
    if part.round != round_n:
        raise Conflict(_("Ce chapitre a changé depuis que la page est ouverte. Relisez-le."))
    _check_may_submit(application, part, received_at)
    _check_nothing_left(application, part, coming)
    _check_nothing_sealed(application, part)
    first = part.state == ChapterState.READY
    manifest = hand_in_slots(part, received_at=received_at)
    handed_in = open_round(part, actor=actor, received_at=received_at, snapshot=manifest)
    set_chapter_state(part, ChapterState.SUBMITTED if first else ChapterState.RESUBMITTED)
    pass_turn_of_proofs(application)
    record(
        chain=f"application:{application.number}",
        event="reviews.chapter.submitted",
        actor_ref=actor.user_ref,
        chapter=chapter,
        round=handed_in.n,
        manifest=handed_in.sha256,
        received_at=received_at.isoformat(),
    )
    notice = ChapterSubmitted(
        application_number=application.number, round=handed_in.n, **named_chapter(application, chapter)
    )
    tell(notice, users=instructors(application, StaffRoleName.VERIFIER), dedupe=f"round:{handed_in.pk}")
    return handed_in


def _check_may_submit(application: Application, part: Part, received_at: datetime) -> None:
    if application.state != ApplicationState.ELIGIBLE or part.state not in WITH_VENDOR:
        raise TransitionRefused(
            _("Ce chapitre est au statut « %(state)s » : il ne se soumet pas.")
            % {"state": ChapterState(part.state).label}
        )
    if obstacle := submission_obstacle(part, len(choices_left(application, chapter_key(part)))):
        raise TransitionRefused(obstacle + ".")
    views = slot_views(application, chapter_key(part))
    if blocked := blocked_pieces(definition_for(application), views, owner_of(application), received_at):
        raise TransitionRefused(_blocked_sentence(blocked))
    if gates.is_passed(handed_in_until(application, part, received_at), received_at):
        raise TransitionRefused(
            _(
                "La date limite est passée. Écrivez à votre référent : seule une prolongation rouvre le dossier."
            )
        )


def _blocked_sentence(blocked: Sequence[Blocked]) -> str:
    """Each piece on a line of its own, the first ones."""
    lines = [
        f"{one.view.code} – {message_of(one.finding)} {remedy_of(one.finding)}" for one in blocked[:NAMED]
    ]
    more = len(blocked) - NAMED
    if more > 0:
        lines.append(ngettext("et %(n)s autre", "et %(n)s autres", more) % {"n": more})
    return "\n".join((pieces_obstacle(blocked) + ".", *lines))


def _check_nothing_left(application: Application, part: Part, told: int) -> None:
    files = under_way_in(application, chapter_key(part))
    if files > told:
        raise TransitionRefused(
            ngettext(
                "%(n)s fichier de ce chapitre est encore en cours d’envoi ou de contrôle. Attendez qu’il soit à sa "
                "place, ou soumettez une seconde fois : le chapitre part alors sans lui.",
                "%(n)s fichiers de ce chapitre sont encore en cours d’envoi ou de contrôle. Attendez qu’ils soient à "
                "leur place, ou soumettez une seconde fois : le chapitre part alors sans eux.",
                files,
            )
            % {"n": files}
        )


def _check_nothing_sealed(application: Application, part: Part) -> None:
    """A file that nobody can open proves nothing (R9)."""
    keys = sealed_drafts(part)
    if keys:
        codes = ", ".join(proof.code for proof in named_proofs(application) if proof.key in keys)
        raise TransitionRefused(
            _("Retirez les pièces que l’agence a scellées, et donnez-en d’autres : %(codes)s.")
            % {"codes": codes}
        )


@verb
def recall_chapter(*, actor: Standing, number: str, chapter: str) -> None:
    """Take a submitted chapter back, until a verifier opens it (G14)."""
    application, part = locked_chapter(actor, number, chapter)
    if not can_submit_chapter(actor, application):
        raise NotAllowed(_("Seules les personnes de l’entreprise candidate rappellent un chapitre."))
    check_running(application)
    handed_in = latest_round(part)
    if handed_in is not None and handed_in.outcome == RoundOutcome.RECALLED and part.state in WITH_VENDOR:
        return
    if handed_in is None or part.state not in CHAPTER_UNDER_EXAMINATION:
        raise TransitionRefused(_("Ce chapitre n’est pas soumis : il n’y a rien à rappeler."))
    if handed_in.opened_at is not None:
        raise TransitionRefused(_("Un vérificateur a ouvert ce chapitre : il ne peut plus être rappelé."))
    first = part.state == ChapterState.SUBMITTED
    close_round(handed_in, actor=actor, outcome=RoundOutcome.RECALLED)
    take_back_slots(part)
    set_chapter_state(part, ChapterState.READY if first else ChapterState.TO_MODIFY)
    if first and part.given < part.expected:  # more is asked for since it was handed in
        set_chapter_state(part, ChapterState.TO_COMPLETE)
    pass_turn_of_proofs(application)
    record(
        chain=f"application:{application.number}",
        event="reviews.chapter.recalled",
        actor_ref=actor.user_ref,
        chapter=chapter,
        round=handed_in.n,
    )
