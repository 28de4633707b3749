"""Finds the modules that register something by being imported: tasks, notices."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps


def import_each(module: str) -> list[str]:
    """Import `<package>.<module>` of every installed package of Jalon that has one; returns their names."""
    names = [
        f"{config.name}.{module}" for config in apps.get_app_configs() if config.name.startswith("jalon.")
    ]
    found = [name for name in names if find_spec(name) is not None]
    for name in found:
        import_module(name)
    return found
