"""All writes are in actions (ARCHITECTURE, file names): found by how a write to the ORM is spelled."""

import ast

import pytest

from tests.architecture.source import is_action_module, modules

ALWAYS = {
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "acreate",
    "aupdate",
    "adelete",
    "asave",
}
# Other things have methods of these names too; on the ORM they never take positional arguments.
WITHOUT_POSITIONAL = {"create", "save", "update", "delete"}
EXCEPTIONS = {
    "jalon/jobs/queue.py": "the queue is below the actions that ask for work, and claims by conditional updates",
    "jalon/jobs/tasks.py": "forgets jobs that are done",
}


def is_write(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    name = node.func.attr
    return name in ALWAYS or (name in WITHOUT_POSITIONAL and not node.args)


def writes_of(tree: ast.Module) -> list[int]:
    return sorted(node.lineno for node in ast.walk(tree) if is_write(node))


def test_only_actions_write():
    found = {path: writes_of(tree) for path, tree in modules() if not is_action_module(path)}
    assert {path: lines for path, lines in found.items() if lines and path not in EXCEPTIONS} == {}


def test_every_exception_is_still_needed():
    assert [path for path, tree in modules() if path in EXCEPTIONS and not writes_of(tree)] == []


@pytest.mark.parametrize(
    ("code", "writes"),
    [
        ("Thing.objects.create(a=1)", True),
        ("thing.save()", True),
        ("thing.save(update_fields=['a'])", True),
        ("things.filter(a=1).update(a=2)", True),
        ("thing.parts.get_or_create(a=1)", True),
        ("pdf.save(target)", False),
        ("digest.update(chunk)", False),
        ("known.update({1: 2})", False),
        ("thing.delete()", True),
    ],
)
def test_the_rule_itself(code, writes):
    assert bool(writes_of(ast.parse(code))) is writes
