"""Reads about technical versions declared while an application runs."""

import json
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from jalon.applications.models import DECISION_STATES, Application, Part, VersionDecision, VersionDeclaration
from jalon.applications.queries import state_words
from jalon.applications.queries.facts import (
    claims_waiting,
    files_with_profiles_to_choose,
    pending_claims,
    profiles_to_choose,
)
from jalon.applications.states import ApplicationState, PartKind, StepState

# From step 3 on; before, the vendor has nothing to redo, and afterwards the convention prints the version.
VERSION_STATES = (ApplicationState.ELIGIBLE, ApplicationState.PROOFS_VALIDATED)


@dataclass(frozen=True)
class VersionLine:
    """One technical version declared on an application, and what the agency answered: None while it waits."""

    declaration: VersionDeclaration
    decision: VersionDecision | None

    @property
    def to_redo(self) -> tuple[str, ...]:
        """Keys of the expected proofs that the agency asked for anew."""
        return tuple(json.loads(self.decision.to_redo)) if self.decision else ()


def version_declarations(application: Application) -> list[VersionLine]:
    """The technical versions declared on this application, the latest first. One query (situation 4)."""
    rows = VersionDeclaration.objects.filter(application=application)
    rows = rows.select_related("by", "decision__by").order_by("-n")
    return [VersionLine(row, getattr(row, "decision", None)) for row in rows]


def pending_version(application: Application) -> VersionDeclaration | None:
    """The declared version that waits for the agency; there is one at most."""
    waiting = VersionDeclaration.objects.filter(application=application, decision=None)
    return waiting.select_related("by").first()


def version_obstacle(application: Application) -> str:
    """Why no technical version may be declared or decided on now, or ""."""
    drawn = Part.objects.filter(application=application, kind=PartKind.CONVENTION).exclude(
        state=StepState.LOCKED
    )
    if drawn.exists() or application.state in DECISION_STATES[1:]:
        return _("La convention est établie : la version de la candidature ne change plus.")
    if application.state not in VERSION_STATES:
        return _(
            "Une version technique se déclare une fois le dossier éligible (statut actuel : « %(state)s »)."
        ) % {"state": state_words(application)}
    return ""


def unsettled_files(files: QuerySet[Application]) -> set[int]:
    """The ids of those that `is_unsettled`. The number of queries does not depend on the number of files."""
    waiting = VersionDeclaration.objects.filter(application__in=files.order_by().values("pk"), decision=None)
    declared = set(waiting.values_list("application_id", flat=True))
    return declared | set(claims_waiting(files)) | set(files_with_profiles_to_choose(files))


def is_unsettled(application: Application) -> bool:
    """The convention prints version and profiles: the agency answers, or the vendor chooses, first."""
    return (
        pending_version(application) is not None
        or bool(pending_claims(application))
        or bool(profiles_to_choose(application))
    )
