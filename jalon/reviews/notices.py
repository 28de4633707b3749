"""What is told at each hand-over. To the vendor: that a message waits; to the agency: that there is work."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from jalon.notices.base import MessageWaits, NoticeText


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

    def title(self) -> str:
        return _("Chapitre de preuves à examiner")

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

    def title(self) -> str:
        return _("L’agence demande des modifications à un chapitre de preuves")


@dataclass(frozen=True, kw_only=True)
class ChapterValidated(NoticeText):
    """In Jalon only: one mail a chapter would be noise."""

    kind: ClassVar[str] = "reviews.chapter_validated"
    chapter: str

    def title(self) -> str:
        return _("Un chapitre de preuves est validé")

    def path(self) -> str:
        return f"/candidatures/{self.application_number}/chapitres/{self.chapter}"


@dataclass(frozen=True, kw_only=True)
class VersionDeclared(NoticeText):
    kind: ClassVar[str] = "reviews.version_declared"
    n: int

    def title(self) -> str:
        return _("Version technique déclarée : preuves à refaire à indiquer")

    def path(self) -> str:
        return f"/instruction/{self.application_number}"


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
