"""The product form (Guide RIS, étape 1, prérequis 4): what is wrong with what was typed. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jalon.programmes.definition.schema import PortalDefinition

MAX_CERTIFICATIONS = 20


@dataclass(frozen=True)
class ProductData:
    """What the form holds, normalised."""

    name: str
    version: str
    nil: str
    responsible_id: int | None
    description: str
    certifications: tuple[str, ...]
    interests: tuple[str, ...]


def product_data(raw: Mapping[str, Any]) -> ProductData:
    """Trims everything; one certification a line; an unreadable responsible is none."""
    responsible = str(raw.get("responsible") or "")
    return ProductData(
        name=_line(raw.get("name")),
        version=_line(raw.get("version")),
        nil=re.sub(r"\s", "", _line(raw.get("nil"))).upper(),
        responsible_id=int(responsible) if responsible.isdecimal() and len(responsible) < 18 else None,
        description=_text(raw.get("description")),
        certifications=tuple(line for c in raw.get("certifications") or () if (line := _line(c))),
        interests=tuple(raw.get("interests") or ()),
    )


def product_errors(data: ProductData, portal: PortalDefinition, people_ids: Sequence[int]) -> dict[str, str]:
    """Errors by field, in the order of the form. `people_ids`: the company's people."""
    errors = {
        "name": _required(data.name, 200, _("Indiquez le nom du produit.")),
        "version": _required(data.version, 60, _("Indiquez la version du produit.")),
        "nil": _("Un NIL compte 40 caractères au plus.") if len(data.nil) > 40 else "",
        "responsible": ""
        if data.responsible_id in people_ids
        else _("Choisissez le responsable du produit parmi les personnes de votre entreprise."),
        "description": _required(data.description, 5000, _("Décrivez le produit en quelques phrases.")),
        "certifications": _certifications_error(data.certifications),
        "interests": _interests_error(data.interests, portal),
    }
    return {field: error for field, error in errors.items() if error}


def _line(value: Any) -> str:
    return " ".join(str(value or "").replace("\x00", "").split())


def _text(value: Any) -> str:
    return str(value or "").replace("\x00", "").replace("\r\n", "\n").strip()


def _required(value: str, longest: int, missing: str) -> str:
    if not value:
        return missing
    if len(value) > longest:
        return _("%(n)s caractères, c’est trop : %(max)s au plus.") % {"n": len(value), "max": longest}
    return ""


def _certifications_error(certifications: tuple[str, ...]) -> str:
    if len(certifications) > MAX_CERTIFICATIONS:
        return _("%(max)s certifications au plus.") % {"max": MAX_CERTIFICATIONS}
    if any(len(c) > 200 for c in certifications):
        return _("Une certification tient en 200 caractères.")
    return ""


def _interests_error(interests: tuple[str, ...], portal: PortalDefinition) -> str:
    known = {i.key: i for i in portal.interests}
    if not interests:
        return _("Choisissez au moins un dispositif, ou « Aucun dispositif identifié pour le moment ».")
    if any(key not in known or not known[key].available for key in interests):
        return _("Choisissez parmi les dispositifs proposés.")
    if len(interests) > 1 and any(known[key].exclusive for key in interests):
        return _("« Aucun dispositif identifié pour le moment » ne va pas avec un autre choix.")
    return ""


PLATFORMS = {"gazelle": "Gazelle"}  # outside platforms where companies hold test reports
_KEYWORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_KEY = re.compile(r"[\x21-\x7e]{8,400}")  # travels in a header: no space, no line break


def platform_errors(organisation: str, key: str) -> dict[str, str]:
    """What is wrong with a company's keyword and key; an empty key leaves the present one as it is."""
    errors = {}
    if not _KEYWORD.fullmatch(organisation):
        errors["organisation"] = _(
            "Ce mot-clé n’a pas la forme attendue : des lettres, des chiffres, « _ », « . » ou un tiret. "
            "Recopiez-le depuis la page de votre organisation."
        )
    if key and not _KEY.fullmatch(key):
        errors["key"] = _("Cette clé n’a pas la forme attendue. Recopiez-la entière, sans espace ni retour.")
    return errors
