"""Reads about the opinion of the college: on which files it can be given now (G20)."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from jalon.applications.models import Application
from jalon.applications.queries.facts import pending_claims, profiles_to_choose
from jalon.applications.queries.versions import pending_version, unsettled_files
from jalon.applications.states import ApplicationState

BEFORE_OPINION = (ApplicationState.PROOFS_VALIDATED, ApplicationState.CONVENTION_SIGNING)


def opinion_obstacle(application: Application) -> str:
    """Why the college cannot give its opinion now, or "". What is answered first may ask for other proofs, and an
    opinion is given once.
    """
    if application.state not in BEFORE_OPINION:
        return _("Le collège rend son avis une fois toutes les preuves validées.")
    if pending_version(application) is not None or pending_claims(application):
        return _(
            "L’éditeur attend une réponse sur sa version ou sa déclaration : le collège se prononce après."
        )
    if profiles_to_choose(application):
        return _(
            "Un profil du dossier n’existe plus : l’éditeur en choisit à nouveau, le collège se prononce après."
        )
    return ""


def awaiting_college(files: QuerySet[Application]) -> QuerySet[Application]:
    """Those of the files on which the opinion can be given now: the same rule, for a list."""
    due = files.filter(state__in=BEFORE_OPINION, opinion=None)
    return due.exclude(pk__in=unsettled_files(due))
