"""Who people are, in a company and at the agency."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CompanyRole(TextChoices):
    """A role in a company, as enrolled in iSC (Guide RIS, étape 1, prérequis 1)."""

    AGENT = "agent", _("Mandataire")
    DELEGATE = "delegate", _("Responsable")
    EMPLOYEE = "employee", _("Salarié")


class StaffRoleName(TextChoices):
    """A role at the agency, granted in Jalon, never read from a claim."""

    VERIFIER = "verifier", _("Vérificateur")
    REFERENT = "referent", _("Référent")
    MANAGER = "manager", _("Gestionnaire de programme")
    COLLEGE = "college", _("Membre du collège")
    SIGNATORY = "signatory", _("Signataire de l’agence")
    ADMINISTRATOR = "administrator", _("Administrateur")
