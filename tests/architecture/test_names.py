"""The house's words are kept: names of classes, and English identifiers."""

import ast
import re
from functools import cache

from jalon.core.text import fold
from tests.architecture.source import ROOT, modules

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
