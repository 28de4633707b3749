"""What an award needs (R11), pure: facts in, the conditions still missing out. And how names are frozen."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext as _

from jalon.awards.states import OpinionOutcome


class Code(Enum):
    """The conditions of R11, in the order of the path."""

    NOT_WITHDRAWN = "not_withdrawn"
    STEP_VALIDATED = "step_validated"
    CLAIM_CONFIRMED = "claim_confirmed"
    CHAPTER_VALIDATED = "chapter_validated"
    PREREQUISITE_MET = "prerequisite_met"
    OPINION_GIVEN = "opinion_given"
    OPINION_FAVOURABLE = "opinion_favourable"
    CONVENTION_DRAWN = "convention_drawn"
    VENDOR_SIGNED = "vendor_signed"
    AGENCY_SIGNED = "agency_signed"


@dataclass(frozen=True)
class Item:
    """A step, a claim, a chapter or a prerequisite that applies, with its name in the reader's language."""

    key: str
    title: str
    met: bool


@dataclass(frozen=True)
class AwardFacts:
    steps: tuple[Item, ...] = ()
    claims: tuple[Item, ...] = ()
    chapters: tuple[Item, ...] = ()
    prerequisites: tuple[Item, ...] = ()
    opinion: OpinionOutcome | None = None
    convention_drawn: bool = False
    vendor_signed: bool = False
    agency_signed: bool = False
    withdrawn: bool = False


@dataclass(frozen=True)
class Condition:
    """One condition that is missing. `key` and `title` name the item, where there are several of the kind."""

    code: Code
    key: str = ""
    title: str = ""

    @property
    def for_vendor(self) -> str:
        return _sentences()[self.code][0] % {"title": self.title}

    @property
    def for_agency(self) -> str:
        return _sentences()[self.code][1] % {"title": self.title}


def missing_conditions(facts: AwardFacts) -> list[Condition]:
    """The conditions of R11 that do not hold, in the order of the path. Empty: the award is due."""
    missing = [] if not facts.withdrawn else [Condition(Code.NOT_WITHDRAWN)]
    missing += _unmet(Code.STEP_VALIDATED, facts.steps)
    missing += _unmet(Code.CLAIM_CONFIRMED, facts.claims)
    missing += _unmet(Code.CHAPTER_VALIDATED, facts.chapters)
    missing += _unmet(Code.PREREQUISITE_MET, facts.prerequisites)
    if facts.opinion is None:
        missing.append(Condition(Code.OPINION_GIVEN))
    elif facts.opinion != OpinionOutcome.FAVOURABLE:
        missing.append(Condition(Code.OPINION_FAVOURABLE))
    return missing + _unsigned(facts)


def _unmet(code: Code, items: Sequence[Item]) -> list[Condition]:
    return [Condition(code, item.key, item.title) for item in items if not item.met]


def _unsigned(facts: AwardFacts) -> list[Condition]:
    if not facts.convention_drawn:
        return [Condition(Code.CONVENTION_DRAWN)]
    missing = [] if facts.vendor_signed else [Condition(Code.VENDOR_SIGNED)]
    return missing if facts.agency_signed else [*missing, Condition(Code.AGENCY_SIGNED)]


def _sentences() -> dict[Code, tuple[str, str]]:
    """For the vendor, for the agency."""
    return {
        Code.NOT_WITHDRAWN: (
            _("Votre candidature est retirée."),
            _("La candidature est retirée."),
        ),
        Code.STEP_VALIDATED: (
            _("L’étape « %(title)s » n’est pas encore validée par l’agence."),
            _("L’étape « %(title)s » reste à valider."),
        ),
        Code.CLAIM_CONFIRMED: (
            _("Votre déclaration « %(title)s » n’est pas encore confirmée par l’agence."),
            _("La déclaration « %(title)s » reste à vérifier et à confirmer."),
        ),
        Code.CHAPTER_VALIDATED: (
            _("Le chapitre « %(title)s » n’est pas encore validé."),
            _("Le chapitre « %(title)s » reste à valider."),
        ),
        Code.PREREQUISITE_MET: (
            _("Prérequis à obtenir et à déposer : %(title)s."),
            _("Prérequis à constater, avec son document et sa date : %(title)s."),
        ),
        Code.OPINION_GIVEN: (
            _("Le collège n’a pas encore rendu son avis."),
            _("L’avis du collège reste à rendre."),
        ),
        Code.OPINION_FAVOURABLE: (
            _("L’avis du collège est défavorable."),
            _("L’avis du collège est défavorable."),
        ),
        Code.CONVENTION_DRAWN: (
            _("La convention n’est pas encore établie."),
            _("La convention n’est pas encore établie."),
        ),
        Code.VENDOR_SIGNED: (
            _("Votre responsable légal n’a pas encore signé la convention."),
            _("Le responsable légal de l’éditeur n’a pas encore signé la convention."),
        ),
        Code.AGENCY_SIGNED: (
            _(
                "L’agence n’a pas encore signé la convention ; elle signe en dernier, après un avis favorable."
            ),
            _("La signature de l’agence manque ; elle vient en dernier, après un avis favorable."),
        ),
    }


def award_number(programme_code: str, year: int, count: int) -> str:
    """ "RIS-VAGUE-2-2026-0001": programme, year of the award in Paris, rank in that year."""
    return f"{programme_code.upper()}-{year}-{count:04d}"


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the frozen values where a convention's text names them in braces.

    Only plain names: `{product}`. What a value itself holds is never read as a placeholder.
    """
    return "".join(
        literal + (values[name] if name is not None else "")
        for literal, name, _spec, _conversion in string.Formatter().parse(text)
    )


_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def french_date(year: int, month: int, day: int) -> str:
    """ "1er mai 2026": documents with legal effect are in French, whatever the reader's language."""
    return f"{'1er' if day == 1 else day} {_MONTHS[month - 1]} {year}"
