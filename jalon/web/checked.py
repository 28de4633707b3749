"""What the machine says of a piece, as pages show it: beside the vendor's slot and for the verifier alike."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jalon.core import dates
from jalon.core.typography import french_spaces
from jalon.documents.inspection import message_of, remedy_of
from jalon.evidence.models import Proof, ProofItem
from jalon.evidence.queries.judged import Age, Judged, Owner, age_of, judged_items
from jalon.programmes.definition.schema import Definition, ExpectedProof


@dataclass(frozen=True)
class Told:
    """One finding. `level`: "blocking" or "warning"."""

    level: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Checked:
    """`pending`: its content is still being read. `lines`: what was read in it, label and value."""

    id: int
    pending: bool
    findings: tuple[Told, ...]
    lines: tuple[tuple[str, str], ...]
    age: Age


def checked(
    definition: Definition,
    expected: ExpectedProof,
    proof: Proof | None,
    items: Iterable[ProofItem],
    owner: Owner,
) -> dict[int, Checked]:
    """By id of the piece. No query."""
    language = (get_language() or "fr").split("-")[0]
    pieces = list(items)
    found = judged_items(definition, expected, proof, pieces, language, owner)
    return {item.pk: _checked(definition, expected, item, found[item.pk], language) for item in pieces}


def _checked(
    definition: Definition, expected: ExpectedProof, item: ProofItem, one: Judged, language: str
) -> Checked:
    age = age_of(definition, expected, item)
    read = ((label, value if language == "en" else french_spaces(value)) for label, value in one.lines)
    return Checked(
        item.pk,
        one.pending,
        tuple(Told(str(f.level), message_of(f), remedy_of(f)) for f in one.findings),
        (*said_of_it(age, item.scope if item.document or item.record else ""), *read),
        age,
    )


def said_of_it(age: Age, scope: str) -> Iterator[tuple[str, str]]:
    """Of which day a piece is, who says so, until when it can be handed in, and what it shows."""
    sources = {
        "vendor": _("selon l’éditeur"),
        "signature": _("date de signature"),
        "mail": _("date du message"),
        "report": _("date du rapport"),
    }
    if age.on:
        yield _("Date de la preuve"), f"{dates.day(age.on)} ({sources[age.source]})"
    if age.expires_on:
        yield _("Recevable jusqu’au"), dates.day(age.expires_on)
    if scope:
        yield _("Produit et version"), scope
