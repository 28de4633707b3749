"""Which checks the machine makes of a piece of a kind (docs/checks.md), and whether they are well declared."""

import re
from collections.abc import Iterator, Mapping

from jalon.documents.checks.model import Parameter, Setting
from jalon.documents.checks.registry import DECLARABLE
from jalon.programmes.definition.findings import Path
from jalon.programmes.definition.schema import DeclaredCheck, ExpectedProof, ProofKind

# What Jalon itself depends on, and what makes a test report a proof: no programme makes them less than blocking.
FIRM = frozenset({"link_form", "record_format", "report_passed", "report_organisation"})
Fault = tuple[str, Path, dict[str, str]]
_SHAPES = {
    "number": ("un nombre entier", "a whole number"),
    "text": ("un texte", "a text"),
    "texts": ("une liste de textes", "a list of texts"),
    "pairs": ("un groupe « clé : valeur »", "a group “key: value”"),
    "pattern": ("une expression régulière", "a regular expression"),
}


def declared_checks(kind: ProofKind, expected: ExpectedProof | None = None) -> tuple[DeclaredCheck, ...]:
    """In order: what the form implies (a link is an address, a report the vendor's own pass), the kind's, the proof's.

    A later one of the same name takes the place of the earlier; settings that it leaves out stay.
    """
    found: dict[str, DeclaredCheck] = {}
    for one in (*_implied(kind), *kind.checks, *(expected.checks if expected else ())):
        before = found.get(one.check)
        params = {**before.params, **one.params} if before else one.params
        level = one.level or (before.level if before else "")
        level = "" if one.check in FIRM else level
        found[one.check] = DeclaredCheck(check=one.check, level=level, params=params)
    return tuple(one for one in found.values() if _about(kind, one))


def _implied(kind: ProofKind) -> Iterator[DeclaredCheck]:
    if kind.form == "link":
        yield DeclaredCheck(check="link_form")
        yield DeclaredCheck(check="link_host", params={"hosts": kind.hosts})
        if kind.reports:
            yield from (
                DeclaredCheck(check=f"report_{what}")
                for what in ("passed", "product", "organisation", "owner_known")
            )
    elif kind.form == "record":
        yield DeclaredCheck(check="record_format", params={"pattern": kind.pattern or ".*"})


def _about(kind: ProofKind, one: DeclaredCheck) -> bool:
    """A proof that may be a file or a link declares checks of both."""
    check = DECLARABLE.get(one.check)
    return check is not None and check.about in (kind.form, "report")


def faults(declared: tuple[DeclaredCheck, ...], path: Path, kinds: tuple[ProofKind, ...]) -> Iterator[Fault]:
    """`kinds`: what the pieces may be. Each fault with its place."""
    for n, one in enumerate(declared):
        here, check = (*path, "checks", n), DECLARABLE.get(one.check)
        if check is None:
            known = ", ".join(DECLARABLE)
            yield "check.unknown", (*here, "check"), {"name": one.check, "known": known}
            continue
        if kinds and check.about != "report" and not any(kind.form == check.about for kind in kinds):
            yield "check.misplaced", (*here, "check"), {"name": one.check, "about": check.about}
        if one.check in FIRM and one.level == "warning":
            yield "check.firm", (*here, "level"), {"name": one.check}
        parameters = {parameter.name: parameter for parameter in check.parameters}
        for name, value in one.params.items():
            yield from _wrong(name, value, parameters, (*here, "params", name), one.check)
        for parameter in check.parameters:
            if parameter.default is None and parameter.name not in one.params and check.about == "file":
                yield "schema.missing", (*here, "params"), {"name": parameter.name}


def _wrong(
    name: str, value: Setting, parameters: Mapping[str, Parameter], path: Path, check: str
) -> Iterator[Fault]:
    parameter = parameters.get(name)
    if parameter is None:
        known = ", ".join(parameters) or "–"
        yield "check.parameter", path, {"name": name, "check": check, "known": known}
    elif not _fits(parameter, value):
        fr, en = _SHAPES[parameter.kind]
        yield "check.value", path, {"name": name, "expected": fr, "expected_en": en}


def _fits(parameter: Parameter, value: Setting) -> bool:
    if parameter.kind == "number":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if parameter.kind == "texts":
        return isinstance(value, tuple)
    if parameter.kind == "pairs":
        return isinstance(value, dict)
    return isinstance(value, str) and (parameter.kind != "pattern" or _compiles(value))


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
