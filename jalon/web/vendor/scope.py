"""What the choices of the profile question mean: how many proofs and chapters, and how it would be otherwise."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.core.canonical import canonical_json
from jalon.programmes.definition.applicability import Applicability, answers_looked_at, applicability
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.schema import Definition, Text
from jalon.programmes.models import Revision
from jalon.programmes.queries import definition_of
from jalon.web.vendor.form_values import said


@dataclass(frozen=True)
class OtherCase:
    """The same choices, were a claim confirmed or not."""

    sentence: str
    count: int


@dataclass(frozen=True)
class Scope:
    proofs: int
    chapters: tuple[tuple[Text, int], ...]
    profile_count: int
    others: tuple[OtherCase, ...]


def scope(application: Application, facts: Facts) -> Scope:
    """`facts` as declared now, whatever the agency has confirmed."""
    definition = definition_for(application)
    result = _applicability(application, facts)
    titles = {chapter.key: chapter.title for chapter in definition.chapters}
    locked = {p.key for p in definition.profiles if p.locked}
    return Scope(
        result.slot_count,
        tuple((titles[key], count) for key, count in result.expected.items()),
        len(facts.profiles | locked),
        tuple(_other_case(application, facts, claim.key, claim.label) for claim in definition.claims),
    )


def _other_case(application: Application, facts: Facts, key: str, label: Text) -> OtherCase:
    declared = key in facts.claims
    claims = facts.claims - {key} if declared else facts.claims | {key}
    count = _applicability(application, replace(facts, claims=claims)).slot_count
    words = (
        _("Si « %(claim)s » n’est pas confirmé :")
        if declared
        else _("Avec « %(claim)s », une fois confirmé :")
    )
    return OtherCase(words % {"claim": said(label)}, count)


def profile_sides(application: Application, facts: Facts) -> dict[str, str]:
    """Beside each profile: the proofs of a locked one, and what each other one adds to them."""
    definition = definition_for(application)
    locked = frozenset(p.key for p in definition.profiles if p.locked)
    base = _applicability(application, replace(facts, profiles=locked)).slot_count
    sides = {}
    for profile in definition.profiles:
        if profile.locked:
            sides[profile.key] = proofs_in_words(base) if len(locked) == 1 else ""
            continue
        more = _applicability(application, replace(facts, profiles=locked | {profile.key})).slot_count - base
        sides[profile.key] = "+ " + proofs_in_words(more)
    return sides


def proofs_in_words(count: int) -> str:
    return ngettext("%(n)d preuve", "%(n)d preuves", count) % {"n": count}


def with_profiles(definition: Definition, facts: Facts, chosen: Collection[str]) -> Facts:
    """The facts, had these profiles been ticked; unknown names are left out."""
    known = {p.key for p in definition.profiles}
    locked = {p.key for p in definition.profiles if p.locked}
    return replace(facts, profiles=frozenset((set(chosen) & known) | locked))


def _applicability(application: Application, facts: Facts) -> Applicability:
    """Computed once for each revision and facts in a process; of the answers only those that perimeters look at."""
    definition = definition_for(application)
    looked_at = sorted(answers_looked_at(definition))
    answers = canonical_json({key: facts.answers.get(key) for key in looked_at})
    return _computed(
        application.revision.sha256, application.revision_id, facts.profiles, facts.claims, answers
    )


@lru_cache(maxsize=512)
def _computed(
    sha256: str, revision_id: int, profiles: frozenset[str], claims: frozenset[str], answers: str
) -> Applicability:
    definition = definition_of(Revision.objects.get(pk=revision_id, sha256=sha256))
    return applicability(definition, Facts(profiles, claims, json.loads(answers)))
