"""Who may do what with products (PRODUCT.md §1). Scope comes first: `Product.objects.visible_to`."""

from jalon.accounts.standing import Standing
from jalon.vendors.models import Product


def can_create_product(standing: Standing) -> bool:
    return standing.company_id is not None and not standing.is_staff


def can_edit_product(standing: Standing, product: Product) -> bool:
    return product.company_id == standing.company_id


def can_manage_access(standing: Standing, product: Product) -> bool:
    """Only a mandataire or a responsable attaches and detaches collaborators."""
    return standing.leads_company and product.company_id == standing.company_id


def can_manage_platforms(standing: Standing) -> bool:
    """The keys of the company are its mandataire's and its responsables'."""
    return standing.leads_company
