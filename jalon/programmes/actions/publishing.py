"""From the draft to a revision: what becomes of verdicts, and the publication.

Lists are compared before anything is locked; under the lock only what was read is checked to be what stands there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.core import clock, dates
from jalon.core.actions import act, step, verb
from jalon.core.canonical import canonical_json
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from jalon.journal.actions import record
from jalon.programmes.actions.gates import seed_gates
from jalon.programmes.actions.steps import (
    check_same,
    draft_with_base,
    journal_entry,
    locked_draft,
    locked_programme,
    required_reason,
)
from jalon.programmes.definition.check import checked
from jalon.programmes.definition.schema import Definition
from jalon.programmes.models import Draft, Revision, RevisionPlan, RuleChoice
from jalon.programmes.policy import can_edit, can_publish
from jalon.programmes.queries import (
    chosen_rules,
    compiled,
    compiled_draft,
    item_changes,
    publication_mark,
)
from jalon.programmes.rules import ItemChanges, planned_effects
from jalon.programmes.states import Rule


@act
def choose_rules(
    *, actor: Standing, programme_code: str, rules: Mapping[str, str], seen: Mapping[str, str] | None = None
) -> None:
    """Decide what becomes of the verdicts of changed requirements: requirement key → rule, before publishing.

    Chosen again, the last choice holds. A requirement without a choice has the default of its change. `seen`: the
    rules that were shown to hold; where another one holds now, all is refused.
    """
    _may_choose(actor, programme_code)
    draft, latest = draft_with_base(programme_code)
    if latest is None:
        raise TransitionRefused(_("Rien n’est publié : aucun verdict n’est en jeu."))
    changes = item_changes(compiled(latest), compiled_draft(draft))
    for key, rule in rules.items():
        if key not in changes.by_requirement:
            raise InvalidInput({key: _("Cette exigence ne change pas : il n’y a rien à décider.")})
        if rule not in Rule.values:
            raise InvalidInput({key: _("Choisissez ce que devient le verdict.")})
    defaults = {key: changes.default_rule(key) for key in rules}
    _write_choices(actor=actor, draft=draft, base=latest, rules=rules, seen=seen or {}, defaults=defaults)


@verb
def _write_choices(
    *,
    actor: Standing,
    draft: Draft,
    base: Revision,
    rules: Mapping[str, str],
    seen: Mapping[str, str],
    defaults: Mapping[str, Rule],
) -> None:
    _may_choose(actor, draft.programme.code)
    programme = locked_programme(draft.programme.code)
    check_same(programme, locked_draft(programme), draft, base)
    known = chosen_rules(programme, base)
    wanted = {key: Rule(rule) for key, rule in rules.items() if known.get(key) != rule}
    if not wanted:
        return
    held = {key: known.get(key, defaults[key]) for key in wanted}
    if any(seen.get(key, rule) != rule for key, rule in held.items()):
        raise Conflict(_decided_since())
    RuleChoice.objects.bulk_create(
        RuleChoice(
            programme=programme, base=base, requirement_key=key, rule=rule,
            decided_by_id=actor.user_id, decided_at=clock.now(),
        )
        for key, rule in wanted.items()
    )  # fmt: skip
    record(
        chain=f"programme:{programme.code}",
        event="programmes.rules.chosen",
        actor_ref=actor.user_ref,
        base=base.number,
        rules={key: rule.value for key, rule in sorted(wanted.items())},
    )


def _decided_since() -> str:
    return _(
        "Ce que deviennent les verdicts a changé pendant que vous décidiez, là où vous décidiez. Rien n’est encore "
        "enregistré : comparez, puis enregistrez."
    )


def _may_choose(actor: Standing, programme_code: str) -> None:
    if not can_edit(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme décide de ce que deviennent les verdicts."))


# --- Publishing ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Publication:
    """What is about to be published, computed from what was read. `mark`: of what was read, in one word."""

    draft: Draft
    base: Revision | None
    definition: Definition
    changes: ItemChanges | None
    choices: Mapping[str, Rule]
    reason: str
    effective_on: date
    mark: str

    @property
    def is_published(self) -> bool:
        """The draft's content is that of the latest revision: there is nothing to do."""
        return self.base is not None and self.base.sha256 == self.draft.sha256


