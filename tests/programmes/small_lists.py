"""Small lists to compare, edited as plain data; and a whole difference told in short lines."""

from collections.abc import Callable
from typing import Any

from jalon.programmes.definition.diff.changes import Diff
from jalon.programmes.definition.diff.compare import diff
from tests.programmes.builders import made, proof, small_raw, text

Raw = dict[str, Any]
Edit = Callable[[Raw], None]


def small_list() -> Raw:
    """Three chapters of requirements whose texts have little in common."""
    raw = small_raw()
    raw["chapters"] = [
        chapter("c1", one("a1", SAYINGS[0], SAYINGS[1]), one("a2", SAYINGS[2]), one("a3", SAYINGS[3])),
        chapter("c2", one("b1", SAYINGS[4], SAYINGS[5]), one("b2", SAYINGS[6]), one("b3")),
        chapter("c3", one("d1", SAYINGS[7])),
    ]
    return raw


SAYINGS = (
    "Ouvrir la fiche, relever les traits et comparer la date de naissance au registre.",
    "Rejeter une réponse tardive puis vérifier que le message d’alerte reste affiché.",
    "Envoyer un compte rendu signé vers la boîte du médecin traitant.",
    "Fermer toute session restée sans activité pendant quinze minutes.",
    "Chercher un correspondant par sa ville, sa profession ou son numéro national.",
    "Imprimer le code à barres en deux dimensions sur chaque feuille remise.",
    "Montrer le journal des accès d’une semaine entière, trié par utilisateur.",
    "Retirer un document du dossier partagé et constater sa disparition.",
)
STATEMENTS = {
    "a1": "Le logiciel compare l’identité reçue avec celle du registre national avant tout rattachement.",
    "a2": "Chaque compte rendu validé part sans délai vers la messagerie sécurisée du correspondant.",
    "a3": "Une session inactive se ferme seule ; l’écran ne laisse voir aucune donnée de patient.",
    "b1": "L’annuaire embarqué est rafraîchi toutes les nuits depuis la publication officielle.",
    "b2": "Toute consultation laisse une trace horodatée, conservée six mois au moins.",
    "b3": "L’hébergement est assuré par un prestataire certifié sur le territoire européen.",
    "d1": "L’auteur peut retirer son document, et la suppression se propage aux copies.",
}


def chapter(key: str, *requirements: Raw) -> Raw:
    return {"key": key, "title": text(f"Chapitre {key}"), "requirements": list(requirements)}


def one(key: str, *scenarios: str) -> Raw:
    code = f"{key[0].upper()}.0{key[1]}"
    return {
        "key": key, "code": code, "title": text(f"Titre de {key}"), "statement": text(STATEMENTS[key]),
        "perimeter": "new", "profile": "all",
        "scenarios": [
            {
                "key": f"{key}s{n}", "code": f"{code}.0{n}", "text": text(said),
                "proofs": [
                    proof(f"{key}s{n}p{m}", code=f"{code}.0{n}.0{m}", text=text(f"Preuve {m} : {said[:30]}"))
                    for m in (1, 2)
                ],
            }
            for n, said in enumerate(scenarios, start=1)
        ],
    }  # fmt: skip


def requirements(raw: Raw) -> dict[str, Raw]:
    return {r["key"]: r for c in raw["chapters"] for r in c["requirements"]}


def compared(edit: Edit) -> Diff:
    old, new = small_list(), small_list()
    edit(new)
    return diff(made(old), made(new))


def told(found: Diff) -> list[str]:
    """The whole difference, one short line a change."""
    lines = [f"+ {p.key}" for p in found.added] + [f"- {p.key}" for p in found.removed]
    lines += [f"renumbered {p.old.code} {p.new.code} by {p.found_by}" for p in found.renumbered]
    lines += [f"moved {m.what} {m.pair.new.key}" for m in found.moved]
    for word, groups in (("split", found.split), ("merged", found.merged)):
        for group in groups:
            lines.append(
                f"{word} {' '.join(p.key for p in group.old)} > {' '.join(p.key for p in group.new)}"
            )
    lines += [f"scenario {m.change.part.key} {m.old.key} > {m.new.key}" for m in found.scenarios_moved]
    for change in found.changed:
        lines += [f"{change.pair.new.key} {f.field}" for f in change.fields]
        for scenario in change.scenarios:
            name = scenario.part.key
            lines += [f"{name} {scenario.what}"] if scenario.what != "changed" else []
            lines += [f"{name} {f.field}" for f in scenario.fields]
            for inner in scenario.proofs:
                lines += [f"{inner.part.key} {inner.what}"] if inner.what != "changed" else []
                lines += [f"{inner.part.key} {f.field}" for f in inner.fields]
    lines += [f"chapter {(c.new or c.old).key} {c.what}" for c in found.chapters]  # type: ignore[union-attr]
    return lines + [f"around {'.'.join(c.path)} {c.what}" for c in found.around]
