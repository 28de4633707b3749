"""What is told about products."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from jalon.notices.base import NoticeText


@dataclass(frozen=True, kw_only=True)
class ProductWithoutResponsible(NoticeText):
    kind: ClassVar[str] = "vendors.product_without_responsible"
    mails: ClassVar[bool] = True
    reference: str
    product: str

    def title(self) -> str:
        return _("Le produit %(product)s n’a plus de responsable : désignez-en un") % {
            "product": self.product
        }

    def path(self) -> str:
        return f"/produits/{self.reference}"
