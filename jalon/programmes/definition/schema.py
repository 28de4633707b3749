"""The definition format: everything a programme is, as data (PRODUCT.md, R1). No Django, no database.

A definition is read from a folder (`folder.py`), from a revision (`Definition.model_validate_json`) or built
from a workbook (`workbook.py`). Unknown keys are errors. Texts are `{fr: …, en: …}`, French required.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from jalon.programmes.definition.award_words import AwardWords
from jalon.programmes.definition.conditions import Condition
from jalon.programmes.definition.one_of import OneOf, Only

# Handed on: a definition and what it is made of are imported from here.
from jalon.programmes.definition.texts import Code as Code  # noqa: PLC0414
from jalon.programmes.definition.texts import Key as Key  # noqa: PLC0414
from jalon.programmes.definition.texts import Part as Part  # noqa: PLC0414
from jalon.programmes.definition.texts import Text as Text  # noqa: PLC0414


class Section(Part):
    """A heading, paragraphs and a list: presentation pages, charter, convention articles.

    Paragraphs of the convention may carry `{placeholders}`; the known ones are listed in
    docs/definitions.md, an unknown one is an error at load.
    """

    title: Text
    paragraphs: tuple[Text, ...] = ()
    items: tuple[Text, ...] = ()


class Link(Part):
    label: Text
    url: str


class Help(Part):
    """Help beside a field: where a number comes from, whom to ask."""

    title: Text
    body: Text
    link: Link | None = None


# --- Forms (steps of kind "form") ---------------------------------------------------------------------------

FieldKind = Literal[
    "text", "long_text", "choice", "choices", "yes_no", "profiles", "documents",
    "email", "telephone", "country", "siren", "siret", "eu_vat", "date", "number", "shown",
]  # fmt: skip


class Option(Part):
    key: Key
    label: Text


class Download(Part):
    """A file that the vendor downloads, completes and gives back. `file` stands in `files/`."""

    label: Text
    file: str


class FormField(Part):
    """One question. `key` identifies its answer for ever; the label may change."""

    key: Key
    kind: FieldKind
    label: Text
    hint: Text | None = None
    help: Help | None = None
    required: bool = False
    when: Condition | None = (
        None  # asked only then; an answer to a question no longer asked is kept, not used
    )
    options: tuple[Option, ...] = ()
    at_least: int = Field(0, ge=0, le=50)  # "choices", "profiles": how many to tick, locked ones not counted
    max_length: int = Field(255, ge=1, le=20_000)
    pattern: str = ""  # configurable formats: NIL, NIE, NRU (none is public)
    pattern_error: Text | None = None
    upper_case: bool = False
    equal_to: Key | None = None  # must hold the same value as that field when both are given
    equal_error: Text | None = None
    siren_of: Key | None = None  # a SIRET begins with the SIREN given in that field
    formats: tuple[str, ...] = ()  # "documents": file extensions
    max_mb: int = Field(20, ge=1, le=2000)
    max_files: int = Field(10, ge=1, le=50)
    download: Download | None = None
    source: str = (
        ""  # prefill and "shown": me.email, legal_representative.family_name, company.siren, product.name
    )
    write_back: Literal["", "product.nil"] = ""


class Repeat(Part):
    """A block that may be given several times; its answers are one value, a list of objects."""

    key: Key
    label: Text  # of one block: "Membre du groupement"
    add_label: Text
    when: Condition
    fields: tuple[FormField, ...]
    max: int = Field(20, ge=1, le=100)


class Prefill(Part):
    """A button that fills fields from iSC: "Compléter avec mes données"."""

    label: Text
    source: Literal["me", "legal_representative", "company"]


class FormSection(Part):
    key: Key
    title: Text
    intro: Text | None = None
    help: Help | None = None
    prefill: tuple[Prefill, ...] = ()
    fields: tuple[FormField, ...] = ()
    repeat: Repeat | None = None


class FormStep(Part):
    kind: Literal["form"]
    key: Key
    title: Text
    sections: tuple[FormSection, ...]


class ProofsStep(Part):
    kind: Literal["proofs"]
    key: Key
    title: Text
    intro: Text | None = None


class ConventionStep(Part):
    kind: Literal["convention"]
    key: Key
    title: Text


Step = Annotated[FormStep | ProofsStep | ConventionStep, Field(discriminator="kind")]


# --- What applies -------------------------------------------------------------------------------------------


class Profile(Part):
    key: Key
    label: Text
    workbook: str = ""  # its name in the column "Profil"
    locked: bool = False  # ticked and locked: always applies
    hint: Text | None = None


class Perimeter(Part):
    """A group of rows ("Vague 1", "Vague 2") and when they apply. `reason_*` explain (R3)."""

    key: Key
    label: Text
    workbook: str = ""  # its name in the column "Périmètre"
    when: Condition | None = None  # none: always
    reason_applies: Text
    reason_not: Text


class Claim(Part):
    """Something the vendor declares and an agent confirms before it takes effect: a vague 1 référencement."""

    key: Key
    label: Text
    declared_when: Condition
    evidence_field: Key  # the answer that the agent checks
    verify: Text  # what the agent is asked to check


# --- Proofs -------------------------------------------------------------------------------------------------


class DeclaredCheck(Part):
    """A check that the machine makes of a piece (docs/checks.md). `level` "": the check's own."""

    check: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    level: Literal["", "blocking", "warning"] = ""
    params: dict[str, int | str | tuple[str, ...] | dict[str, str]] = {}


