"""Choices between several ways to meet the same, as the page of a chapter shows them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jalon.applications.models import Application, Part
from jalon.applications.queries import parts_of
from jalon.applications.states import PartKind
from jalon.programmes.definition.applicability import RequirementResult
from jalon.programmes.definition.one_of import Alternative, OneOf
from jalon.reviews.queries.ways import Choice, choices_of, way_obstacle
from jalon.web.answers import french_only, said
from jalon.web.components.fields import Choice as Option
from jalon.web.components.fields import Field


@dataclass(frozen=True)
class Panel:
    """One choice over the slots of a requirement. `elsewhere`: codes of the other requirements that it holds for."""

    one_of: OneOf
    way: str  # key of the chosen option, "" for none
    chosen: Alternative | None
    field: Field
    obstacle: str
    elsewhere: tuple[str, ...]


def panels(application: Application, focus: RequirementResult) -> list[Panel]:
    """One query, if there is any choice."""
    choices = choices_of(application, focus)
    parts = parts_of(application, PartKind.CHAPTER) if choices else {}
    return [_panel(application, focus, choice, parts) for choice in choices]


def _panel(
    application: Application, focus: RequirementResult, choice: Choice, parts: Mapping[str, Part]
) -> Panel:
    codes = dict.fromkeys(r.code for r in choice.requirements if r.key != focus.requirement.key)
    return Panel(
        one_of=choice.one_of,
        way=choice.way,
        chosen=choice.one_of.option(choice.way),
        field=_field(choice),
        obstacle=way_obstacle(application, choice.one_of.key, parts),
        elsewhere=tuple(codes),
    )


def _field(choice: Choice) -> Field:
    options = tuple(
        Option(option.key, said(option.label), lang=french_only(option.label), side=_proofs(choice, option))
        for option in choice.options
    )
    return Field(
        name="way",
        label=_("Une seule possibilité est demandée : laquelle est la vôtre ?"),
        kind="radios",
        value=choice.way,
        hint=said(choice.one_of.hint),
        required=True,
        options=options,
        prefix=f"choice-{choice.one_of.key}",
    )


def _proofs(choice: Choice, option: Alternative) -> str:
    n = choice.proofs[option.key]
    return ngettext("%(n)d preuve", "%(n)d preuves", n) % {"n": n}
