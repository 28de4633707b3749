"""From the draft to a revision: what becomes of verdicts, and the publication."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.core import clock
from jalon.core.actions import step, verb
from jalon.core.canonical import canonical_json
from jalon.core.errors import InvalidInput, NotAllowed, TransitionRefused
from jalon.journal.actions import record
from jalon.programmes.actions.gates import seed_gates
from jalon.programmes.actions.steps import (
    check_seen,
    journal_entry,
    locked_draft,
    locked_programme,
    required_reason,
)
from jalon.programmes.definition.check import checked
from jalon.programmes.definition.schema import Definition
from jalon.programmes.models import (
    Programme,
    Revision,
    RevisionPlan,
    RuleChoice,
)
from jalon.programmes.policy import can_edit, can_publish
from jalon.programmes.queries import (
    chosen_rules,
    compiled,
    compiled_draft,
    item_changes,
)
from jalon.programmes.rules import planned_effects
from jalon.programmes.states import Rule


@verb
def choose_rules(*, actor: Standing, programme_code: str, rules: Mapping[str, str]) -> None:
    """Decide what becomes of the verdicts of changed requirements: requirement key → rule, before publishing.

    Chosen again, the last choice holds. A requirement without a choice has the default of its change.
    """
    if not can_edit(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme décide de ce que deviennent les verdicts."))
    programme = locked_programme(programme_code)
    latest = programme.revisions.order_by("-number").first()
    draft = locked_draft(programme)
    if latest is None or draft is None:
        raise TransitionRefused(_("Rien n’est publié : aucun verdict n’est en jeu."))
    changed = item_changes(compiled(latest), compiled_draft(draft)).by_requirement
    for key, rule in rules.items():
        if key not in changed:
            raise InvalidInput({key: _("Cette exigence ne change pas : il n’y a rien à décider.")})
        if rule not in Rule.values:
            raise InvalidInput({key: _("Choisissez ce que devient le verdict.")})
    known = chosen_rules(programme, latest)
    wanted = {key: Rule(rule) for key, rule in rules.items() if known.get(key) != rule}
    if not wanted:
        return
    RuleChoice.objects.bulk_create(
        RuleChoice(
            programme=programme, base=latest, requirement_key=key, rule=rule,
            decided_by_id=actor.user_id, decided_at=clock.now(),
        )
        for key, rule in wanted.items()
    )  # fmt: skip
    record(
        chain=f"programme:{programme.code}",
        event="programmes.rules.chosen",
        actor_ref=actor.user_ref,
        base=latest.number,
        rules={key: rule.value for key, rule in sorted(wanted.items())},
    )


@verb
def publish(
    *,
    actor: Standing,
    programme_code: str,
    reason: str,
    effective_on: date,
    seen_version: int | None = None,
) -> Revision:
    """Publish the draft as the next revision. With the first, the definition's gates become the programme's.

    The draft's content being that of the latest revision, that revision is returned and nothing is written. That
    of an older one is published again, under a new number: the way back is a way forward. A day to come makes
    it an announced revision. `seen_version`: the draft whose impact was shown; another one is refused.
    """
    programme = locked_programme(programme_code)
    if not can_publish(actor, programme.code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut publier une révision."))
    reason = required_reason(reason)
    draft = locked_draft(programme)
    if draft is None:
        raise TransitionRefused(_("Ce programme n’a pas de brouillon : chargez d’abord une définition."))
    latest = programme.revisions.order_by("-number").first()
    if latest and latest.sha256 == draft.sha256:
        return latest
    if seen_version is not None:
        check_seen(draft, seen_version)
    definition = checked(Definition.model_validate_json(draft.content))
    revision = Revision.objects.create(
        programme=programme, number=latest.number + 1 if latest else 1,
        content=draft.content, sha256=draft.sha256,
        effective_on=effective_on, published_by_id=actor.user_id, published_at=clock.now(), reason=reason,
    )  # fmt: skip
    seed_gates(programme=programme, definition=definition, actor=actor)
    if latest is not None:
        _freeze_plan(programme=programme, base=latest, revision=revision)
    journal_entry(
        programme, "programmes.revision.published", actor,
        number=revision.number, sha256=revision.sha256, effective_on=effective_on.isoformat(),
    )  # fmt: skip
    return revision


@step
def _freeze_plan(*, programme: Programme, base: Revision, revision: Revision) -> None:
    """What was decided before the publication, and what follows by default, is part of the revision."""
    changes = item_changes(compiled(base), compiled(revision))
    affected = changes.by_requirement
    choices = {key: rule for key, rule in chosen_rules(programme, base).items() if key in affected}
    RevisionPlan.objects.create(
        revision=revision,
        base=base,
        choices=canonical_json({key: rule.value for key, rule in choices.items()}),
        effects=canonical_json({key: rule.value for key, rule in planned_effects(changes, choices).items()}),
        renamed=canonical_json(dict(changes.renamed)),
    )
