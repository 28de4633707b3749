"""What a state is called on screen stands beside the state, in both languages."""

import ast
import importlib
import inspect

from django.db.models import TextChoices
from django.utils.functional import Promise

from tests.architecture.source import modules, templates

# Never on a screen by themselves: their label is that of the step, the chapter or the state.
NOT_SHOWN = {"PartKind", "RoundOutcome"}


def enums() -> list[type[TextChoices]]:
    names = [
        path.removesuffix(".py").replace("/", ".") for path, _ in modules() if path.endswith("/states.py")
    ]
    found = []
    for name in names:
        module = importlib.import_module(name)
        found += [
            value
            for value in vars(module).values()
            if inspect.isclass(value)
            and issubclass(value, TextChoices)
            and value.__module__ == name
            and value.__name__ not in NOT_SHOWN
        ]
    return found


def test_every_state_has_a_translatable_label():
    without = [
        f"{enum.__module__}.{enum.__name__}.{member.name}"
        for enum in enums()
        for member in enum
        if not isinstance(member._label_, Promise)
    ]
    assert without == []


def test_there_are_states():
    assert len(enums()) >= 5


def test_an_awarded_application_is_called_as_its_programme_says():
    """Only `state_words` takes the label of the state, for what is not awarded."""
    python = {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "get_state_display"
    }
    pages = {str(t) for t in templates() if "get_state_display" in t.read_text(encoding="utf-8")}
    assert (python, pages) == ({"jalon/applications/queries/__init__.py"}, set())
