"""States of a convention and of each signature on it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jalon.core.states import Transitions


class ConventionState(TextChoices):
    SIGNING = "signing", _("En signature")
    SIGNED = "signed", _("Signée par les deux parties")
    VOID = "void", _("Annulée")


CONVENTION_TRANSITIONS: Transitions[ConventionState] = Transitions(
    {
        ConventionState.SIGNING: frozenset({ConventionState.SIGNED, ConventionState.VOID}),
        ConventionState.SIGNED: frozenset(),
        ConventionState.VOID: frozenset(),
    }
)


class Party(TextChoices):
    VENDOR = "vendor", _("L’éditeur")
    AGENCY = "agency", _("L’agence")


class OpinionOutcome(TextChoices):
    FAVOURABLE = "favourable", _("Favorable")
    UNFAVOURABLE = "unfavourable", _("Défavorable")


class AwardDocumentKind(TextChoices):
    CERTIFICATE = "certificate", _("Certificat")
