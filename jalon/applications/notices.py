"""What is told about the dates of a file and about what other desks deliver. Mails say only that something waits."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.utils.translation import gettext as _

from jalon.core import dates
from jalon.notices.base import NoticeText, in_readers_language


class _AboutFile(NoticeText):
    def path(self) -> str:
        return f"/candidatures/{self.application_number}"


@dataclass(frozen=True, kw_only=True)
class GateExtended(_AboutFile):
    kind: ClassVar[str] = "applications.gate_extended"
    mails: ClassVar[bool] = True
    gate: str
    due_on: str  # the day in Paris, ISO

    def title(self) -> str:
        day = dates.day(date.fromisoformat(self.due_on))
        return _("Une date limite est prolongée jusqu’au %(day)s") % {"day": day}


@dataclass(frozen=True, kw_only=True)
class FileLate(_AboutFile):
    kind: ClassVar[str] = "applications.file_late"
    mails: ClassVar[bool] = True

    def title(self) -> str:
        return _("Une date limite est passée : votre candidature est hors délai")


@dataclass(frozen=True, kw_only=True)
class FileReopened(_AboutFile):
    """The programme's date was moved: nobody extended this file's own."""

    kind: ClassVar[str] = "applications.file_reopened"
    mails: ClassVar[bool] = True

    def title(self) -> str:
        return _("Une date limite est déplacée : votre candidature reprend")


@dataclass(frozen=True, kw_only=True)
class FileLateAgency(NoticeText):
    """For who follows the file; in Jalon only, like all that the agency's list shows."""

    kind: ClassVar[str] = "applications.file_late_agency"

    def title(self) -> str:
        return _("Une date limite est passée : la candidature est hors délai")

    def path(self) -> str:
        return f"/instruction/{self.application_number}/dates"


class _AboutPrerequisite(NoticeText):
    def path(self) -> str:
        return f"/candidatures/{self.application_number}/prerequis"


@dataclass(frozen=True, kw_only=True)
class PrerequisiteRecorded(_AboutPrerequisite):
    """In Jalon only: nothing is asked of the vendor."""

    kind: ClassVar[str] = "applications.prerequisite_recorded"
    prerequisite: str
    name: str
    name_en: str = ""

    def title(self) -> str:
        return _("Prérequis enregistré : %(name)s") % {"name": in_readers_language(self.name, self.name_en)}


@dataclass(frozen=True, kw_only=True)
class PrerequisiteRejected(_AboutPrerequisite):
    kind: ClassVar[str] = "applications.prerequisite_rejected"
    mails: ClassVar[bool] = True
    prerequisite: str
    name: str
    name_en: str = ""

    def title(self) -> str:
        return _("Document à remplacer pour un prérequis : %(name)s") % {
            "name": in_readers_language(self.name, self.name_en)
        }
