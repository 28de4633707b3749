"""A small definition that is whole, made of plain data so that tests can spoil it one part at a time."""

import base64
import copy
from pathlib import Path
from typing import Any

import yaml

from jalon.programmes.definition.folder import validated
from jalon.programmes.definition.schema import Definition
from jalon.programmes.definition.strict_yaml import Sources


def text(fr: str, en: str = "") -> dict[str, str]:
    return {"fr": fr, "en": en} if en else {"fr": fr}


def question(key: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "label": text(key), **more}


def proof(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "text": text("Preuve"), "kinds": ["video"], **more}


def requirement(
    key: str, perimeter: str, profile: str, proofs: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    scenarios = [{"key": f"{key}-s", "text": text("Scénario"), "proofs": proofs}]
    return {
        "key": key, "code": key.upper(), "title": text(key), "statement": text("Énoncé"),
        "perimeter": perimeter, "profile": profile, "scenarios": scenarios, **more,
    }  # fmt: skip


TRACK: dict[str, Any] = {
    "format": 1, "code": "essai", "menu": "menu", "title": text("Parcours"), "summary": text("Résumé"),
    "presentation": {"lead": text("Présentation"), "sections": []},
}  # fmt: skip
SMALL: dict[str, Any] = {
    "format": 1, "code": "demo", "track": "essai", "title": text("Démo"), "summary": text("Résumé"),
    "presentation": {"lead": text("Présentation"), "sections": []},
    "charter": {"version": "1.0", "title": text("Charte"), "sections": [], "statement": text("Lu et approuvé")},
    "profiles": [
        {"key": "all", "label": text("Général", "General"), "workbook": "Général", "locked": True},
        {"key": "extra", "label": text("Option", "Option"), "workbook": "Option"},
    ],
    "perimeters": [
        {
            "key": "old", "label": text("Reprise"), "workbook": "Vague 1", "when": {"not": {"claim": "listed"}},
            "reason_applies": text("Vous n’êtes pas encore référencé.", "You are not listed yet."),
            "reason_not": text("Déjà démontré.", "Already shown."),
        },
        {
            "key": "new", "label": text("Nouveau"), "workbook": "Vague 2",
            "reason_applies": text("C’est nouveau.", "It is new."), "reason_not": text("Jamais.", "Never."),
        },
    ],
    "claims": [
        {
            "key": "listed", "label": text("Déjà référencé"), "evidence_field": "listed-id",
            "declared_when": {"answer": "listed", "equals": "yes"}, "verify": text("Vérifier le numéro"),
        }
    ],
    "steps": [
        {
            "kind": "form", "key": "file", "title": text("Dossier"),
            "sections": [
                {
                    "key": "people", "title": text("Personnes"),
                    "fields": [
                        question("given-name"), question("family-name"), question("function"),
                        question("email", "email"), question("siren", "siren"),
                        question("siret", "siret", siren_of="siren"), question("listed", "yes_no"),
                        question("listed-id", when={"answer": "listed", "equals": "yes"}),
                        question("chosen-profiles", "profiles"),
                        question("kit", "documents", download={"label": text("Kit"), "file": "kit.pdf"}),
                    ],
                },
                {
                    "key": "group", "title": text("Groupement"),
                    "repeat": {
                        "key": "members", "label": text("Membre"), "add_label": text("Ajouter"),
                        "when": {"profile": "extra"}, "fields": [question("name"), question("siren", "siren")],
                    },
                },
            ],
        },
        {"kind": "proofs", "key": "proofs", "title": text("Preuves")},
        {"kind": "convention", "key": "convention", "title": text("Convention")},
    ],
    "kinds": [
        {"key": "video", "label": text("Vidéo"), "form": "file", "formats": ["mp4"]},
        {"key": "number", "label": text("Numéro"), "form": "record", "pattern": "[0-9]{4}"},
    ],
    "groups": [{"key": "first", "title": text("Premiers")}],
    "chapters": [
        {
            "key": "c1", "title": text("Chapitre 1"), "group": "first",
            "requirements": [
                requirement("r1", "old", "all", [proof("p1"), proof("p2", profile="extra")]),
                requirement("r2", "new", "extra", [proof("p3")]),
            ],
        },
        {
            "key": "c2", "title": text("Chapitre 2"),
            "requirements": [requirement("r3", "new", "all", [proof("p4")])],
        },
    ],
    "prerequisites": [
        {"key": "a", "number": "1", "title": text("A"), "detail": text("A"), "desk": text("Guichet")},
        {
            "key": "b", "number": "2", "title": text("B"), "detail": text("B"), "desk": text("Guichet"),
            "waits_for": ["a"],
        },
    ],
    "return_reasons": [{"key": "unreadable", "label": text("Illisible")}],
    "gates": [
        {"kind": "first_administrative", "label": text("Dossier"), "at": "2026-05-13T12:00"},
        {"kind": "first_proofs", "label": text("Preuves"), "at": "2026-10-30T12:00"},
    ],
    "convention": {
        "title": text("Convention"), "parties_vendor": text("{company}"), "parties_agency": text("{agency}"),
        "articles": [{"title": text("Objet"), "paragraphs": [text("{product} {version}")]}],
        "signatory_fields": {
            "given_name": "given-name", "family_name": "family-name", "function": "function", "email": "email"
        },
        "agency_name": text("L’agence"),
    },
    "files": {"kit.pdf": base64.b64encode(b"%PDF-1.4 kit").decode()},
}  # fmt: skip


def small_raw() -> dict[str, Any]:
    return copy.deepcopy(SMALL)


def small(**changes: Any) -> Definition:
    return made({**small_raw(), **changes})


def made(raw: dict[str, Any]) -> Definition:
    return validated(Definition, raw, Sources())


def write_tree(folder: Path, definition: Definition) -> Path:
    """A definitions folder with a portal, one track and one programme; gives the programme's folder."""
    from jalon.programmes.definition.folder import write_folder

    track = {
        "format": 1, "code": definition.track, "menu": "menu", "title": text("Parcours"), "summary": text("Résumé"),
        "presentation": {"lead": text("Présentation"), "sections": []},
    }  # fmt: skip
    portal = {
        "format": 1,
        "menu": [{"key": "menu", "title": text("Menu"), "intro": text("Introduction")}],
        "interests": [{"key": "one", "label": text("Un")}],
    }
    inside = folder / definition.track
    inside.mkdir(parents=True)
    (folder / "portal.yaml").write_text(yaml.safe_dump(portal, allow_unicode=True), encoding="utf-8")
    (inside / "track.yaml").write_text(yaml.safe_dump(track, allow_unicode=True), encoding="utf-8")
    write_folder(definition, inside / definition.code)
    return inside / definition.code
