"""How a programme names its award: a référencement unless it says otherwise, or a habilitation, a certification…

Whole labels and sentences, because gender and articles follow the noun in French: nothing is put together from pieces.
"""

from pydantic import Field

from jalon.programmes.definition.texts import Part, Text

LONGEST_LABEL = (
    200  # a notice carries one of them, and no notice carries anybody's text (notices.MAX_PARAM_LENGTH)
)


class Label(Text):
    """A text of a chip, a heading, one line of a list."""

    fr: str = Field(min_length=1, max_length=LONGEST_LABEL)
    en: str = Field("", max_length=LONGEST_LABEL)


def _said(fr: str, en: str, where: str) -> Text:
    """A text that a definition may leave out. `where`: where it is read, for the JSON Schema."""
    default: Text = Field(Text(fr=fr, en=en), description=where)
    return default


def _label(fr: str, en: str, where: str) -> Label:
    default: Label = Field(Label(fr=fr, en=en), description=where)
    return default


class AwardWords(Part):
    """What pages, notices and papers say where they name the award. Each text may be left out."""

    state: Label = _label("Référencée", "Listed", "State of an application (feminine) once awarded: chips.")
    application: Label = _label(
        "Candidature référencée", "Application listed", "Heading of step 4, notice, dashboard, once awarded."
    )
    solution: Label = _label(
        "{product}, version {version}, est référencé",
        "{product}, version {version}, is listed",
        "What is awarded to what. May name {product} and {version} in braces.",
    )
    pronounced: Label = _label(
        "Référencement prononcé", "Award pronounced", "Title and event in the history."
    )
    is_pronounced: Label = _label(
        "Le référencement est prononcé.", "The award is pronounced.", "The agency’s view of an awarded file."
    )
    missing: Label = _label(
        "Ce qui manque au référencement", "What the award still needs", "Heading of what is missing."
    )
    when_pronounced: Text = _said(
        "Le référencement est prononcé dès que la dernière de ces conditions est remplie, dans n’importe quel ordre.",
        "The award is pronounced as soon as the last of these conditions is met, in any order.",
        "Below the heading of what is missing.",
    )
    on_signature: Text = _said(
        "Votre nom, la date et l’heure sont portés sur la convention. Si plus rien ne manque, "
        "le référencement est prononcé aussitôt et entre en vigueur ce jour.",
        "Your name, the date and the time are put on the convention. If nothing else is missing, "
        "the award is pronounced at once and enters into force today.",
        "What the signatory of the agency is told before signing.",
    )
    number: Label = _label("Numéro de référencement", "Award number", "Label of its number.")
    certificate: Label = _label("Certificat de référencement", "Award certificate", "Title of the PDF.")
    awarded_from: Label = _label(
        "est référencée à compter du",
        "is listed from",
        "On the certificate, between the solution (feminine) and the day.",
    )
    profiles: Label = _label("Profils référencés", "Profiles listed", "Heading on the certificate.")
    takes_effect: Text = _said(
        "La convention prend effet au jour du prononcé du référencement.",
        "The convention takes effect on the day on which the award is pronounced.",
        "On the convention, above the signatures.",
    )
    purpose: Label = _label(
        "pour le référencement", "for the award", "What a prerequisite is for; no capital."
    )
    needed: Label = _label(
        "nécessaire au référencement", "needed for the award", "Said of a prerequisite; no capital."
    )
    not_needed: Label = _label(
        "non exigé pour le référencement", "not required for the award", "Said of a prerequisite; no capital."
    )
