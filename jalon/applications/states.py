"""States of an application, of its steps and of its chapters (PRODUCT.md, R12), and whose turn it is.

The word is the same for vendor and agency; what differs is the turn (`Turn`).
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jalon.core.states import Transitions


class ApplicationState(TextChoices):
    TO_COMPLETE = "to_complete", _("À compléter")
    SUBMITTED = "submitted", _("Soumise")
    TO_MODIFY = "to_modify", _("À modifier")
    ELIGIBLE = "eligible", _("Éligible")
    PROOFS_VALIDATED = "proofs_validated", _("Preuves validées")
    CONVENTION_SIGNING = "convention_signing", _("Convention en signature")
    LISTED = "listed", _("Référencée")
    REFUSED = "refused", _("Refusée")
    WITHDRAWN = "withdrawn", _("Retirée")
    LATE = "late", _("Hors délai")


A = ApplicationState
APPLICATION_TRANSITIONS: Transitions[ApplicationState] = Transitions(
    {
        A.TO_COMPLETE: frozenset({A.SUBMITTED, A.WITHDRAWN, A.LATE}),
        A.SUBMITTED: frozenset({A.TO_MODIFY, A.ELIGIBLE, A.REFUSED, A.WITHDRAWN}),
        A.TO_MODIFY: frozenset({A.SUBMITTED, A.WITHDRAWN, A.LATE}),
        A.ELIGIBLE: frozenset({A.PROOFS_VALIDATED, A.WITHDRAWN, A.LATE}),
        # A wrong verdict may be reopened until the college's session (situation 13).
        A.PROOFS_VALIDATED: frozenset({A.CONVENTION_SIGNING, A.ELIGIBLE, A.REFUSED, A.WITHDRAWN}),
        A.CONVENTION_SIGNING: frozenset({A.LISTED, A.ELIGIBLE, A.REFUSED, A.WITHDRAWN}),
        A.LISTED: frozenset(),
        # An agent may reopen a refused eligibility, with a reason (situation 7).
        A.REFUSED: frozenset({A.SUBMITTED}),
        A.WITHDRAWN: frozenset(),
        # Only an extension reopens a file that missed a gate (R4).
        A.LATE: frozenset({A.TO_COMPLETE, A.TO_MODIFY, A.ELIGIBLE, A.WITHDRAWN}),
    }
)
# One live application per product version and programme (situation 5): these no longer count.
ENDED_STATES = frozenset({A.REFUSED, A.WITHDRAWN})


class StepState(TextChoices):
    LOCKED = "locked", _("Verrouillée")
    TO_COMPLETE = "to_complete", _("À compléter")
    SUBMITTED = "submitted", _("Soumise")
    TO_MODIFY = "to_modify", _("À modifier")
    VALIDATED = "validated", _("Validée")
    REFUSED = "refused", _("Refusée")


STEP_TRANSITIONS: Transitions[StepState] = Transitions(
    {
        StepState.LOCKED: frozenset({StepState.TO_COMPLETE}),
        StepState.TO_COMPLETE: frozenset({StepState.SUBMITTED, StepState.VALIDATED}),
        StepState.SUBMITTED: frozenset({StepState.TO_MODIFY, StepState.VALIDATED, StepState.REFUSED}),
        StepState.TO_MODIFY: frozenset({StepState.SUBMITTED}),
        StepState.VALIDATED: frozenset({StepState.TO_COMPLETE}),  # proofs reopened
        StepState.REFUSED: frozenset({StepState.SUBMITTED}),
    }
)


class ChapterState(TextChoices):
    TO_COMPLETE = "to_complete", _("À compléter")
    READY = "ready", _("Prêt")
    SUBMITTED = "submitted", _("Soumis")
    TO_MODIFY = "to_modify", _("À modifier")
    RESUBMITTED = "resubmitted", _("Resoumis")
    VALIDATED = "validated", _("Validé")


C = ChapterState
CHAPTER_TRANSITIONS: Transitions[ChapterState] = Transitions(
    {
        C.TO_COMPLETE: frozenset({C.READY, C.VALIDATED}),
        C.READY: frozenset({C.TO_COMPLETE, C.SUBMITTED}),
        C.SUBMITTED: frozenset({C.READY, C.TO_MODIFY, C.VALIDATED}),
        C.TO_MODIFY: frozenset({C.RESUBMITTED}),
        C.RESUBMITTED: frozenset({C.TO_MODIFY, C.VALIDATED}),
        C.VALIDATED: frozenset({C.TO_MODIFY}),  # a verdict reopened, or a requirement that changed
    }
)
# In whose hands a chapter is: the vendor may change its proofs, or the agency examines them.
CHAPTER_OPEN_TO_VENDOR = (C.TO_COMPLETE, C.READY, C.TO_MODIFY)
CHAPTER_UNDER_EXAMINATION = (C.SUBMITTED, C.RESUBMITTED)


class PartKind(TextChoices):
    FORM = "form"
    PROOFS = "proofs"
    CONVENTION = "convention"
    CHAPTER = "chapter"


class Turn(TextChoices):
    """Who must act now."""

    VENDOR = "vendor", _("À l’éditeur")
    AGENCY = "agency", _("À l’agence")
    BOTH = "both", _("À l’éditeur et à l’agence")
    COLLEGE = "college", _("Au collège")
    SIGNATORY = "signatory", _("Au signataire")
    THIRD_PARTY = "third_party", _("À un tiers")
    NOBODY = "nobody", _("À personne")  # it has ended, or only an extension opens it again


# Turns in which each side has something to do; rules/turns.py says when that is both.
VENDOR_TURNS = (Turn.VENDOR, Turn.BOTH)
AGENCY_TURNS = (Turn.AGENCY, Turn.BOTH)


class RoundOutcome(TextChoices):
    """How a hand-over from the vendor ended."""

    PENDING = "pending"
    VALIDATED = "validated"
    RETURNED = "returned"
    REFUSED = "refused"
    RECALLED = "recalled"