class ReportSource(Part):
    """Where the vendor's test reports are listed, so that one is chosen and taken over instead of copying its link."""

    platform: Literal["gazelle"]
    api: Literal["evs", "datahouse"] = "evs"
    host: str = ""  # of the lists, one of the kind's `hosts`; default: the first of them


class ProofKind(Part):
    """A kind of proof with its own field, formats and limits (R7)."""

    key: Key
    label: Text
    form: Literal["file", "link", "record"]
    hint: Text | None = None
    formats: tuple[str, ...] = ()  # file: extensions without the dot
    max_mb: int = Field(50, ge=1, le=2000)
    hosts: tuple[str, ...] = ()  # link: allowed hosts; empty: any https host
    reports: ReportSource | None = None  # link: to a report that Jalon takes over
    pattern: str = ""  # record
    pattern_error: Text | None = None
    checks: tuple[DeclaredCheck, ...] = ()  # besides those of the door, and of `hosts` and `pattern`
    guess: tuple[
        str, ...
    ] = ()  # an imported text (lower case, no accents) that one of these matches asks for it
    guess_otherwise: bool = False  # taken for a text that no kind's `guess` matches


class RowScope(Part):
    """Another row of the list that asks for the same: it applies if one of its rows does."""

    perimeter: Key
    profile: Key


class ExpectedProof(Part):
    key: Key
    code: str = Field("", max_length=80)
    text: Text
    kinds: tuple[Key, ...] = Field(min_length=1)
    kind_guessed: bool = False
    checks: tuple[
        DeclaredCheck, ...
    ] = ()  # for this proof alone: added, or instead of the kind's of that name
    perimeter: Key | None = None  # default: the scenario's
    profile: Key | None = None
    only: Only | None = None
    also: tuple[RowScope, ...] = ()


class Scenario(Part):
    key: Key
    code: str = Field("", max_length=80)
    text: Text
    perimeter: Key | None = None  # default: the requirement's
    profile: Key | None = None
    only: Only | None = None  # holds for its proofs too, beside their own
    also: tuple[RowScope, ...] = ()
    proofs: tuple[ExpectedProof, ...] = ()


