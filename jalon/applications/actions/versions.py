"""Parts of the verbs on technical versions (`reviews`): declarations, decisions, the label that holds."""

from collections.abc import Sequence

from jalon.accounts.standing import Standing
from jalon.applications.models import Application, VersionDecision, VersionDeclaration
from jalon.applications.rules.versions import searched_title
from jalon.core import clock
from jalon.core.actions import step
from jalon.core.canonical import canonical_json


@step
def add_declaration(
    application: Application, *, actor: Standing, label: str, changes: str
) -> VersionDeclaration:
    n = VersionDeclaration.objects.filter(application=application).count() + 1
    return VersionDeclaration.objects.create(
        application=application, n=n, label=label, changes=changes, by_id=actor.person_id, at=clock.now()
    )


@step
def decide_declaration(
    declaration: VersionDeclaration, *, actor: Standing, accepted: bool, to_redo: Sequence[str], reason: str
) -> VersionDecision:
    """Keep the decision; an accepted label is the application's from now on. Name and NIL stay as frozen."""
    application = declaration.application
    decision = VersionDecision.objects.create(
        declaration=declaration,
        accepted=accepted,
        former_label=application.version_label,
        to_redo=canonical_json(sorted(to_redo)),
        reason=reason,
        by_id=actor.person_id,
        at=clock.now(),
    )
    if accepted:
        application.version_label = declaration.label
        application.title_norm = searched_title(
            application.product_name, application.version_label, application.company_name
        )
        application.changed_at = clock.now()
        application.save(update_fields=["version_label", "title_norm", "changed_at"])
    return decision
