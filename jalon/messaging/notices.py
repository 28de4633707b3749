"""What is told when somebody writes."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from jalon.notices.base import MessageWaits


@dataclass(frozen=True, kw_only=True)
class AgencyWrote(MessageWaits):
    kind: ClassVar[str] = "messaging.agency_wrote"

    def title(self) -> str:
        return _("Nouveau message de l’agence")

    def path(self) -> str:
        return f"/candidatures/{self.application_number}/messages"


@dataclass(frozen=True, kw_only=True)
class VendorWrote(MessageWaits):
    kind: ClassVar[str] = "messaging.vendor_wrote"

    def title(self) -> str:
        return _("Nouveau message de l’éditeur")

    def path(self) -> str:
        return f"/instruction/{self.application_number}/messages"
