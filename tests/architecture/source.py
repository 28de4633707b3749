"""The product's source, parsed once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "jalon"


def paths() -> tuple[Path, ...]:
    """Every module of the product, migrations left out."""
    return tuple(path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts)


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """(path from the root, tree) of each of them."""
    return tuple((str(p.relative_to(ROOT)), ast.parse(p.read_text(encoding="utf-8"))) for p in paths())


@cache
def templates() -> tuple[Path, ...]:
    return tuple(sorted(PACKAGE.rglob("*.html")))


def is_action_module(path: str) -> bool:
    """`jalon/<package>/actions.py`, or a file in `jalon/<package>/actions/`."""
    parts = Path(path).parts
    if parts[1] == "core":
        return False  # defines the kinds of action
    return parts[2:] == ("actions.py",) or parts[2:3] == ("actions",)


def docstrings(tree: ast.Module) -> set[ast.expr]:
    found: set[ast.expr] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr):
                found.add(first.value)
    return found


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, text) of every string that is not a docstring."""
    left_out = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in left_out:
            yield node.lineno, node.value
