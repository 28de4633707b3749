"""What is told at each hand-over. To the vendor: that a message waits; to the agency: that there is work."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from jalon.core import dates
from jalon.notices.base import MessageWaits, NoticeText, in_readers_language
from jalon.reviews.queries.move_notices import MoveNotice, NamedItem, RequirementChange
from jalon.reviews.states import MoveKind


@dataclass(frozen=True, kw_only=True)
class FileSubmitted(NoticeText):
    kind: ClassVar[str] = "reviews.file_submitted"
    round: int

    def title(self) -> str:
        return _("Dossier administratif à examiner")

    def path(self) -> str:
        return f"/instruction/{self.application_number}/dossier"


@dataclass(frozen=True, kw_only=True)
class ChapterSubmitted(NoticeText):
    kind: ClassVar[str] = "reviews.chapter_submitted"
    chapter: str
    round: int
    name: str = ""
    name_en: str = ""

    def title(self) -> str:
        if not self.name:
            return _("Chapitre de preuves à examiner")
        return _("Chapitre à examiner : %(name)s") % {"name": in_readers_language(self.name, self.name_en)}

    def path(self) -> str:
        return f"/instruction/{self.application_number}/chapitres/{self.chapter}"


class _ToVendor(MessageWaits):
    def path(self) -> str:
        return f"/candidatures/{self.application_number}/messages"


@dataclass(frozen=True, kw_only=True)
class FileReturned(_ToVendor):
    kind: ClassVar[str] = "reviews.file_returned"

    def title(self) -> str:
        return _("L’agence demande des modifications au dossier administratif")


@dataclass(frozen=True, kw_only=True)
class FileEligible(_ToVendor):
    kind: ClassVar[str] = "reviews.file_eligible"

    def title(self) -> str:
        return _("Votre dossier est éligible : le dépôt des preuves est ouvert")


@dataclass(frozen=True, kw_only=True)
class FileRefused(_ToVendor):
    kind: ClassVar[str] = "reviews.file_refused"

    def title(self) -> str:
        return _("Votre candidature est refusée")


@dataclass(frozen=True, kw_only=True)
class FileReopened(_ToVendor):
    kind: ClassVar[str] = "reviews.file_reopened"

    def title(self) -> str:
        return _("L’agence examine à nouveau votre dossier administratif")


@dataclass(frozen=True, kw_only=True)
class ChapterReturned(_ToVendor):
    kind: ClassVar[str] = "reviews.chapter_returned"
    chapter: str
    name: str = ""  # of the chapter; notices of older versions have none
    name_en: str = ""

    def title(self) -> str:
        if not self.name:
            return _("L’agence demande des modifications à un chapitre de preuves")
        return _("L’agence demande des modifications au chapitre « %(name)s »") % {
            "name": in_readers_language(self.name, self.name_en)
        }


@dataclass(frozen=True, kw_only=True)
class ChapterValidated(NoticeText):
    """In Jalon only: one mail a chapter would be noise."""

    kind: ClassVar[str] = "reviews.chapter_validated"
    chapter: str
    name: str = ""
    name_en: str = ""

    def title(self) -> str:
        if not self.name:
            return _("Un chapitre de preuves est validé")
        return _("Le chapitre « %(name)s » est validé") % {
            "name": in_readers_language(self.name, self.name_en)
        }

    def path(self) -> str:
        return f"/candidatures/{self.application_number}/chapitres/{self.chapter}"


@dataclass(frozen=True, kw_only=True)
class ProofsValidated(NoticeText):
    """In Jalon only, like the validation of a chapter."""

    kind: ClassVar[str] = "reviews.proofs_validated"

    def title(self) -> str:
        return _("L’étape des preuves est validée")

    def path(self) -> str:
        return f"/candidatures/{self.application_number}"


@dataclass(frozen=True, kw_only=True)
class VersionDeclared(NoticeText):
    kind: ClassVar[str] = "reviews.version_declared"
    n: int

    def title(self) -> str:
        return _("Version technique déclarée : preuves à refaire à indiquer")

    def path(self) -> str:
        return f"/instruction/{self.application_number}/version"


@dataclass(frozen=True, kw_only=True)
class VersionAccepted(_ToVendor):
    kind: ClassVar[str] = "reviews.version_accepted"
    n: int

    def title(self) -> str:
        return _("L’agence accepte votre nouvelle version technique")


@dataclass(frozen=True, kw_only=True)
class VersionRefused(_ToVendor):
    kind: ClassVar[str] = "reviews.version_refused"
    n: int

    def title(self) -> str:
        return _("L’agence refuse votre nouvelle version technique")


@dataclass(frozen=True, kw_only=True)
class FileMoved(_ToVendor):
    kind: ClassVar[str] = "reviews.file_moved"
    n: int

    def title(self) -> str:
        return _("Ce qui est demandé à votre candidature a changé")

    def path(self) -> str:
        return f"/candidatures/{self.application_number}/changements/{self.n}"


@dataclass(frozen=True, kw_only=True)
class FileMovedBack(_ToVendor):
    kind: ClassVar[str] = "reviews.file_moved_back"
    n: int

    def title(self) -> str:
        return _("Votre candidature revient aux exigences précédentes")

    def path(self) -> str:
        return f"/candidatures/{self.application_number}/changements/{self.n}"


@dataclass(frozen=True, kw_only=True)
class DeclarationChanged(NoticeText):
    kind: ClassVar[str] = "reviews.declaration_changed"
    n: int

    def title(self) -> str:
        return _("Déclaration modifiée par l’éditeur")

    def path(self) -> str:
        return f"/instruction/{self.application_number}/declaration"


@dataclass(frozen=True, kw_only=True)
class EvidenceGiven(NoticeText):
    kind: ClassVar[str] = "reviews.evidence_given"

    def title(self) -> str:
        return _("Pièce ajoutée à une déclaration par l’éditeur")

    def path(self) -> str:
        return f"/instruction/{self.application_number}/declaration"


@dataclass(frozen=True, kw_only=True)
class ClaimRejected(_ToVendor):
    kind: ClassVar[str] = "reviews.claim_rejected"
    key: str

    def title(self) -> str:
        return _("L’agence ne confirme pas votre déclaration")


# What the agency writes in a conversation is in French, its language, whoever reads it. The headings are those
# under which vendors know changes of requirements from the agency's own pages.
_IMPLIES = {
    "add": "preuves nouvelles à déposer",
    "requalify": "preuves acceptées à requalifier (à confirmer ou à remplacer)",
    "redo": "preuves à remplacer",
    "reread": "preuves déposées dont le texte change, sans rien à refaire",
    "back": "preuves demandées à nouveau, avec ce qui avait été donné",
    "drop": "preuves qui ne sont plus demandées, conservées au dossier",
    "kept": "preuves dont le verdict est conservé",
}
_DO = {
    "add": "Déposez",
    "requalify": "Confirmez ou remplacez",
    "redo": "Remplacez",
    "back": "Vérifiez et remettez",
}
_LISTED = 40  # codes named in a message; the page of the notice names them all


def moved_text(said: MoveNotice) -> str:
    """The notice as a message, in the form that vendors know."""
    lines = [
        "1. Quel est le changement principal ?",
        _main_change(said),
        "",
        "2. Concrètement, qu’est-ce que ça implique ?",
        *(_counted(said) or ["Rien ne change pour les preuves de votre dossier."]),
        "",
        "3. Quand appliquer ce changement ?",
        _when(said),
        "Les dates limites de votre dossier ne changent pas.",
        "",
        "4. Quelles obligations pour l’éditeur ?",
        *(_to_do(said) or ["Aucune : vous n’avez rien à faire."]),
        "",
        "Annexe – Nouvelles versions : exigences, scénarios et preuves",
        *([_changed(change) for change in said.requirements[:_LISTED]] or ["Aucune."]),
    ]
    return "\n".join(lines)


def _main_change(said: MoveNotice) -> str:
    old, new = said.move.from_revision.number, said.move.to_revision.number
    if said.move.kind == MoveKind.FACTS:
        return "La déclaration de votre candidature a changé."
    return f"Votre candidature passe de la révision {old} à la révision {new} des exigences : {said.reason}"


def _when(said: MoveNotice) -> str:
    if said.move.kind == MoveKind.FACTS:
        return "Dès maintenant."
    return f"Dès maintenant : la révision est en vigueur depuis le {dates.day(said.effective_on)}."


def _counted(said: MoveNotice) -> list[str]:
    counted = [
        f"• {words} : {len(said.implies[name])}" for name, words in _IMPLIES.items() if said.implies[name]
    ]
    return [*counted, *(["• des profils choisis n’existent plus"] if said.profiles_gone else [])]


def _to_do(said: MoveNotice) -> list[str]:
    lines = [f"• {words} : {_codes(said.to_do[name])}" for name, words in _DO.items() if said.to_do[name]]
    return [*lines, *(["• Choisissez à nouveau vos profils."] if said.profiles_gone else [])]


def _codes(items: tuple[NamedItem, ...]) -> str:
    named = ", ".join(item.code for item in items[:_LISTED])
    return f"{named}… ({len(items)} en tout)" if len(items) > _LISTED else named


def _changed(change: RequirementChange) -> str:
    was = f" (auparavant {', '.join(change.was)})" if change.was else ""
    return f"• {change.code}{was} : {change.title.fr}"


def moved_back_text(kept: int, left: int) -> str:
    return (
        f"L’agence annule le passage de votre candidature à la révision {left} des exigences. Votre dossier est "
        f"tel qu’il était : la révision {kept} s’applique, vos preuves et leurs verdicts sont inchangés."
    )


class _OnVendorsFile(NoticeText):
    def path(self) -> str:
        return f"/candidatures/{self.application_number}"


@dataclass(frozen=True, kw_only=True)
class PieceSealed(_OnVendorsFile):
    kind: ClassVar[str] = "reviews.piece_sealed"

    def title(self) -> str:
        return _("L’agence a scellé un fichier de votre candidature")


@dataclass(frozen=True, kw_only=True)
class PieceUnsealed(_OnVendorsFile):
    kind: ClassVar[str] = "reviews.piece_unsealed"

    def title(self) -> str:
        return _("Un fichier scellé de votre candidature se lit à nouveau")


@dataclass(frozen=True, kw_only=True)
class PieceDestroyed(_OnVendorsFile):
    kind: ClassVar[str] = "reviews.piece_destroyed"

    def title(self) -> str:
        return _("Un fichier scellé de votre candidature est détruit")


@dataclass(frozen=True, kw_only=True)
class SealWaits(NoticeText):
    kind: ClassVar[str] = "reviews.seal_waits"

    def title(self) -> str:
        return _("Un fichier scellé attend l’avis d’une seconde personne")

    def path(self) -> str:
        return f"/instruction/{self.application_number}/retraits"
