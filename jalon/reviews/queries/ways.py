"""Reads about choices between several ways to meet the same: what is chosen, if it may change, and what that does."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.models import Application, Part
from jalon.applications.queries import definition_for, state_words
from jalon.applications.queries.dates import chapter_due
from jalon.applications.queries.facts import frozen_facts
from jalon.applications.rules import gates
from jalon.applications.states import CHAPTER_OPEN_TO_VENDOR, ApplicationState
from jalon.core import clock
from jalon.evidence.queries import applicable, applicable_with, named_proofs
from jalon.programmes.definition.applicability import RequirementResult
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.one_of import Alternative, OneOf
from jalon.programmes.definition.schema import Chapter, Requirement
from jalon.reviews.queries.dates import DatesOver
from jalon.reviews.queries.declarations import facts_effects
from jalon.reviews.rules.moves import Effects
from jalon.uploads.queries import held_up


@dataclass(frozen=True)
class Choice:
    """One choice as it concerns a file. `proofs`: by option, how many it asks for in these requirements."""

    one_of: OneOf
    options: tuple[Alternative, ...]
    way: str  # key of the option that is chosen; "" while none is
    requirements: tuple[Requirement, ...]  # those of which it decides what is asked, in order
    chapters: tuple[Chapter, ...]
    proofs: Mapping[str, int]


def one_of(application: Application, key: str) -> OneOf | None:
    return next((choice for choice in definition_for(application).one_of if choice.key == key), None)


def way_of(application: Application, choice: OneOf) -> str:
    """The option that holds: chosen, or the only one that is left."""
    return applicable(application).ways.get(choice.key, "")


def options_of(application: Application, choice: OneOf) -> tuple[Alternative, ...]:
    """The options that would ask for something: another one would be a way around the requirement."""
    offered = applicable(application).offered.get(choice.key, ())
    return tuple(option for option in choice.options if option.key in offered)


def choices_of(application: Application, requirement: RequirementResult) -> list[Choice]:
    """The choices that decide what is asked for a requirement. No query."""
    found = (one_of(application, key) for key in requirement.choices)
    return [_choice(application, choice) for choice in found if choice is not None]


def _choice(application: Application, choice: OneOf) -> Choice:
    concerned = _concerned(application, choice.key)
    return Choice(
        choice,
        options_of(application, choice),
        way_of(application, choice),
        tuple(result.requirement for result in concerned),
        tuple({result.chapter.key: result.chapter for result in concerned}.values()),
        {
            option.key: _asked(application, choice.key, option.key)
            for option in options_of(application, choice)
        },
    )


def _concerned(application: Application, key: str) -> list[RequirementResult]:
    return [r for r in applicable(application).requirements if key in r.choices]


def _asked(application: Application, key: str, option: str) -> int:
    """How many proofs that option asks for, where the choice decides."""
    found = applicable_with(application, with_way(application, key, option))
    return sum(
        proof.verdict.applies
        for result in found.requirements
        for proof in result.proofs
        if any(only and only.one_of == key for only in (proof.scenario.only, proof.proof.only))
    )


def with_way(application: Application, key: str, option: str) -> Facts:
    """What holds once that option is chosen."""
    held = frozen_facts(application)
    return replace(held, ways={**held.ways, key: option})


def way_obstacle(application: Application, key: str, parts: Mapping[str, Part]) -> str:
    """Why that choice cannot be made, or changed, now; or "". What the agency has in hand, or accepted, stands.

    `parts`: of the chapters, by key. No query.
    """
    if application.state != ApplicationState.ELIGIBLE:
        return _("Le dossier est au statut « %(state)s » : ce choix ne change plus.") % {
            "state": state_words(application)
        }
    concerned = {result.chapter.key: result.chapter for result in _concerned(application, key)}
    for name, part in parts.items():
        chapter = concerned.get(name.removeprefix("chapter:"))
        if chapter is not None and part.expected and part.state not in CHAPTER_OPEN_TO_VENDOR:
            return _("Le chapitre « %(title)s » est soumis ou validé avec ce choix : il ne change plus.") % {
                "title": chapter.title.fr
            }
    return ""


def way_is_over(application: Application, key: str, parts: Mapping[str, Part]) -> bool:
    """Whether a date has passed for a chapter that the choice concerns: what is asked for there stands."""
    now = clock.now()
    concerned = {f"chapter:{result.chapter.key}" for result in _concerned(application, key)}
    return any(
        gates.is_passed(chapter_due(application, part, now), now)
        for name, part in parts.items()
        if name in concerned and part.expected
    )


def way_effects(application: Application, key: str, option: str) -> Effects:
    """What choosing that option would do to a file."""
    return facts_effects(application, with_way(application, key, option), declared=False)


def way_refused(actor: Standing, application: Application, made: Effects) -> str:
    """Why the choice cannot take back or ask for what it would, or "": files are on their way to what it drops, or it
    comes too late (R4).
    """
    waiting = held_up(actor, application, made.drop)
    if waiting:
        codes = ", ".join(proof.code for proof in named_proofs(application) if proof.key in waiting)
        return _(
            "Des fichiers sont en cours d’envoi ou de contrôle pour ce que vous quittez : %(codes)s. Attendez qu’ils "
            "soient à leur place, ou annulez-les."
        ) % {"codes": codes}
    if DatesOver([application]).missed(application, made) is None:
        return ""
    return _("Ce choix demande des preuves dont la date limite est passée : écrivez à votre référent.")
