"""What the choices give, in figures: the form, the proofs by kind, one other choice, outside desks, the dates."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jalon.programmes.definition.applicability import Applicability, OpenChoice, applicability
from jalon.programmes.definition.choices import (
    Choices,
    Figures,
    differences,
    facts_of,
    figures,
    open_questions,
    prerequisites,
    proofs_by_kind,
    questions,
)
from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.definition.one_of import OneOf
from jalon.programmes.definition.schema import Definition, FormField, Prerequisite, ProofKind, Text
from jalon.web.answers import french_only, said
from jalon.web.choices import ANSWER, CLAIM, NO, PROFILE, WAY, YES, choice_query
from jalon.web.components.fields import Choice, Field
from jalon.web.kinds import kind_limits

BAR = 100.0


@dataclass(frozen=True)
class KindBar:
    """One kind with its number of proofs; `width`: per cent of the longest bar."""

    kind: ProofKind
    limits: str
    count: int
    width: str


@dataclass(frozen=True)
class OtherChoice:
    """What one other choice changes, in words, and the address that shows it."""

    question: Text
    choice: str
    requirements: str
    proofs: str
    nothing: bool
    url: str


@dataclass(frozen=True)
class Desk:
    """Something obtained elsewhere. `needed`: with these answers."""

    prerequisite: Prerequisite
    needed: bool
    waits_for: str


@dataclass(frozen=True)
class Summary:
    figures: Figures
    kinds: tuple[KindBar, ...]
    several_kinds: bool  # some proofs may be given in several kinds: the numbers add up to more
    others: tuple[OtherChoice, ...]
    desks: tuple[Desk, ...]
    unasked: tuple[FormField, ...]
    choices: tuple[OpenChoice, ...]  # made in the file: until then the number of proofs is the least

    @property
    def needed_desks(self) -> int:
        return sum(d.needed and d.prerequisite.needed_for_award for d in self.desks)


def simulate(compiled: Compiled, choices: Choices) -> Applicability:
    return applicability(compiled.definition, facts_of(compiled.definition, choices))


def summary(definition: Definition, choices: Choices, found: Applicability, kept: dict[str, str]) -> Summary:
    """`kept`: parameters of the address that the links to other choices keep."""
    by_kind = proofs_by_kind(definition, found)
    return Summary(
        figures(found),
        _bars(definition, by_kind),
        sum(by_kind.values()) > sum(len(r.applicable_proofs) for r in found.applicable),
        _others(definition, choices, kept),
        _desks(definition, choices),
        open_questions(definition),
        found.open_choices,
    )


def form_fields(definition: Definition, choices: Choices, found: Applicability) -> list[Field]:
    """The questions of the simulator: profiles, claims, the answers that decide, and the choices among chapters."""
    profiles = Field(
        PROFILE,
        _("Profils de votre logiciel"),
        kind="checkboxes",
        value=choices.profiles,
        options=tuple(
            Choice(p.key, said(p.label), hint=said(p.hint), locked=p.locked, lang=french_only(p.label))
            for p in definition.profiles
        ),
    )
    claims = [
        Field(
            f"{CLAIM}{claim.key}",
            said(claim.label),
            kind="yes_no",
            value=YES if claim.key in choices.claims else NO,
            hint=_("Dans une candidature, l’agence le vérifie avant d’en tenir compte."),
            lang=french_only(claim.label),
        )
        for claim in definition.claims
    ]
    return [
        profiles,
        *claims,
        *(_question(f, choices) for f in questions(definition)),
        *(_way(choice, found) for choice in definition.one_of if len(found.offered.get(choice.key, ())) > 1),
    ]


def _way(choice: OneOf, found: Applicability) -> Field:
    """Among the options that would ask for something with what is chosen above."""
    options = (option for option in choice.options if option.key in found.offered[choice.key])
    return Field(
        f"{WAY}{choice.key}",
        said(choice.label),
        kind="radios",
        value=found.ways.get(choice.key, ""),
        hint=_(
            "Une seule possibilité est demandée. Dans une candidature, vous la choisirez parmi les chapitres."
        ),
        options=tuple(Choice(o.key, said(o.label), lang=french_only(o.label)) for o in options),
        lang=french_only(choice.label),
    )


def _question(asked: FormField, choices: Choices) -> Field:
    options = tuple(Choice(o.key, said(o.label), lang=french_only(o.label)) for o in asked.options)
    return Field(
        f"{ANSWER}{asked.key}",
        said(asked.label),
        kind="yes_no" if asked.kind == "yes_no" else "checkboxes" if asked.kind == "choices" else "radios",
        value=choices.answers.get(asked.key, ""),
        options=options,
        lang=french_only(asked.label),
    )


def _bars(definition: Definition, by_kind: dict[str, int]) -> tuple[KindBar, ...]:
    longest = max(by_kind.values(), default=0)
    known = {kind.key: kind for kind in definition.kinds}
    rows = sorted(by_kind.items(), key=lambda pair: -pair[1])
    return tuple(
        KindBar(known[key], kind_limits(known[key]), count, f"{BAR * count / longest:.1f}%")
        for key, count in rows
    )


def _others(definition: Definition, choices: Choices, kept: dict[str, str]) -> tuple[OtherChoice, ...]:
    made = []
    for d in differences(definition, choices):
        part = d.profile or d.claim
        assert part is not None
        if d.profile:
            choice = _("sans ce profil") if d.chosen else _("avec ce profil")
        else:
            choice = _("si la réponse est « Non »") if d.chosen else _("si la réponse est « Oui »")
        made.append(
            OtherChoice(
                part.label,
                choice,
                signed(d.requirements, ngettext("exigence", "exigences", abs(d.requirements))),
                signed(d.proofs, ngettext("preuve", "preuves", abs(d.proofs))),
                not d.requirements and not d.proofs,
                choice_query(d.choices, **kept) or "?",
            )
        )
    return tuple(made)


def signed(number: int, word: str) -> str:
    """ "+ 12 preuves", "− 3 preuves", "0 preuve": a sign is read, a colour is not."""
    sign = "+ " if number > 0 else "− " if number < 0 else ""
    return f"{sign}{abs(number)} {word}"


def _desks(definition: Definition, choices: Choices) -> tuple[Desk, ...]:
    numbers = {p.key: p.number for p in definition.prerequisites}
    return tuple(
        Desk(p, needed, ", ".join(numbers[key] for key in p.waits_for))
        for p, needed in prerequisites(definition, facts_of(definition, choices))
    )
