"""The product form (Guide RIS, étape 1, prérequis 4): what is wrong with what was typed, and what becomes of a change
when somebody else changed the same product meanwhile. Pure.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from jalon.core.canonical import canonical_json, sha256_hex
from jalon.core.text import fold
from jalon.programmes.definition.schema import PortalDefinition

MAX_CERTIFICATIONS = 20
QUESTIONS = ("name", "version", "nil", "responsible", "description", "certifications", "interests")


@dataclass(frozen=True)
class ProductSheet:
    """What a catalogue says of a product, whatever its version."""

    name: str
    description: str
    certifications: tuple[str, ...]
    interests: tuple[str, ...]


@dataclass(frozen=True)
class VersionSheet:
    """What it says of one version."""

    version: str
    nil: str


@dataclass(frozen=True)
class ProductData:
    """What the form of a new product holds, normalised."""

    name: str
    version: str
    nil: str
    responsible_id: int | None
    description: str
    certifications: tuple[str, ...]
    interests: tuple[str, ...]

    @property
    def sheet(self) -> ProductSheet:
        return ProductSheet(self.name, self.description, self.certifications, self.interests)

    @property
    def version_sheet(self) -> VersionSheet:
        return VersionSheet(self.version, self.nil)


def searched(name: str) -> str:
    """The name as it is searched and compared; decomposing it may have made it longer than its column."""
    return fold(name)[:200]


def product_sheet(raw: Mapping[str, Any]) -> ProductSheet:
    """Trims everything; one certification a line."""
    return ProductSheet(
        name=_line(raw.get("name")),
        description=_text(raw.get("description")),
        certifications=tuple(line for c in raw.get("certifications") or () if (line := _line(c))),
        interests=tuple(raw.get("interests") or ()),
    )


def version_sheet(raw: Mapping[str, Any]) -> VersionSheet:
    return VersionSheet(_line(raw.get("version")), re.sub(r"\s", "", _line(raw.get("nil"))).upper())


def product_data(raw: Mapping[str, Any]) -> ProductData:
    """Trims everything; an unreadable responsible is none."""
    responsible = str(raw.get("responsible") or "")
    return ProductData(
        responsible_id=int(responsible) if responsible.isdecimal() and len(responsible) < 18 else None,
        **asdict(product_sheet(raw)),
        **asdict(version_sheet(raw)),
    )


# --- What is wrong


def product_errors(data: ProductData, portal: PortalDefinition, people_ids: Sequence[int]) -> dict[str, str]:
    """Errors by field, in the order of the form. `people_ids`: the company's people."""
    found = {**sheet_errors(data.sheet, portal), **version_errors(data.version_sheet)}
    if data.responsible_id not in people_ids:
        found["responsible"] = _(
            "Choisissez le responsable du produit parmi les personnes de votre entreprise."
        )
    return {field: found[field] for field in QUESTIONS if field in found}


def sheet_errors(sheet: ProductSheet, portal: PortalDefinition, kept: Collection[str] = ()) -> dict[str, str]:
    """The same of what is said of the product. `kept`: interests that it had already, which may stay."""
    return _wrong(
        {
            "name": _required(sheet.name, 200, _("Indiquez le nom du produit.")),
            "description": _required(sheet.description, 5000, _("Décrivez le produit en quelques phrases.")),
            "certifications": _certifications_error(sheet.certifications),
            "interests": _interests_error(sheet.interests, portal, kept),
        }
    )


def version_errors(sheet: VersionSheet) -> dict[str, str]:
    return _wrong(
        {
            "version": _required(sheet.version, 60, _("Indiquez la version du produit.")),
            "nil": _("Un NIL compte 40 caractères au plus.") if len(sheet.nil) > 40 else "",
        }
    )


def _wrong(errors: Mapping[str, str]) -> dict[str, str]:
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


def _interests_error(interests: tuple[str, ...], portal: PortalDefinition, kept: Collection[str] = ()) -> str:
    known = {i.key: i for i in portal.interests}
    if not interests:
        return _("Choisissez au moins un dispositif, ou « Aucun dispositif identifié pour le moment ».")
    if any(key not in kept and not (key in known and known[key].available) for key in interests):
        return _("Choisissez parmi les dispositifs proposés.")
    if len(interests) > 1 and any(key in known and known[key].exclusive for key in interests):
        return _("« Aucun dispositif identifié pour le moment » ne va pas avec un autre choix.")
    return ""


# --- Two people at once (situation 1): a form sends, beside each field, a digest of what it showed

Sheet = TypeVar("Sheet", ProductSheet, VersionSheet)


@dataclass(frozen=True)
class Merged(Generic[Sheet]):
    """`sheet`: what is to be kept. `changed`: its fields that differ from what is stored. `collisions`: fields that
    this person changed, and somebody else too, into something else.
    """

    sheet: Sheet
    changed: tuple[str, ...]
    collisions: tuple[str, ...]


def digests(sheet: ProductSheet | VersionSheet) -> dict[str, str]:
    """The order of interests is the portal's, not a person's."""
    values = {
        field: sorted(value) if field == "interests" else value for field, value in asdict(sheet).items()
    }
    return {field: sha256_hex(canonical_json(value))[:16] for field, value in values.items()}


def merged(stored: Sheet, typed: Sheet, seen: Mapping[str, str]) -> Merged[Sheet]:
    """What was typed, onto what is stored now. `seen`: the digests of what the form showed.

    A field that the person left alone stays as it is stored. One without a digest counts as seen otherwise.
    """
    was, says, now = asdict(stored), asdict(typed), digests(stored)
    written = digests(typed)
    touched = {field for field in was if written[field] not in (now[field], seen.get(field))}
    collisions = tuple(field for field in was if field in touched and now[field] != seen.get(field))
    changes = {field: says[field] for field in was if field in touched}
    return Merged(replace(stored, **changes), tuple(changes), collisions)


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
