"""What a slot accepts (R7, G13). Pure: kinds of proof and typed values in, sentences out."""

import re
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jalon.core.canonical import canonical_json, sha256_hex
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


def file_formats(kinds: Sequence[ProofKind]) -> tuple[str, ...]:
    """The extensions accepted by at least one of the kinds."""
    return tuple(dict.fromkeys(fmt for kind in kinds if kind.form == "file" for fmt in kind.formats))


def kind_for_file(kinds: Sequence[ProofKind], name: str) -> ProofKind | None:
    """The first kind that takes a file with this extension."""
    extension = name.rpartition(".")[2].casefold()
    return next((k for k in kinds if k.form == "file" and extension in k.formats), None)


def link_error(kinds: Sequence[ProofKind], url: str) -> str:
    """What is wrong with a link: it must be https, and lead to a host that one of the kinds allows."""
    links = [kind for kind in kinds if kind.form == "link"]
    if not links:
        return _("Cette preuve se donne par un fichier, pas par un lien.")
    if len(url) > 2000:
        return _("Ce lien est trop long : 2 000 caractères au plus.")
    host = _host(url)
    if not host:
        return _("Un lien commence par https:// et donne l’adresse entière de la page.")
    if all(kind.hosts and host not in _hosts(kind) for kind in links):
        accepted = ", ".join(dict.fromkeys(h for kind in links for h in kind.hosts))
        return _("Ce lien mène à %(host)s. Pour cette preuve, il doit mener à : %(accepted)s.") % {
            "host": host,
            "accepted": accepted,
        }
    return ""


def kind_for_link(kinds: Sequence[ProofKind], url: str) -> ProofKind | None:
    host = _host(url)
    links = [kind for kind in kinds if kind.form == "link"]
    exact = next((k for k in links if host in _hosts(k)), None)
    return exact or next((k for k in links if not k.hosts), None)


def _host(url: str) -> str:
    """The host of an entire https address; "" for anything else, or when a reader might take it for another."""
    if re.search(r"[\s\\\x00-\x1f\x7f]", url):
        return ""
    try:
        parts = urlsplit(url)
        _port = parts.port  # looks at it, and raises ValueError for one that is none
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme == "https" and "@" not in parts.netloc else ""


def _hosts(kind: ProofKind) -> frozenset[str]:
    return frozenset(host.casefold() for host in kind.hosts)


def record_error(kind: ProofKind, text: str) -> str:
    """What is wrong with a number or a short text, an MSSanté execution number for instance."""
    if not text:
        return _("Indiquez une valeur.")
    if len(text) > 500:
        return _("500 caractères au plus.")
    if kind.pattern and not re.fullmatch(kind.pattern, text):
        if kind.pattern_error:
            return kind.pattern_error.shown_in(get_language() or "fr")
        return _("Cette valeur n’a pas la forme attendue. Recopiez-la depuis le document d’origine.")
    return ""
