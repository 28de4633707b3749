"""A programme is data: none of its names stands in the code (R1). And the house's words are kept."""

import ast
import re
from functools import cache

import yaml

from jalon.core.text import fold
from tests.architecture.source import PACKAGE, ROOT, modules, templates, texts

# In names of programmes, but words of the whole field: systems that Jalon speaks to.
COMMON = {"SMS", "EDC", "PSC", "CNDA", "NIL", "NIE", "NRU"}
# French words of the glossary that English has with another meaning.
ENGLISH_TOO = {
    "piece",
    "question",
    "tour",
    "menu",
    "date",
    "instruction",
    "convention",
    "version",
    "declaration",
}
NO_CLASS_IS_CALLED = ("Manager", "Helper", "Service", "Utils", "Handler")


@cache
def names_of_programmes() -> frozenset[str]:
    """Titles, corridors, profiles and tracks of all definitions, and the abbreviations in them."""
    found: set[str] = set()
    for path in ROOT.glob("definitions/*/*/programme.yaml"):
        definition = yaml.safe_load(path.read_text(encoding="utf-8"))
        track = yaml.safe_load((path.parents[1] / "track.yaml").read_text(encoding="utf-8"))
        labels = [definition["title"], definition.get("corridor") or {}, track["title"]]
        labels += [profile["label"] for profile in definition["profiles"]]
        for label in labels:
            for text in label.values():
                found |= {text, *re.findall(r"\b[A-Z]{3,}\b", text)}
        found |= {definition["code"], track["code"]}
    return frozenset(found - COMMON)


def told(text: str) -> list[str]:
    return [name for name in names_of_programmes() if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]


def test_there_are_names_to_look_for():
    assert {"RIS", "CIBA", "RIS vague 2"} <= names_of_programmes()


def test_no_programme_is_named_in_code():
    found = [
        f"{path}:{line}: {name}"
        for path, tree in modules()
        for line, text in texts(tree)
        for name in told(text)
    ]
    assert found == []


def test_no_programme_is_named_in_a_template():
    found = []
    for path in [*templates(), *PACKAGE.rglob("*.txt"), *PACKAGE.rglob("*.js"), *PACKAGE.rglob("*.typ")]:
        text = re.sub(
            r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        found += [f"{path.relative_to(ROOT)}: {name}" for name in told(text)]
    assert found == []


def test_no_class_hides_what_it_does():
    found = [
        f"{path}:{node.lineno}: {node.name}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith(NO_CLASS_IS_CALLED)
    ]
    assert found == []


@cache
def french_words() -> frozenset[str]:
    """Single French words of the glossary that are not English as well."""
    found: set[str] = set()
    for row in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if not row.startswith("| ") or len(cells) < 3 or cells[0].startswith("French"):
            continue
        terms = re.split(r", ", re.sub(r"\(.*?\)", "", cells[0]))
        found |= {fold(term) for term in terms} - set(fold(" ".join(cells[1:])).replace("`", " ").split())
    return frozenset(word for word in found if re.fullmatch(r"[a-z]{4,}", word)) - ENGLISH_TOO


def identifiers(tree: ast.Module) -> set[tuple[int, str]]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add((node.lineno, node.name))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add((node.lineno, node.id))
        elif isinstance(node, ast.arg):
            found.add((node.lineno, node.arg))
    return found


def test_identifiers_are_english():
    found = [
        f"{path}:{line}: {name}"
        for path, tree in modules()
        for line, name in identifiers(tree)
        if french_words() & set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))
    ]
    assert found == []


def test_the_glossary_knows_the_words_of_the_guide():
    assert {"candidature", "etape", "preuve", "exigence"} - french_words() == set()
