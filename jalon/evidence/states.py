"""States of a slot: where one expected proof is given (PRODUCT.md, R12)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jalon.core.states import Transitions


class SlotState(TextChoices):
    TO_DEPOSIT = "to_deposit", _("À déposer")
    DEPOSITED = "deposited", _("Déposée")
    SUBMITTED = "submitted", _("Soumise")
    CONFORMING = "conforming", _("Conforme")
    TO_MODIFY = "to_modify", _("À modifier")
    TO_REQUALIFY = "to_requalify", _("À requalifier")
    NA_REQUESTED = "na_requested", _("Non applicable demandée")
    NA_ACCEPTED = "na_accepted", _("Non applicable acceptée")


S = SlotState
SLOT_TRANSITIONS: Transitions[SlotState] = Transitions(
    {
        S.TO_DEPOSIT: frozenset({S.DEPOSITED, S.NA_REQUESTED}),
        S.DEPOSITED: frozenset({S.TO_DEPOSIT, S.TO_MODIFY, S.SUBMITTED, S.NA_REQUESTED}),
        S.SUBMITTED: frozenset({S.DEPOSITED, S.CONFORMING, S.TO_MODIFY}),
        S.CONFORMING: frozenset({S.TO_REQUALIFY, S.TO_MODIFY}),
        S.TO_MODIFY: frozenset({S.DEPOSITED, S.NA_REQUESTED}),
        S.TO_REQUALIFY: frozenset({S.DEPOSITED, S.NA_REQUESTED}),
        S.NA_REQUESTED: frozenset({S.NA_ACCEPTED, S.TO_MODIFY, S.TO_DEPOSIT, S.DEPOSITED}),
        S.NA_ACCEPTED: frozenset({S.TO_REQUALIFY, S.TO_MODIFY}),
    }
)
# What a vendor may still change, and what counts as handed in.
OPEN_TO_VENDOR = frozenset({S.TO_DEPOSIT, S.DEPOSITED, S.TO_MODIFY, S.TO_REQUALIFY, S.NA_REQUESTED})
GIVEN = frozenset({S.DEPOSITED, S.SUBMITTED, S.CONFORMING, S.NA_REQUESTED, S.NA_ACCEPTED})
ACCEPTED = frozenset({S.CONFORMING, S.NA_ACCEPTED})
# Where the files that stand in it have to be accepted still: they must not grow too old meanwhile.
AWAITED = frozenset({S.DEPOSITED, S.SUBMITTED, S.TO_MODIFY, S.TO_REQUALIFY})


class ReportVerdict(TextChoices):
    """What a test platform found, as it is called on screen."""

    PASSED = "passed", _("Réussi")
    FAILED = "failed", _("Échoué")
    UNDEFINED = "undefined", _("Sans résultat")
