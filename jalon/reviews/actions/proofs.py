"""Step 3 as a whole: validated by a verifier, never by what a move or a declaration leaves (R5)."""

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.actions.steps import (
    lock_application,
    pass_turn_of_proofs,
    ring_bell,
    set_application_state,
    set_step_state,
)
from jalon.applications.models import DECISION_STATES, Application
from jalon.applications.queries import parts_of
from jalon.applications.states import ApplicationState, ChapterState, PartKind, StepState, Turn
from jalon.core.actions import step, verb
from jalon.core.errors import Conflict, NotAllowed, TransitionRefused
from jalon.journal.actions import record
from jalon.notices.actions import tell
from jalon.reviews.notices import ProofsValidated
from jalon.reviews.policy import can_judge
from jalon.reviews.queries.proofs import move_marks, validation_obstacle
from jalon.vendors.queries import people_with_access


@verb
def validate_proofs(*, actor: Standing, number: str, marks: int) -> None:
    """A verifier validates step 3 of a file of which a move or a declaration left nothing open.

    `marks`: `move_marks` when the page was shown; moved since, the file is not validated on unseen.
    """
    application = lock_application(actor, number)
    if not can_judge(actor, application):
        raise NotAllowed(_("Seul un vérificateur de la démarche valide l’étape des preuves."))
    if application.state in DECISION_STATES:
        return
    if move_marks(application) != marks:
        raise Conflict(
            _("Ce qui est demandé au dossier a changé depuis que la page est ouverte. Relisez-le.")
        )
    if obstacle := validation_obstacle(application):
        raise TransitionRefused(obstacle)
    close_proofs(application)
    record(
        chain=f"application:{application.number}",
        event="reviews.proofs.validated",
        actor_ref=actor.user_ref,
        slots=application.expected,
    )
    tell(
        ProofsValidated(application_number=application.number),
        users=people_with_access(application.version.product),
        dedupe=f"proofs:{application.pk}:{marks}",
    )
    ring_bell(application)


@step
def close_proofs(application: Application) -> None:
    """Step 3 is validated: a verifier has just said so, of the step or of its last chapter."""
    for part in parts_of(application, PartKind.PROOFS).values():
        set_step_state(part, StepState.VALIDATED)
    set_application_state(application, ApplicationState.PROOFS_VALIDATED, Turn.AGENCY)
    pass_turn_of_proofs(application)


@step
def settle_proofs(application: Application) -> None:
    """Step 3 and the file itself after a move, from the states of the chapters.

    What a verifier validated stays so while nothing is open. Else the step is open; if nothing is left to do in it,
    that is the agency's turn: a verifier validates it.
    """
    chapters = parts_of(application, PartKind.CHAPTER).values()
    nothing_open = all(part.state == ChapterState.VALIDATED for part in chapters)
    if nothing_open and application.state == ApplicationState.PROOFS_VALIDATED:
        pass_turn_of_proofs(application)
        return
    for part in parts_of(application, PartKind.PROOFS).values():
        set_step_state(part, StepState.TO_COMPLETE)
    set_application_state(application, ApplicationState.ELIGIBLE, Turn(application.turn))
    pass_turn_of_proofs(application)
