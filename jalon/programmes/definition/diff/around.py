"""What changed around the requirement list: forms, profiles, kinds, dates, texts."""

from collections.abc import Iterator, Mapping
from typing import Any

from jalon.core.canonical import sha256_hex
from jalon.programmes.definition.diff.changes import AroundChange
from jalon.programmes.definition.diff.order import out_of_place
from jalon.programmes.definition.schema import Definition

_NAMES = ("key", "kind", "number")  # what tells the members of a list apart, where there is such a thing


def around(old: Definition, new: Definition) -> tuple[AroundChange, ...]:
    """Every difference outside `chapters`, in the order of the format."""
    before, after = _outside(old), _outside(new)
    order = list(Definition.model_fields)
    found = list(_compared((), before, after))
    return tuple(sorted(found, key=lambda change: order.index(change.path[0])))


def _outside(definition: Definition) -> dict[str, Any]:
    content = definition.model_dump(mode="json", by_alias=True, exclude={"chapters", "files"})
    # What is downloaded is told by its digest: nobody reads base64.
    content["files"] = {name: f"sha256:{sha256_hex(text)}" for name, text in definition.files.items()}
    return content


def _compared(path: tuple[str, ...], old: Any, new: Any) -> Iterator[AroundChange]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and not _is_text(old, new):
        yield from _members(path, old, new)
    elif isinstance(old, list) and isinstance(new, list) and (name := _name_in([*old, *new])):
        old_named, new_named = ({str(one[name]): one for one in side} for side in (old, new))
        if len(old_named) == len(old) and len(new_named) == len(new):
            yield from _members(path, old_named, new_named)
            yield from _moved(path, list(old_named), list(new_named))
        else:
            yield AroundChange(path, "changed", old, new)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and _are_objects(old, new):
        for n, (before, after) in enumerate(zip(old, new, strict=True), start=1):
            yield from _compared((*path, str(n)), before, after)
    elif old is None or new is None:
        yield AroundChange(path, "added" if old is None else "removed", old, new)
    else:
        yield AroundChange(path, "changed", old, new)


def _members(path: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[AroundChange]:
    for name in [*old, *(name for name in new if name not in old)]:
        yield from _compared((*path, name), old.get(name), new.get(name))


def _moved(path: tuple[str, ...], old: list[str], new: list[str]) -> Iterator[AroundChange]:
    places = {name: n for n, name in enumerate(new)}
    both = [(name, n, places[name]) for n, name in enumerate(old) if name in places]
    gone = out_of_place(both)
    for name, before, after in both:
        if name in gone:
            yield AroundChange((*path, name), "moved", before + 1, after + 1)


def _is_text(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """A text is told by language, a condition as a whole."""
    conditions = {"all", "any", "not", "profile", "claim", "answer"}
    return bool(conditions & (old.keys() | new.keys())) and not {"key", "fr"} & (old.keys() | new.keys())


def _are_objects(old: list[Any], new: list[Any]) -> bool:
    return all(isinstance(one, dict) for one in (*old, *new))


def _name_in(members: list[Any]) -> str:
    if not members or not all(isinstance(one, dict) for one in members):
        return ""
    return next((name for name in _NAMES if all(name in one for one in members)), "")
