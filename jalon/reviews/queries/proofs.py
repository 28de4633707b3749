"""Step 3 of which nothing is open any more, and which no verifier has validated yet."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from jalon.applications.models import DECISION_STATES, Application, Part, VersionDeclaration
from jalon.applications.queries.facts import claims_waiting, pending_claims, profiles_to_choose
from jalon.applications.queries.versions import pending_version
from jalon.applications.states import ApplicationState, ChapterState, PartKind, Turn
from jalon.reviews.models import Move, MoveUndone


def with_nothing_open(files: QuerySet[Application]) -> QuerySet[Application]:
    """Files in step 3 whose every chapter is validated: a verifier validates the step, nothing else does."""
    open_chapters = Part.objects.filter(kind=PartKind.CHAPTER).exclude(state=ChapterState.VALIDATED)
    return files.filter(state=ApplicationState.ELIGIBLE).exclude(
        pk__in=open_chapters.values("application_id")
    )


def proofs_to_validate(files: QuerySet[Application]) -> dict[int, datetime]:
    """By id, the files that wait for a verifier to validate step 3, and since when. Declarations come first,
    and so does the vendor who has profiles to choose anew.
    """
    declared = VersionDeclaration.objects.filter(decision=None).values("application_id")
    waiting = with_nothing_open(files).filter(turn=Turn.AGENCY).exclude(pk__in=declared)
    claimed = claims_waiting(waiting)
    return {pk: since for pk, since in waiting.values_list("pk", "turn_since") if pk not in claimed}


def validation_obstacle(application: Application) -> str:
    """Why step 3 cannot be validated as it stands, or ""."""
    if application.state in DECISION_STATES:
        return _("L’étape des preuves est déjà validée.")
    if not with_nothing_open(Application.objects.filter(pk=application.pk)).exists():
        return _(
            "L’étape des preuves ne se valide ainsi que lorsque toutes les preuves demandées sont conformes."
        )
    if pending_version(application) is not None:
        return _("Une version technique est déclarée : répondez-y d’abord.")
    if pending_claims(application):
        return _("Une déclaration de l’éditeur attend d’être vérifiée : répondez-y d’abord.")
    if profiles_to_choose(application):
        return _("Un profil du dossier n’existe plus : l’éditeur choisit d’abord ses profils à nouveau.")
    return ""


def move_marks(application: Application) -> int:
    """Grows with each move of the file and with each one taken back: whether a page is still true."""
    undone = MoveUndone.objects.filter(move__application=application).count()
    return Move.objects.filter(application=application).count() + undone
