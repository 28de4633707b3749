"""The impact of a revision on 1,000 running files of 246 requirements, on a throw-away SQLite.

Files and slots are written in bulk: what is measured reads them. Every slot is touched, in the states that a
programme in full swing has, which is more than any real file holds. The list is the real workbook where there is
one (JALON_REFERENCE), else the shipped programme repeated to that size.
"""

import json
import os
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench.figures import Figure, seconds

FILES, REQUIREMENTS, SMALLER = 1000, 246, 250
REFERENCE = Path(os.environ.get("JALON_REFERENCE", Path(__file__).parents[2] / "shared"))


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="jalon-bench-") as home:
        _start(Path(home))
        from django.test.utils import override_settings

        with override_settings(DEBUG=False):
            programme, target, applicable, slots = _prepare()
            yield from _figures(programme, target, applicable, slots)


def _start(home: Path) -> None:
    os.environ |= {"JALON_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    os.environ.pop("JALON_DATABASE_URL", None)
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.DATABASES["default"]["NAME"] = str(home / "bench.sqlite3")
    call_command("migrate", verbosity=0)


def _figures(programme: Any, target: Any, applicable: Any, slots: int) -> Iterator[Figure]:
    from jalon.programmes.definition.applicability import applicability
    from jalon.reviews.queries.impact import impact_of, impact_totals, running_files
    from jalon.reviews.rules.moves import COUNTED

    smaller = running_files(programme).filter(number__lt=f"{SMALLER:010d}")

    def whole() -> None:
        assert impact_totals(programme, target).files == FILES

    def part() -> None:
        assert sum(1 for _ in impact_of(programme, target, files=smaller)) == SMALLER

    first = seconds(whole, repeat=1)
    totals = impact_totals(programme, target)
    print(f"    {totals.files} files, {slots} slots, moved {totals.moved}, exempt {totals.exempt}, "
          f"{', '.join(f'{name} {totals.proofs[name]}' for name in COUNTED)}")  # fmt: skip
    bare = seconds(_read_rows, repeat=2)
    yield Figure(f"impact of a revision on {FILES} files of {REQUIREMENTS} requirements", first, "s", bare,
                 "reading the same rows", limit=20)  # fmt: skip
    # In time of the processor, which does not count what else the machine does.
    large, small = _worked(whole), _worked(part)
    yield Figure(f"the same a second time, beside {SMALLER} files × {FILES // SMALLER}", large, "s",
                 small * FILES / SMALLER, "linear growth", limit_ratio=1.25)  # fmt: skip
    yield Figure(f"memory on {FILES} files, beside {SMALLER}", _peak(whole), "MB", _peak(part),
                 f"{SMALLER} files", limit_ratio=1.15)  # fmt: skip
    definition, facts = applicable
    one = seconds(lambda: [applicability(definition, facts) for _ in range(50)]) / 50
    walk = seconds(lambda: [_walk(definition) for _ in range(50)]) / 50
    yield Figure("applicability of one file", one * 1000, "ms", walk * 1000, "walking the list", limit=5)


def _worked(act: Any) -> float:
    taken = []
    for _ in range(2):
        start = time.process_time()
        act()
        taken.append(time.process_time() - start)
    return min(taken)


def _walk(definition: Any) -> int:
    return sum(1 for c in definition.chapters for r in c.requirements for s in r.scenarios for _ in s.proofs)


def _read_rows() -> None:
    """The rows that the impact reads, by the bare driver, thrown away as they come."""
    from django.db import connection

    wanted = (
        "SELECT id, number, facts, state, revision_id FROM applications_application",
        "SELECT application_id, id, key, kind, state, expected, first_submitted_at FROM applications_part",
        "SELECT application_id, item_key, part_id, state, asked FROM evidence_slot",
    )
    with connection.cursor() as cursor:
        for sql in wanted:
            cursor.execute(sql)
            while cursor.fetchmany(1000):
                pass


def _peak(act: Any) -> float:
    """The most that Python held during a run, in MB."""
    tracemalloc.start()
    act()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1024 / 1024


# --- The files ------------------------------------------------------------------------------------------------


def _prepare() -> tuple[Any, Any, Any, int]:
    from jalon.accounts.standing import SYSTEM
    from jalon.core import clock
    from jalon.evidence.models import Slot
    from jalon.programmes.actions.gates import set_gate
    from jalon.programmes.actions.loading import load_draft, load_portal, load_track
    from jalon.programmes.actions.publishing import publish
    from jalon.programmes.definition.conditions import Facts
    from jalon.programmes.models import GateKind
    from jalon.programmes.queries import definition_of
    from jalon.reviews.queries.impact import revision_target
    from tests.scenarios.people import person
    from tests.scenarios.small import shipped

    definition = _definition()
    tree = shipped()
    load_portal(actor=SYSTEM, portal=tree.portal)
    for position, track in enumerate(tree.tracks):
        load_track(actor=SYSTEM, track=track, position=position)
    load_draft(actor=SYSTEM, definition=definition)
    first = publish(
        actor=SYSTEM, programme_code=definition.code, reason="Ouverture", effective_on=date(2025, 1, 1)
    )
    for kind in GateKind:  # those of the definition may be over
        set_gate(
            actor=SYSTEM, programme_code=definition.code, kind=kind, wall_time="2099-01-01T12:00",
            zone="Europe/Paris", reason="Banc d’essai",
        )  # fmt: skip
    facts = Facts(frozenset(p.key for p in definition.profiles))
    _write_files(person("bench"), first, facts)
    load_draft(actor=SYSTEM, definition=_changed(definition))
    today = clock.paris_date(clock.now())
    second = publish(
        actor=SYSTEM, programme_code=definition.code, reason="Nouvelle liste", effective_on=today
    )
    return second.programme, revision_target(second), (definition_of(first), facts), Slot.objects.count()


def _definition() -> Any:
    """The real list inside the shipped programme, or the shipped list repeated."""
    from tests.scenarios.small import SMALL_CODE, shipped

    whole = next(one.definition for one in shipped().programmes if one.definition.code == SMALL_CODE)
    workbook = REFERENCE / "rem" / "REM-RIS-Va2-B.xlsx"
    if workbook.exists():
        from jalon.programmes.definition.diff.reading import read_workbook

        return read_workbook(workbook, whole)
    raw = json.loads(whole.model_dump_json(exclude_defaults=True, by_alias=True))
    places = [(c, r) for c in raw["chapters"] for r in c["requirements"]]
    for n, (chapter, requirement) in enumerate(islice(cycle(places), REQUIREMENTS - len(places))):
        copy = json.loads(json.dumps(requirement).replace('"key": "', f'"key": "n{n}-'))
        chapter["requirements"].append({**copy, "code": f"{requirement['code']}/{n}"})
    return type(whole).model_validate(raw)


def _changed(definition: Any) -> Any:
    """Every tenth proof reworded, every twentieth dropped, one added for each of these."""
    raw = json.loads(definition.model_dump_json(exclude_defaults=True, by_alias=True))
    homes = [s["proofs"] for c in raw["chapters"] for r in c["requirements"] for s in r.get("scenarios", [])
             if s.get("proofs")]  # fmt: skip
    for n, proofs in enumerate(homes):
        if n % 10 == 0:
            proofs[0]["text"] = {"fr": f"Un texte tout autre, le {n}e, qui demande autre chose."}
        if n % 20 == 5:
            gone = proofs.pop(0)
            proofs.append(
                {**gone, "key": f"neuve-{n}", "code": "", "text": {"fr": f"Une preuve neuve, {n}."}}
            )
    return type(definition).model_validate(raw)


def _write_files(user: Any, revision: Any, facts: Any) -> None:
    from jalon.accounts.models import Company
    from jalon.applications.models import Application, Part
    from jalon.applications.queries.facts import facts_as_json
    from jalon.applications.states import ApplicationState
    from jalon.core import clock
    from jalon.core.canonical import canonical_json
    from jalon.evidence.models import Slot
    from jalon.programmes.queries import definition_of
    from jalon.reviews.queries.impact import asked_of
    from jalon.vendors.models import Product, Version

    now, company = clock.now(), Company.objects.get()
    made = Product.objects.create(
        company=company, reference="bench", name="Banc d’essai", created_by=user, created_at=now
    )
    versions = Version.objects.bulk_create(
        [Version(product=made, label=str(n), created_at=now) for n in range(FILES)], batch_size=200
    )
    text = canonical_json(facts_as_json(facts))
    files = Application.objects.bulk_create(
        [
            Application(
                number=f"{n:010d}", programme_id=revision.programme_id, revision=revision, company=company,
                version=version, product_name="Banc", version_label=str(n), company_name=company.name,
                title_norm="banc", facts=text, state=ApplicationState.ELIGIBLE, state_since=now, turn_since=now,
                first_submitted_at=now, created_by=user, created_at=now, changed_at=now,
            )
            for n, version in enumerate(versions)
        ],
        batch_size=200,
    )  # fmt: skip
    asked = dict(asked_of(definition_of(revision), facts).proofs)
    chapters = list(dict.fromkeys(asked.values()))
    Part.objects.bulk_create(list(_parts(files, chapters, asked, now)), batch_size=500)
    _write_slots(files, asked)
    assert Slot.objects.count() == FILES * len(asked)


def _parts(files: Any, chapters: list[str], asked: dict[str, str], now: Any) -> Iterator[Any]:
    from jalon.applications.models import Part
    from jalon.applications.states import ChapterState, PartKind

    states = (
        ChapterState.VALIDATED,
        ChapterState.TO_MODIFY,
        ChapterState.SUBMITTED,
        ChapterState.TO_COMPLETE,
    )
    counts = {chapter: list(asked.values()).count(chapter) for chapter in chapters}
    for n, file in enumerate(files):
        # One file in twenty was handed in whole before: exempt.
        whole = n % 20 == 0
        for position, (chapter, state) in enumerate(zip(chapters, cycle(states), strict=False)):
            first = now - timedelta(days=9) if whole or state != ChapterState.TO_COMPLETE else None
            yield Part(
                application=file, key=f"chapter:{chapter}", kind=PartKind.CHAPTER, position=position,
                state=state, state_since=now, expected=counts[chapter], first_submitted_at=first,
            )  # fmt: skip


def _write_slots(files: Any, asked: dict[str, str]) -> None:
    from jalon.applications.models import Part
    from jalon.evidence.models import Slot
    from jalon.evidence.states import SlotState

    states = (
        SlotState.CONFORMING,
        SlotState.CONFORMING,
        SlotState.SUBMITTED,
        SlotState.DEPOSITED,
        SlotState.TO_MODIFY,
    )
    for file in files:
        parts = {p.key.removeprefix("chapter:"): p.pk for p in Part.objects.filter(application=file)}
        Slot.objects.bulk_create(
            [
                Slot(application=file, part_id=parts[chapter], item_key=key, state=state)
                for (key, chapter), state in zip(asked.items(), cycle(states), strict=False)
            ],
            batch_size=500,
        )
