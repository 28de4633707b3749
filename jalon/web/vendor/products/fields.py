"""The questions of a product, with the help that the portal gives (Guide RIS, prérequis 4)."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.programmes.definition.schema import Help
from jalon.programmes.queries import portal
from jalon.vendors.queries import company_people
from jalon.vendors.rules import QUESTIONS, ProductData, ProductSheet, VersionSheet
from jalon.web.answers import said
from jalon.web.components.fields import Choice, Field, FieldHelp
from jalon.web.vendor.products.frame import NIL, company_of, nil_is_asked


def product_fields(standing: Standing, data: ProductData, errors: Mapping[str, str]) -> dict[str, Field]:
    """The questions of G04, in order."""
    people = tuple(Choice(str(p.pk), p.full_name) for p in company_people(company_of(standing)))
    responsible = {
        "label": _("Responsable"),
        "required": True,
        "kind": "select",
        "options": people,
        "value": str(data.responsible_id or ""),
    }
    found = {
        **sheet_fields(data.sheet, errors),
        **version_fields(data.version_sheet, errors),
        **_fields({"responsible": responsible}, errors),
    }
    return {key: found[key] for key in QUESTIONS if key in found}


def sheet_fields(
    sheet: ProductSheet, errors: Mapping[str, str], kept: Collection[str] = ()
) -> dict[str, Field]:
    """What is asked of the product, whatever its version. `kept`: interests that it has, which may stay."""
    exclusive = next((i.key for i in portal().interests if i.exclusive), "")
    return _fields(
        {
            "name": {"label": _("Nom du produit"), "required": True, "value": sheet.name, "max_length": 200},
            "description": {
                "label": _("Description du produit"),
                "required": True,
                "kind": "long_text",
                "value": sheet.description,
                "max_length": 5000,
            },
            "certifications": {
                "label": _("Certifications"),
                "hint": _("Une par ligne."),
                "kind": "long_text",
                "rows": 3,
                "value": "\n".join(sheet.certifications),
            },
            "interests": {
                "label": _(
                    "Par quels dispositifs de référencement et/ou de certification êtes-vous intéressé pour le "
                    "produit ?"
                ),
                "required": True,
                "kind": "checkboxes",
                "options": tuple(_interest_choices(kept)),
                "value": sheet.interests,
                "data": {"exclusive": exclusive} if exclusive else {},
            },
        },
        errors,
    )


def version_fields(sheet: VersionSheet, errors: Mapping[str, str]) -> dict[str, Field]:
    """What is asked of one version. The NIL only where a programme in force has a use for it."""
    asked: dict[str, dict[str, Any]] = {
        "version": {"label": _("Version"), "required": True, "value": sheet.version, "max_length": 60}
    }
    if nil_is_asked():
        asked["nil"] = {"label": str(NIL), "value": sheet.nil, "max_length": 40, "upper_case": True}
    return _fields(asked, errors)


def _fields(asked: Mapping[str, Mapping[str, Any]], errors: Mapping[str, str]) -> dict[str, Field]:
    helps = portal().product_help
    return {
        key: Field(name=key, error=errors.get(key, ""), help=_field_help(helps.get(key)), **given)
        for key, given in asked.items()
    }


def _interest_choices(kept: Collection[str]) -> list[Choice]:
    """What the portal offers, and what the product has though it is offered no more: nothing goes unseen."""
    offered = portal().interests
    gone = [key for key in kept if key not in {i.key for i in offered}]
    return [
        *(
            Choice(i.key, said(i.label), hint=said(i.hint), disabled=not (i.available or i.key in kept))
            for i in offered
        ),
        *(Choice(key, key, hint=_("N’est plus proposé.")) for key in gone),
    ]


def _field_help(known: Help | None) -> FieldHelp | None:
    if known is None:
        return None
    link = known.link
    return FieldHelp(
        said(known.title), said(known.body), link.url if link else "", said(link.label) if link else ""
    )
