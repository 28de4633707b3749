"""Where a revision stands, and what becomes of a verdict when the text that it was given on changes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RevisionState(TextChoices):
    """Derived from dates and numbers, never stored: a revision does not change."""

    ANNOUNCED = "announced", _("Annoncée")
    IN_FORCE = "in_force", _("En vigueur")
    REPLACED = "replaced", _("Remplacée")


class Rule(TextChoices):
    """What a programme manager decides for a requirement that changed; the mildest first."""

    KEEP = "keep", _("Le verdict est conservé")
    REQUALIFY = "requalify", _("À requalifier")
    NEW_PROOF = "new_proof", _("Nouvelle preuve")


SEVERITY = tuple(Rule)


def stricter(first: Rule, second: Rule) -> Rule:
    return max(first, second, key=SEVERITY.index)
