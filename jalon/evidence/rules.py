"""What a slot accepts (R7, G13). Pure: kinds of proof and typed values in, sentences out."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from itertools import chain

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jalon.core.canonical import canonical_json, sha256_hex
from jalon.documents.checks.dating import AGEING
from jalon.documents.checks.judging import blocking, judge
from jalon.documents.checks.model import Finding, Subject
from jalon.documents.inspection import message_of, remedy_of
from jalon.programmes.definition.declared import declared_checks
from jalon.programmes.definition.schema import Definition, ExpectedProof, ProofKind, Requirement, Scenario


def piece_mark(kind: str, value: str) -> str:
    """What tells one piece from another: a file by its digest, a link, a number, or a reason by its words."""
    return sha256_hex(canonical_json([kind, value]))


def kinds_of(definition: Definition, expected: ExpectedProof) -> list[ProofKind]:
    """The kinds that this expected proof accepts, in the order of the programme."""
    return [kind for kind in definition.kinds if kind.key in expected.kinds]


def why_not_enough(given: frozenset[str], returned: frozenset[str] | None, outdated: frozenset[str]) -> str:
    """Why what is given (marks) does not answer what is asked for, or "".

    `returned`: what the agency sent back last; `outdated`: all that was given until another proof was wanted.
    """
    if not given:
        return _("Rien n’y est donné.")
    if given == returned:
        return _("L’agence a renvoyé cette preuve : complétez-la, ou donnez-en une autre.")
    if outdated and given <= outdated:
        return _("L’agence attend une autre preuve que celles données jusqu’ici.")
    return ""


def kinds_refused(kinds: Sequence[ProofKind], given: Collection[str]) -> str:
    """Why pieces of these kinds cannot be given here (any more), or ""."""
    if set(given) <= {kind.key for kind in kinds}:
        return ""
    return _("Une de ses pièces est d’un type que cette preuve n’accepte plus.")


def proof_code(requirement: Requirement, scenario: Scenario, expected: ExpectedProof) -> str:
    """What people call an expected proof: its own code, else that of what asks for it."""
    return expected.code or scenario.code or requirement.code


# What may stand behind the reason of a request for "non applicable".
BACKING_FORMATS = ("pdf", "png", "jpg", "jpeg", "webp", "txt", "log", "eml")
BACKING_MAX_MB = 20


def backing_error(name: str, size: int) -> str:
    """What is wrong with a file behind a reason."""
    if name.rpartition(".")[2].casefold() not in BACKING_FORMATS:
        return _("À l’appui d’une raison, joignez un document : %(formats)s.") % {
            "formats": ", ".join(BACKING_FORMATS)
        }
    if size > BACKING_MAX_MB * 1024 * 1024:
        return _("Ce fichier dépasse la limite de %(max)s Mo.") % {"max": BACKING_MAX_MB}
    return ""


SCOPE_LENGTH = 300
OLDEST = date(1990, 1, 1)


def dated_error(dated_on: date | None, today: date) -> str:
    """What is wrong with the date that somebody gives a proof."""
    if dated_on is None:
        return ""
    if dated_on > today:
        return _("La date d’une preuve ne peut pas être dans l’avenir.")
    if dated_on < OLDEST:
        return _("Cette date est trop ancienne : vérifiez l’année.")
    return ""


def scope_of(product: str, version: str) -> str:
    """What a proof shows unless somebody says otherwise: the software for which it is given."""
    return f"{product} {version}"[:SCOPE_LENGTH]


# How many days before the last one on which a proof can be handed in its people are told, and once when it is over.
REMINDERS = (60, 30, 7, -1)


def reminder_due(expires_on: date, today: date) -> int | None:
    """The latest of these marks that has come; None: none has."""
    left = (expires_on - today).days
    return min((days for days in REMINDERS if left <= days), default=None)


def lets_age(definition: Definition) -> bool:
    """Whether a check of this programme finds proofs too old."""
    proofs = (p for c in definition.chapters for r in c.requirements for s in r.scenarios for p in s.proofs)
    declared = chain.from_iterable((*(kind.checks for kind in definition.kinds), *(p.checks for p in proofs)))
    return any(one.check in AGEING for one in declared)


def file_formats(kinds: Sequence[ProofKind]) -> tuple[str, ...]:
    """The extensions accepted by at least one of the kinds."""
    return tuple(dict.fromkeys(fmt for kind in kinds if kind.form == "file" for fmt in kind.formats))


def kind_for_file(kinds: Sequence[ProofKind], name: str) -> ProofKind | None:
    """The first kind that takes a file with this extension."""
    extension = name.rpartition(".")[2].casefold()
    return next((k for k in kinds if k.form == "file" and extension in k.formats), None)


def link_error(kinds: Sequence[ProofKind], url: str) -> str:
    """What is wrong with a link, or "" when one of the kinds takes it."""
    links = [kind for kind in kinds if kind.form == "link"]
    if not links:
        return _("Cette preuve se donne par un fichier, pas par un lien.")
    found = [_refusals(kind, url=url) for kind in links]
    refusals = [one for each in found for one in each]
    rehearsed = next((one for one in refusals if one.case == "rehearsal"), None)
    # What is known to prove nothing proves nothing as another kind of link either.
    if rehearsed is None and not all(found):
        return ""
    return _said(rehearsed or refusals[0])


def kind_for_link(kinds: Sequence[ProofKind], url: str) -> ProofKind | None:
    """The kind that names the host, else the first that takes any."""
    taking = [kind for kind in kinds if kind.form == "link" and not _refusals(kind, url=url)]
    return next((kind for kind in taking if kind.hosts), None) or next(iter(taking), None)


def leads_to_report(kinds: Sequence[ProofKind], url: str) -> bool:
    """Whether this link is taken as a test report's: Jalon keeps the report itself then, never the bare link (R8)."""
    kind = kind_for_link(kinds, url)
    return kind is not None and kind.reports is not None


# Nothing of a link or a number depends on the day.
_ANY_DAY = datetime(1970, 1, 1, tzinfo=UTC)


def _refusals(kind: ProofKind, *, url: str = "", text: str = "") -> list[Finding]:
    return blocking(judge(Subject(on=_ANY_DAY, url=url, text=text), declared_checks(kind)))


def _said(finding: Finding) -> str:
    return f"{message_of(finding)} {remedy_of(finding)}"


def record_error(kind: ProofKind, text: str) -> str:
    """What is wrong with a number or a short text, an MSSanté execution number for instance."""
    if not text:
        return _("Indiquez une valeur.")
    refusals = _refusals(kind, text=text)
    if refusals and not refusals[0].case and kind.pattern_error:
        return kind.pattern_error.shown_in(get_language() or "fr")
    return _said(refusals[0]) if refusals else ""
