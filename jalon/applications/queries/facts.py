"""Reads about what is declared and what holds: claims, milestones, the facts that decide what applies."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from jalon.applications.models import (
    Answer,
    AnswerDocument,
    Application,
    Milestone,
    MilestoneKind,
    MilestoneState,
)
from jalon.applications.queries import definition_for
from jalon.applications.queries.answers import answers_of
from jalon.applications.rules.answers import all_fields, facts
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.schema import Claim, Definition
from jalon.programmes.queries import definition_of


def milestones(application: Application, kind: MilestoneKind) -> dict[str, Milestone]:
    """The latest fact about each prerequisite, or each claim, by key."""
    rows = Milestone.objects.filter(application=application, kind=kind).select_related(
        "document__content", "by"
    )
    return {row.key: row for row in rows.order_by("pk")}


def confirmed_claims(application: Application) -> frozenset[str]:
    held = milestones(application, MilestoneKind.CLAIM)
    return frozenset(key for key, row in held.items() if row.state == MilestoneState.CONFIRMED)


def pending_claims(application: Application) -> frozenset[str]:
    """Claims declared since an agent last decided on them: they take effect once confirmed (G11)."""
    return frozenset(claims_waiting(Application.objects.filter(pk=application.pk)).get(application.pk, {}))


def claims_waiting(files: QuerySet[Application]) -> dict[int, dict[str, datetime]]:
    """By id, the claims declared since an agent last decided on them, and since when. Three queries, or four."""
    rows = files.order_by("pk").select_related("revision").defer("revision__content")
    claims = {file: definition_of(file.revision).claims for file in rows}
    if not any(claims.values()):
        return {}
    ids = files.order_by().values("pk")
    looked_at = {name for made in claims.values() for claim in made for name in answers_about(claim)}
    given: dict[int, dict[str, tuple[Any, datetime]]] = {file.pk: {} for file in claims}
    answers = Answer.objects.filter(application__in=ids, field__in=looked_at)
    for pk, name, value, at in answers.values_list("application_id", "field", "value", "at"):
        given[pk][name] = (json.loads(value), at)
    if filed := _file_questions(claims) & looked_at:
        documents = AnswerDocument.objects.filter(application__in=ids, field__in=filed, removed_at=None)
        for pk, name, at in documents.order_by("pk").values_list("application_id", "field", "added_at"):
            given[pk][name] = (True, at)
    decided: dict[tuple[int, str], datetime] = {}
    rulings = Milestone.objects.filter(application__in=ids, kind=MilestoneKind.CLAIM).order_by("pk")
    for pk, key, at in rulings.values_list("application_id", "key", "at"):
        decided[pk, key] = at
    found = {
        file.pk: {
            claim.key: since
            for claim in made
            if (since := _waits_since(claim, given[file.pk], decided.get((file.pk, claim.key))))
            and claim.key not in frozen_facts(file).claims
        }
        for file, made in claims.items()
    }
    return {pk: waiting for pk, waiting in found.items() if waiting}


def _file_questions(files: Iterable[Application]) -> set[str]:
    definitions = {file.revision_id: definition_of(file.revision) for file in files}
    return {f.key for made in definitions.values() for f in all_fields(made) if f.kind == "documents"}


def answers_about(claim: Claim) -> frozenset[str]:
    """The questions by which a claim is declared, and the one that backs it."""
    asked = {name for kind, name in claim.declared_when.references() if kind == "answer"}
    return frozenset(asked | {claim.evidence_field})


def _waits_since(
    claim: Claim, given: Mapping[str, tuple[Any, datetime]], decided_at: datetime | None
) -> datetime | None:
    """When the claim was last declared, if that is after the decision on it."""
    if not claim.declared_when.holds(Facts(answers={name: value for name, (value, _at) in given.items()})):
        return None
    last = max((given[name][1] for name in answers_about(claim) if name in given), default=None)
    return last if last and (decided_at is None or last > decided_at) else None


def declared_facts(application: Application) -> Facts:
    """What the vendor declares now, before an agent has confirmed anything."""
    return facts(definition_for(application), answers_of(application))


def frozen_facts(application: Application) -> Facts:
    """What was frozen when the file was found eligible: what step 3 is made of."""
    kept = json.loads(application.facts or "{}")
    return Facts(
        frozenset(kept.get("profiles", ())),
        frozenset(kept.get("claims", ())),
        kept.get("answers", {}),
        kept.get("ways", {}),
    )


def current_facts(application: Application) -> Facts:
    """What holds now: as frozen once the file was found eligible, before that as declared."""
    return frozen_facts(application) if application.facts_are_frozen else declared_facts(application)


def profiles_to_choose(application: Application) -> frozenset[str]:
    """Profiles that step 3 is made of and that the pinned revision no longer has: the vendor chooses anew (R5).

    One that no answer names was never chosen, and has nothing to be chosen in its place.
    """
    gone = _gone_profiles(application)
    if not gone:
        return gone
    answers = answers_of(application)
    asked = _profile_questions(definition_for(application))
    return gone & {key for name in asked for key in answers.get(name) or ()}


def files_with_profiles_to_choose(files: QuerySet[Application]) -> list[int]:
    """The ids of those of the files that have some. Two queries."""
    rows = files.order_by("pk").select_related("revision").defer("revision__content")
    gone = {file: found for file in rows if (found := _gone_profiles(file))}
    if not gone:
        return []
    chosen: dict[int, set[str]] = {file.pk: set() for file in gone}
    asked = {file.pk: _profile_questions(definition_for(file)) for file in gone}
    names = {name for of in asked.values() for name in of}
    answers = Answer.objects.filter(application__in=list(chosen), field__in=names)
    for pk, name, value in answers.values_list("application_id", "field", "value"):
        if name in asked[pk]:
            chosen[pk] |= set(json.loads(value) or ())
    return [file.pk for file, found in gone.items() if found & chosen[file.pk]]


def _gone_profiles(application: Application) -> frozenset[str]:
    known = {profile.key for profile in definition_for(application).profiles}
    return frozen_facts(application).profiles - known


def _profile_questions(definition: Definition) -> set[str]:
    return {field.key for field in all_fields(definition) if field.kind == "profiles"}


def facts_as_json(kept: Facts) -> dict[str, Any]:
    return {
        "profiles": sorted(kept.profiles),
        "claims": sorted(kept.claims),
        "answers": dict(kept.answers),
        "ways": dict(kept.ways),
    }
