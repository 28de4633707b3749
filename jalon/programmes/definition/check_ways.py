"""What is wrong with the choices of a definition: part of `check.py`."""

from collections.abc import Iterable, Iterator

from jalon.programmes.definition.findings import Path
from jalon.programmes.definition.one_of import OneOf, Only


def way_faults(
    choices: tuple[OneOf, ...], limits: Iterable[tuple[Path, Only]]
) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """Each `only` names options that there are. One on which nothing depends is no fault: it is offered to nobody."""
    by_key = {choice.key: choice for choice in choices}
    for path, only in limits:
        choice = by_key.get(only.one_of)
        if choice is None:
            names = {"name": only.one_of, "what": "choix", "what_en": "choice"}
            yield "reference.unknown", (*path, "one_of"), names
            continue
        for i, key in enumerate(only.options):
            if choice.option(key) is None:
                yield "one_of.option", (*path, "options", i), {"name": key, "other": choice.key}
