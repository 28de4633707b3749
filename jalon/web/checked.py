"""What the machine says of a piece, as pages show it: beside the vendor's slot and for the verifier alike."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language

from jalon.core.typography import french_spaces
from jalon.documents.inspection import message_of, remedy_of
from jalon.evidence.judged import Owner, judged_items
from jalon.evidence.models import Proof, ProofItem
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


def checked(
    definition: Definition,
    expected: ExpectedProof,
    proof: Proof | None,
    items: Iterable[ProofItem],
    owner: Owner,
) -> dict[int, Checked]:
    """By id of the piece. No query."""
    language = (get_language() or "fr").split("-")[0]
    return {
        pk: Checked(
            pk,
            one.pending,
            tuple(Told(str(f.level), message_of(f), remedy_of(f)) for f in one.findings),
            tuple((label, value if language == "en" else french_spaces(value)) for label, value in one.lines),
        )
        for pk, one in judged_items(definition, expected, proof, items, language, owner).items()
    }
