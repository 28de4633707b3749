"""Is a file what its name says, and harmless to open? Answers in sentences for the person who sent it."""

import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import puremagic
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext

from jalon.documents.frames import FRAMES
from jalon.documents.rules import HEAD, Format, content_label, extension_of, known_formats

logger = logging.getLogger(__name__)

PROBE = Path(__file__).with_name("probe.py")
PROBE_TIMEOUT = 30  # seconds, start of the process included


def accepted_label(formats: Sequence[Format]) -> str:
    """For people: "PDF, PNG ou JPG"."""
    names = [known.extension.upper() for known in formats]
    if len(names) < 2:
        return "".join(names)
    return gettext("%(first)s ou %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def size_refusal(name: str, size: int, max_bytes: int) -> str:
    """Why a file of that size cannot be kept, or ""."""
    if size == 0:
        return gettext(
            "Le fichier « %(name)s » est vide. Vérifiez qu’il s’ouvre chez vous, puis déposez-le à nouveau."
        ) % {"name": name}
    if size > max_bytes:
        return gettext(
            "Le fichier « %(name)s » pèse %(size)s ; la taille maximale est de %(limit)s. "
            "Réduisez-le ou scindez-le, puis déposez-le à nouveau."
        ) % {"name": name, "size": filesizeformat(size), "limit": filesizeformat(max_bytes)}
    return ""


def name_refusal(name: str, extensions: Sequence[str]) -> str:
    """Why a file of that name is not among the accepted formats, or ""."""
    formats = known_formats(extensions)
    if _format_of(name, formats) is not None:
        return ""
    extension = extension_of(name)
    words = {"name": name, "found": extension.upper(), "accepted": accepted_label(formats)}
    if not extension:
        return (
            gettext("Le nom du fichier « %(name)s » n’a pas d’extension. Formats acceptés : %(accepted)s.")
            % words
        )
    return (
        gettext(
            "Le fichier « %(name)s » est au format %(found)s, qui n’est pas accepté ici. "
            "Formats acceptés : %(accepted)s."
        )
        % words
    )


def content_refusal(path: Path, name: str, extensions: Sequence[str]) -> str:
    """Why the bytes are not what the name says, or cannot be opened safely, or ""."""
    formats = known_formats(extensions)
    expected = _format_of(name, formats)
    if expected is None:
        return name_refusal(name, extensions)
    head = _head(path)
    words = {"name": name, "expected": expected.extension.upper(), "accepted": accepted_label(formats)}
    if not expected.begins(head):
        return _mismatch(head, name, words)
    problem = FRAMES[expected.frame](path) if expected.frame else _probe(expected, path)
    return "" if problem == "ok" else _problem_sentence(problem, words)


def media_type_of(name: str, extensions: Sequence[str]) -> str:
    found = _format_of(name, known_formats(extensions))
    return found.media_type if found else "application/octet-stream"


def _format_of(name: str, formats: Sequence[Format]) -> Format | None:
    extension = extension_of(name)
    return next((known for known in formats if known.extension == extension), None)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _mismatch(head: bytes, name: str, words: dict[str, str]) -> str:
    found = content_label(head) or _guess(head, name)
    if not found:
        return (
            gettext(
                "Le fichier « %(name)s » n’est pas un fichier %(expected)s : son contenu n’est pas reconnu. "
                "Formats acceptés : %(accepted)s."
            )
            % words
        )
    return gettext(
        "Le fichier « %(name)s » n’est pas un fichier %(expected)s : son contenu est au format %(found)s. "
        "Formats acceptés : %(accepted)s."
    ) % {**words, "found": found}


def _guess(head: bytes, name: str) -> str:
    """Puremagic knows thousands of formats that we only have to name, not to accept."""
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        logger.debug("Nothing known begins like %s", name)
        return ""
    return next((str(guess.extension).removeprefix(".").upper() for guess in guesses if guess.extension), "")


def _probe(expected: Format, path: Path) -> str:
    if not expected.probe:
        return "ok"
    command = [sys.executable, "-I", str(PROBE), expected.probe, str(path)]
    try:
        answer = subprocess.run(  # noqa: S603  (our own script, our own path)
            command,
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return "too_complex"
    if answer.returncode != 0:
        logger.warning("The %s probe died (%d): %s", expected.probe, answer.returncode, answer.stderr[-2000:])
        return "too_complex"
    return answer.stdout.strip()


def _problem_sentence(problem: str, words: dict[str, str]) -> str:
    sentences = {
        "truncated": gettext(
            "Le fichier « %(name)s » est incomplet : il s’arrête avant la fin. "
            "Déposez-le à nouveau en entier."
        ),
        "damaged": gettext(
            "Le fichier « %(name)s » n’est pas un fichier %(expected)s lisible : il est endommagé. "
            "Enregistrez-le à nouveau depuis son application d’origine, puis déposez-le."
        ),
        "encrypted": gettext(
            "Le fichier « %(name)s » est protégé par un mot de passe. "
            "Retirez la protection, puis déposez-le à nouveau."
        ),
        "other_content": gettext(
            "Le fichier « %(name)s » n’est pas un fichier %(expected)s : "
            "son contenu est d’une autre sorte. "
            "Formats acceptés : %(accepted)s."
        ),
        "private_key": gettext(
            "Le fichier « %(name)s » contient une clé privée, qui ne doit être transmise à personne. "
            "Déposez le certificat seul."
        ),
        "macros": gettext(
            "Le fichier « %(name)s » contient des macros. "
            "Enregistrez-le sans macros, puis déposez-le à nouveau."
        ),
        "zip_bomb": gettext(
            "L’archive « %(name)s » est refusée : décompressée, elle serait démesurée. "
            "Déposez son contenu tel quel."
        ),
        "zip_entries": gettext("L’archive « %(name)s » contient trop de fichiers (10 000 au plus)."),
        "zip_path": gettext(
            "L’archive « %(name)s » est refusée : elle contient des chemins qui sortent de son dossier "
            "ou des liens. "
            "Recréez-la à partir d’un dossier ordinaire."
        ),
        "xml_entities": gettext(
            "Le fichier « %(name)s » est refusé : il déclare des entités XML. "
            "Exportez-le sans déclaration d’entités."
        ),
        "too_complex": gettext(
            "Le fichier « %(name)s » n’a pas pu être contrôlé : il est trop complexe. "
            "Simplifiez-le ou enregistrez-le dans un autre format (%(accepted)s)."
        ),
    }
    return sentences[problem] % words