def prepared(
    *, actor: Standing, programme_code: str, reason: str, effective_on: date, seen: str | None = None
) -> Publication:
    """Check all that can be checked before publishing, and compute what is needed for it. Writes nothing.

    Published already, by the same person for the same reason and day, it is a repetition; else a conflict. `seen`:
    the mark of what was shown (`queries.publication_mark`); anything else is refused.
    """
    _may_publish(actor, programme_code)
    reason = required_reason(reason)
    draft, latest = draft_with_base(programme_code)
    choices = chosen_rules(draft.programme, latest) if latest else {}
    made = Publication(
        draft=draft,
        base=latest,
        definition=compiled_draft(draft).definition,
        changes=item_changes(compiled(latest), compiled_draft(draft)) if latest else None,
        choices=choices,
        reason=reason,
        effective_on=effective_on,
        mark=publication_mark(draft, latest, choices),
    )
    if made.is_published and made.base is not None:
        _check_repeated(actor, made.base, reason, effective_on)
        return made
    if seen is not None and seen != made.mark:
        raise Conflict(_changed_since(draft))
    if latest is not None and effective_on < clock.paris_date(clock.now()):
        raise InvalidInput({"effective_on": _past_day()})
    checked(made.definition)
    return made


@act
def publish(
    *, actor: Standing, programme_code: str, reason: str, effective_on: date, seen: str | None = None
) -> Revision:
    """Publish the draft as the next revision. With the first, the definition's gates become the programme's.

    The draft's content being that of the latest revision, and all else the same too, that revision is returned and
    nothing is written. The content of an older one is published again, under a new number: the way back is a way
    forward. A day to come makes it an announced revision; a day that is over is for the first one alone. `seen`: as
    for `prepared`.
    """
    made = prepared(
        actor=actor, programme_code=programme_code, reason=reason, effective_on=effective_on, seen=seen
    )
    return publish_prepared(actor=actor, made=made)


@verb
def publish_prepared(*, actor: Standing, made: Publication) -> Revision:
    """What was prepared must be what stands there, the choices included."""
    if made.is_published and made.base is not None:
        return made.base
    programme = locked_programme(made.draft.programme.code)
    _may_publish(actor, programme.code)
    draft, base = check_same(programme, locked_draft(programme), made.draft, made.base), made.base
    if publication_mark(draft, base, chosen_rules(programme, base) if base else {}) != made.mark:
        raise Conflict(_changed_since(draft))
    revision = Revision.objects.create(
        programme=programme, number=base.number + 1 if base else 1,
        content=draft.content, sha256=draft.sha256, effective_on=made.effective_on,
        published_by_id=actor.user_id, published_at=clock.now(), reason=made.reason,
    )  # fmt: skip
    seed_gates(programme=programme, definition=made.definition, actor=actor)
    if base is not None and made.changes is not None:
        _freeze_plan(base=base, revision=revision, changes=made.changes, chosen=made.choices)
    journal_entry(
        programme, "programmes.revision.published", actor,
        number=revision.number, sha256=revision.sha256, effective_on=revision.effective_on.isoformat(),
    )  # fmt: skip
    return revision


@step
def _freeze_plan(
    *, base: Revision, revision: Revision, changes: ItemChanges, chosen: Mapping[str, Rule]
) -> None:
    """What was decided before the publication, and what follows by default, is part of the revision."""
    affected = changes.by_requirement
    choices = {key: rule for key, rule in chosen.items() if key in affected}
    RevisionPlan.objects.create(
        revision=revision,
        base=base,
        choices=canonical_json({key: rule.value for key, rule in choices.items()}),
        effects=canonical_json({key: rule.value for key, rule in planned_effects(changes, choices).items()}),
        renamed=canonical_json(dict(changes.renamed)),
    )


def _check_repeated(actor: Standing, published: Revision, reason: str, effective_on: date) -> None:
    """Publishing what is published has no effect only for the one who said the same: nobody's words are dropped."""
    said = (published.published_by_id, published.reason, published.effective_on)
    if said != (actor.user_id, reason, effective_on):
        raise Conflict(_already_published(published))


def _already_published(revision: Revision) -> str:
    by = revision.published_by.full_name if revision.published_by else _("Jalon")
    at = dates.moment(revision.published_at)
    return _(
        "Ce contenu est déjà la révision n° {n} ({name}, le {at}), qui prend effet le {day} ; motif : « {reason} ». "
        "Votre motif et votre date ne sont pas enregistrés."
    ).format(
        n=revision.number,
        name=by,
        at=at,
        day=dates.day(revision.effective_on),
        reason=revision.reason,
    )


def _may_publish(actor: Standing, programme_code: str) -> None:
    if not can_publish(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut publier une révision."))


def _changed_since(draft: Draft) -> str:
    by = draft.edited_by.full_name if draft.edited_by else _("Jalon")
    at = dates.moment(draft.edited_at)
    return _(
        "Ce qui serait publié n’est plus ce qui vous a été montré : le brouillon (version {version}, {name}, le {at}) "
        "ou ce que deviennent les verdicts a changé. Relisez l’impact, puis publiez."
    ).format(version=draft.version, name=by, at=at)


def _past_day() -> str:
    return _(
        "Cette date est passée : une révision ne change pas les règles d’hier. Choisissez aujourd’hui ou plus tard."
    )
