"""A programme as small as can be with every step, for tests that play a file many times."""

from datetime import date, timedelta
from functools import lru_cache

from jalon.accounts.standing import SYSTEM
from jalon.core import clock
from jalon.documents.rules import FORMATS
from jalon.programmes.actions.gates import set_gate
from jalon.programmes.actions.loading import load_draft, load_portal, load_track
from jalon.programmes.actions.publishing import publish
from jalon.programmes.definition.folder import Tree, read_tree
from jalon.programmes.definition.schema import DeclaredCheck, Definition
from jalon.programmes.models import GateKind
from tests.kept import kept
from tests.scenarios.programme import DEFINITIONS, RIS

SMALL_CODE = RIS


@lru_cache(maxsize=1)
def shipped() -> Tree:
    """The definitions folder, read once: it takes longer than most tests."""
    return read_tree(DEFINITIONS)


def with_reports(definition: Definition) -> Definition:
    """The same, with the kind of proof that is taken over from a test platform accepted everywhere."""
    kind = next(kind.key for kind in definition.kinds if kind.reports)
    data = definition.model_dump(mode="json", by_alias=True)
    for chapter in data["chapters"]:
        for scenario in (s for r in chapter["requirements"] for s in r["scenarios"]):
            for proof in scenario["proofs"]:
                proof["kinds"] = [*proof["kinds"], kind]
    return Definition.model_validate(data)


def with_ages(definition: Definition) -> Definition:
    """The same, where every file is good for a year from its day."""
    aged = DeclaredCheck(check="proof_age", params={"max_days": 365})
    kinds = (
        k.model_copy(update={"checks": (*k.checks, aged)}) if k.form == "file" else k
        for k in definition.kinds
    )
    return definition.model_copy(update={"kinds": tuple(kinds)})


def with_every_format(definition: Definition) -> Definition:
    """The same, where every kind of file is given in any format that is known at all."""
    data = definition.model_dump(mode="json", by_alias=True)
    for kind in data["kinds"]:
        if kind["form"] == "file":
            kind |= {"formats": list(FORMATS), "max_mb": 20, "checks": []}
    return Definition.model_validate(data)


@kept
def open_small_programme(
    chapters: int = 2, *, reports: bool = False, ageing: bool = False, every_format: bool = False
) -> None:
    """The shipped programme, cut down to a few chapters of two requirements each.

    `reports`: all their proofs may also be given as a report of a test platform; `ageing`: files grow too old.
    """
    tree = shipped()
    assert tree.portal is not None
    whole = next(loaded.definition for loaded in tree.programmes if loaded.definition.code == RIS)
    full = [c for c in whole.chapters if any(s.proofs for r in c.requirements[:2] for s in r.scenarios)]
    small = whole.model_copy(
        update={
            "chapters": tuple(
                c.model_copy(update={"requirements": c.requirements[:2]}) for c in full[:chapters]
            )
        }
    )
    if reports:
        small = with_reports(small)
    if ageing:
        small = with_ages(small)
    if every_format:
        small = with_every_format(small)
    load_portal(actor=SYSTEM, portal=tree.portal)
    for position, track in enumerate(tree.tracks):
        load_track(actor=SYSTEM, track=track, position=position)
    load_draft(actor=SYSTEM, definition=small)
    publish(actor=SYSTEM, programme_code=small.code, reason="Ouverture", effective_on=date(2025, 1, 1))
    for days, kind in (
        (30, GateKind.FIRST_ADMINISTRATIVE),
        (60, GateKind.FIRST_PROOFS),
        (90, GateKind.END_OF_EXCHANGES),
    ):
        day = clock.paris_date(clock.now()) + timedelta(days=days)
        set_gate(
            actor=SYSTEM, programme_code=small.code, kind=kind, wall_time=f"{day.isoformat()}T12:00",
            zone="Europe/Paris", reason="Calendrier de la démarche",
        )  # fmt: skip
