"""Every public function of an `actions` module is a verb, a step or a draft; every verb says who acts and journals."""

import ast
import importlib
import inspect
from collections.abc import Callable
from functools import cache
from types import ModuleType

from tests.architecture.source import is_action_module, modules

# Public, and none of the three kinds.
PLAIN = {
    "jalon.programmes.actions.loading.load_definitions": "reads files outside any transaction, then one verb a part",
    "jalon.programmes.actions.drafts.import_workbook": "reads a file outside any transaction, then calls one verb",
    "jalon.programmes.actions.gates.due_instant": "computes, writes nothing",
    "jalon.programmes.actions.gates.check_kind": "checks, writes nothing",
    "jalon.programmes.actions.publishing.prepared": "computes, writes nothing",
    "jalon.programmes.actions.steps.draft_with_base": "reads",
    "jalon.programmes.actions.steps.check_seen": "checks, writes nothing",
    "jalon.programmes.actions.steps.required_reason": "checks, writes nothing",
    "jalon.documents.actions.receive_file": "takes bytes outside any transaction, then calls a draft",
    "jalon.documents.actions.store_generated": "takes bytes outside any transaction, then calls a draft",
    "jalon.documents.actions.store_fetched": "takes bytes outside any transaction, then calls a draft",
    "jalon.applications.actions.opening.charter_text": "reads",
    "jalon.applications.actions.steps.snapshot_of": "reads",
    "jalon.applications.actions.tracking.missed_gate": "reads",
    "jalon.uploads.actions.taken_of": "reads",
    "jalon.uploads.actions.in_words": "computes, writes nothing",
    "jalon.evidence.actions.places.check_may_deposit": "checks, writes nothing",
    "jalon.evidence.actions.places.open_slot": "finds and locks, writes nothing",
    "jalon.evidence.actions.places.current_proof": "reads",
    "jalon.evidence.actions.places.substance": "reads",
    "jalon.evidence.actions.places.no_room": "reads",
    "jalon.evidence.actions.places.why_it_is_not_enough": "reads",
}
# Verbs that write no line of the journal.
UNJOURNALLED: dict[str, str] = {}


@cache
def action_modules() -> tuple[ModuleType, ...]:
    names = [path.removesuffix(".py").replace("/", ".") for path, _ in modules() if is_action_module(path)]
    return tuple(importlib.import_module(name.removesuffix(".__init__")) for name in names)


def name_of(function: Callable[..., object]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def public_functions() -> list[Callable[..., object]]:
    return [
        function
        for module in action_modules()
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    ]


def kind(function: Callable[..., object]) -> str:
    return str(getattr(function, "jalon_action", ""))


def verbs() -> list[Callable[..., object]]:
    return [function for function in public_functions() if kind(function) == "verb"]


def test_every_public_function_is_of_a_kind():
    without = {name_of(f) for f in public_functions() if not kind(f)}
    assert without - set(PLAIN) == set()


def test_every_exception_is_still_there():
    present = {name_of(f) for f in public_functions()}
    assert (set(PLAIN) | set(UNJOURNALLED)) - present == set()


def test_verbs_and_drafts_take_keywords_only():
    found = [
        f"{name_of(function)}({parameter.name})"
        for function in public_functions()
        if kind(function) in ("verb", "draft")
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    assert found == []


def test_every_verb_names_its_actor():
    without = [name_of(verb) for verb in verbs() if "actor" not in inspect.signature(verb).parameters]
    assert without == []


@cache
def calls() -> dict[str, frozenset[str]]:
    """The names that each function of an actions module calls, by package and bare name."""
    found: dict[str, frozenset[str]] = {}
    for path, tree in modules():
        if not is_action_module(path):
            continue
        package = path.split("/")[1]
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                called = {
                    c.func.attr if isinstance(c.func, ast.Attribute) else getattr(c.func, "id", "")
                    for c in ast.walk(node)
                    if isinstance(c, ast.Call)
                }
                found[f"{package}.{node.name}"] = found.get(f"{package}.{node.name}", frozenset()) | called
    return found


def journals(package: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Calls `record` of the journal, itself or through functions of its own package's actions."""
    called = calls().get(f"{package}.{name}", frozenset())
    if "record" in called:
        return True
    return any(journals(package, other, seen | {name}) for other in called - seen - {name} if other)


def test_every_verb_journals():
    silent = [name_of(v) for v in verbs() if not journals(v.__module__.split(".")[1], v.__name__)]
    assert set(silent) - set(UNJOURNALLED) == set()
