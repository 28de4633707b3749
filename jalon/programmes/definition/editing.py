"""Texts of a definition changed one by one, by paths of keys: `("profiles", "general", "label", "fr")`.

A path goes through lists by the `key` of a member (or its place, from 1, where members have none).
"""

from collections.abc import Collection, Mapping
from typing import Any

from jalon.programmes.definition.check import check
from jalon.programmes.definition.findings import DefinitionError, Finding
from jalon.programmes.definition.folder import plain, validated
from jalon.programmes.definition.rich_text import sanitised
from jalon.programmes.definition.schema import Definition, ExpectedProof, Requirement, Scenario, Text
from jalon.programmes.definition.strict_yaml import Sources
from jalon.programmes.definition.workbook.keys import digest

KeyPath = tuple[str, ...]
Value = str | list[str] | bool


def with_texts(definition: Definition, values: Mapping[KeyPath, Value]) -> Definition:
    """The definition with these texts. "" takes an optional text out.

    DefinitionError with what the change breaks; what was wrong before is not told here. LookupError when there is
    nothing at a path any more.
    """
    raw = spelled_out(definition)
    for path, value in values.items():
        _put(raw, path, value)
    _without_empty_texts(raw, values)
    made = validated(Definition, raw, Sources())
    before = {(f.code, f.path) for f in check(definition)}
    if fresh := [f for f in check(made) if (f.code, f.path) not in before]:
        raise DefinitionError(fresh)
    return made


def spelled_out(definition: Definition) -> dict[str, Any]:
    """The definition in plain data, with the words that it leaves as they usually are: these too may be edited."""
    return plain(definition) | {"award": definition.award.model_dump(mode="json")}


def text_at(raw: Mapping[str, Any], path: KeyPath) -> Value:
    """What stands at a path of a definition in plain data; "" where there is nothing."""
    node: Any = raw
    for part in path:
        node = _step(node, part)
        if node is None:
            return ""
    return node if isinstance(node, list | bool) else str(node)


def key_path(definition: Definition, finding: Finding) -> KeyPath:
    """The path of a finding, by keys."""
    node: Any = plain(definition)
    path: list[str] = []
    for part in finding.path:
        inner = node[part] if isinstance(node, list) and isinstance(part, int) and part < len(node) else None
        if isinstance(part, int):
            path.append(str(inner.get("key", part + 1)) if isinstance(inner, dict) else str(part + 1))
            node = inner
        else:
            path.append(part)
            node = node.get(part) if isinstance(node, dict) else None
    return tuple(path)


def _step(node: Any, part: str) -> Any:
    if isinstance(node, dict):
        return node.get(part)
    if isinstance(node, list):
        named = next((one for one in node if isinstance(one, dict) and one.get("key") == part), None)
        if named is not None:
            return named
        if part.isdecimal() and 0 < int(part) <= len(node):
            return node[int(part) - 1]
    return None


def _put(raw: dict[str, Any], path: KeyPath, value: Value) -> None:
    node: Any = raw
    for n, part in enumerate(path[:-1]):
        inner = _step(node, part)
        if inner is None and isinstance(node, dict) and n == len(path) - 2:
            inner = node.setdefault(part, {})  # an optional text that was not there
        if inner is None:
            raise LookupError(".".join(path))
        node = inner
    if isinstance(node, dict):
        node[path[-1]] = value
        return
    raise LookupError(".".join(path))


def _without_empty_texts(raw: dict[str, Any], values: Mapping[KeyPath, Value]) -> None:
    """An optional text of which both languages were emptied is gone."""
    for path in values:
        node: Any = raw
        for part in path[:-2]:
            node = _step(node, part)
        text = node.get(path[-2]) if isinstance(node, dict) and len(path) > 1 else None
        if isinstance(text, dict) and not any(text.values()) and path[-2] in _OPTIONAL:
            del node[path[-2]]


_OPTIONAL = frozenset({"hint", "comment", "intro", "pattern_error", "equal_error", "corridor"})


# --- Requirements -----------------------------------------------------------------------------------------------


def with_requirement(definition: Definition, changed: Requirement) -> Definition:
    """The definition with this requirement in place of the one of its key."""
    return definition.model_copy(
        update={
            "chapters": tuple(
                chapter.model_copy(
                    update={
                        "requirements": tuple(
                            changed if r.key == changed.key else r for r in chapter.requirements
                        )
                    }
                )
                for chapter in definition.chapters
            )
        }
    )


def with_proof(
    definition: Definition, requirement: Requirement, *, scenario: str, text: str, kinds: Collection[str]
) -> tuple[Definition, ExpectedProof]:
    """One more expected proof at the end of a scenario; of the requirement's own, made when it has none."""
    known = {
        p.key for c in definition.chapters for r in c.requirements for s in r.scenarios for p in s.proofs
    }
    known |= {s.key for c in definition.chapters for r in c.requirements for s in r.scenarios}
    scenarios = requirement.scenarios or (_first_scenario(requirement, known),)
    chosen = next((s for s in scenarios if s.key == scenario), scenarios[0])
    proof = ExpectedProof(
        key=_fresh(f"{chosen.key}-{len(chosen.proofs) + 1}", known),
        code=_next_code(chosen),
        text=Text(fr=text),
        kinds=tuple(kinds),
    )
    grown = chosen.model_copy(update={"proofs": (*chosen.proofs, proof)})
    made = tuple(grown if s.key == chosen.key else s for s in scenarios)
    return with_requirement(definition, requirement.model_copy(update={"scenarios": made})), proof


def _first_scenario(requirement: Requirement, known: set[str]) -> Scenario:
    text = requirement.statement
    return Scenario(key=_fresh(f"{requirement.key}-s", known), code=f"{requirement.code}.01", text=text)


def _next_code(scenario: Scenario) -> str:
    codes = {proof.code for proof in scenario.proofs}
    n = len(scenario.proofs) + 1
    while f"{scenario.code}.{n:02d}" in codes:
        n += 1
    return f"{scenario.code}.{n:02d}" if scenario.code else ""


def _fresh(key: str, known: set[str]) -> str:
    key = key[:100]
    while key in known:
        key = f"{key[:80]}-{digest(key)}"
    return key


def kept_or_sanitised(typed: str, now: str, *, html: bool) -> str:
    """What was typed, as it is stored; the text itself where nothing but line ends differs."""
    tidy = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    if tidy == now.strip():
        return now
    return sanitised(tidy) if html else tidy