class Requirement(Part):
    key: Key
    code: Code
    was: tuple[str, ...] = ()  # its numbers in the previous wave
    title: Text
    statement: Text
    comment: Text | None = None
    html: bool = False  # statement and scenario texts are sanitised HTML, else plain text with line breaks
    perimeter: Key
    profile: Key
    also: tuple[RowScope, ...] = ()  # rows of its own, beside those of its scenarios
    criticality: str = ""
    nature: Literal["must", "may"] = "must"
    position: int = 0
    scenarios: tuple[Scenario, ...] = ()


class Chapter(Part):
    key: Key
    title: Text
    group: Key | None = None
    requirements: tuple[Requirement, ...]


class ChapterGroup(Part):
    key: Key
    title: Text


# --- Around -------------------------------------------------------------------------------------------------


class GateDate(Part):
    kind: Literal["first_administrative", "first_proofs", "end_of_exchanges"]
    label: Text  # "Date limite pour soumettre une première fois toutes les preuves"
    at: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$")]
    zone: str = "Europe/Paris"


class Prerequisite(Part):
    """Something obtained from another desk (R11): tracked in step 3, needed for the award."""

    key: Key
    number: str
    title: Text
    detail: Text
    desk: Text  # who delivers it: "EDC PSC", "CNDA"
    when: Condition | None = None  # none: always needed
    waits_for: tuple[Key, ...] = ()
    needed_for_award: bool = True


class Charter(Part):
    version: str
    title: Text
    sections: tuple[Section, ...]
    statement: Text  # beside the box that is ticked


class ConventionTemplate(Part):
    title: Text
    parties_vendor: Text
    parties_agency: Text
    articles: tuple[Section, ...]
    signatory_fields: dict[Literal["given_name", "family_name", "function", "email"], Key]
    agency_name: Text


class Presentation(Part):
    lead: Text
    sections: tuple[Section, ...]
    links: tuple[Link, ...] = ()


class ReturnReason(Part):
    """A reason that a verifier picks before writing: the same words for the same fault."""

    key: Key
    label: Text


class Definition(Part):
    """One programme. `programmes.definition.folder` says which file holds what."""

    format: Literal[1]
    code: Key
    track: Key
    title: Text  # "RIS vague 2"
    corridor: Text | None = None  # "Imagerie"
    summary: Text
    open: bool = True
    presentation: Presentation
    charter: Charter
    profiles: tuple[Profile, ...] = Field(min_length=1)
    perimeters: tuple[Perimeter, ...] = Field(min_length=1)
    claims: tuple[Claim, ...] = ()
    one_of: tuple[OneOf, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=1)
    kinds: tuple[ProofKind, ...] = Field(min_length=1)
    groups: tuple[ChapterGroup, ...] = ()
    chapters: tuple[Chapter, ...]
    prerequisites: tuple[Prerequisite, ...] = ()
    return_reasons: tuple[ReturnReason, ...] = ()
    gates: tuple[GateDate, ...] = ()
    convention: ConventionTemplate
    award: AwardWords = AwardWords()
    language: Literal["fr", "en"] = "fr"  # of mails to people whose own is not known
    max_items_per_slot: int = Field(20, ge=1, le=20)
    files: dict[str, str] = {}  # what is downloaded, by file name, in base64: a revision holds all it needs


class MenuEntry(Part):
    key: Key
    title: Text
    intro: Text


class Interest(Part):
    key: Key
    label: Text
    hint: Text | None = None
    exclusive: bool = False
    available: bool = True


class PortalDefinition(Part):
    """`portal.yaml`: the header's entries, the interests of a product (G04), help beside product fields."""

    format: Literal[1]
    menu: tuple[MenuEntry, ...]
    interests: tuple[Interest, ...]
    product_help: dict[Key, Help] = {}
    glossary: tuple[Section, ...] = ()


class TrackDefinition(Part):
    """`<track>/track.yaml`: a parcours, under one entry of the menu."""

    format: Literal[1]
    code: Key
    menu: Key
    title: Text
    summary: Text
    presentation: Presentation
    opening: Literal["open", "coming"] = "open"
