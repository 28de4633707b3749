"""The questions of a new product, with the help that the portal gives (Guide RIS, prérequis 4)."""

from typing import Any

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.programmes.definition.schema import Help
from jalon.programmes.queries import portal
from jalon.vendors.queries import company_people
from jalon.vendors.rules import ProductData
from jalon.web.answers import said
from jalon.web.components.fields import Choice, Field, FieldHelp
from jalon.web.vendor.products.frame import NIL, company_of, nil_is_asked


def product_fields(standing: Standing, data: ProductData, errors: dict[str, str]) -> dict[str, Field]:
    """The questions of G04, in order, with the help that the portal gives."""
    helps = portal().product_help
    people = tuple(Choice(str(p.pk), p.full_name) for p in company_people(company_of(standing)))
    exclusive = next((i.key for i in portal().interests if i.exclusive), "")
    shared: dict[str, dict[str, Any]] = {
        "name": {"label": _("Nom du produit"), "required": True, "value": data.name, "max_length": 200},
        "version": {"label": _("Version"), "required": True, "value": data.version, "max_length": 60},
        "nil": {
            "label": str(NIL),
            "value": data.nil,
            "max_length": 40,
            "upper_case": True,
        },
        "responsible": {
            "label": _("Responsable"),
            "required": True,
            "kind": "select",
            "options": people,
            "value": str(data.responsible_id or ""),
        },
        "description": {
            "label": _("Description du produit"),
            "required": True,
            "kind": "long_text",
            "value": data.description,
            "max_length": 5000,
        },
        "certifications": {
            "label": _("Certifications"),
            "hint": _("Une par ligne."),
            "kind": "long_text",
            "rows": 3,
            "value": "\n".join(data.certifications),
        },
        "interests": {
            "label": _(
                "Par quels dispositifs de référencement et/ou de certification êtes-vous intéressé pour le produit ?"
            ),
            "required": True,
            "kind": "checkboxes",
            "options": tuple(_interest_choices()),
            "value": data.interests,
            "data": {"exclusive": exclusive} if exclusive else {},
        },
    }
    if not nil_is_asked():
        del shared["nil"]
    return {
        key: Field(name=key, error=errors.get(key, ""), help=_field_help(helps.get(key)), **given)
        for key, given in shared.items()
    }


def _interest_choices() -> list[Choice]:
    return [
        Choice(i.key, said(i.label), hint=said(i.hint), disabled=not i.available) for i in portal().interests
    ]


def _field_help(known: Help | None) -> FieldHelp | None:
    if known is None:
        return None
    link = known.link
    return FieldHelp(
        said(known.title), said(known.body), link.url if link else "", said(link.label) if link else ""
    )
