"""What holds for each shipped programme, whatever it is about."""

import re
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
import yaml

from jalon.demo.samples import sample_file, sample_link, sample_record
from jalon.programmes.definition.conditions import Facts
from tests.definitions import shipped

pytestmark = pytest.mark.parametrize("code", shipped.codes())


def test_codes_are_unique_and_nested(code):
    requirements = shipped.requirements(shipped.programme(code))
    times = Counter(requirement.code for requirement in requirements)
    assert [code for code, n in times.items() if n > 1] == []
    for requirement in requirements:
        for n, scenario in enumerate(requirement.scenarios, start=1):
            assert re.fullmatch(re.escape(requirement.code) + r"\.\d\d", scenario.code), n
            assert [p.code for p in scenario.proofs] == [
                f"{scenario.code}.{n:02d}" for n in range(1, len(scenario.proofs) + 1)
            ]


def test_positions_follow_the_order_of_the_chapters(code):
    positions = [r.position for r in shipped.requirements(shipped.programme(code))]
    assert positions == list(range(1, len(positions) + 1))


def test_every_kind_profile_perimeter_and_group_is_used(code):
    definition = shipped.programme(code)
    used: set[tuple[str, str]] = set()
    for chapter in definition.chapters:
        used.add(("group", chapter.group or ""))
        for r in chapter.requirements:
            for s in r.scenarios:
                for p in s.proofs:
                    used |= {("kind", k) for k in p.kinds}
                    used.add(("profile", p.profile or s.profile or r.profile))
                    used.add(("perimeter", p.perimeter or s.perimeter or r.perimeter))
    assert used == {
        *(("kind", k.key) for k in definition.kinds),
        *(("profile", p.key) for p in definition.profiles),
        *(("perimeter", p.key) for p in definition.perimeters),
        *(("group", g.key) for g in definition.groups),
    }


def test_every_kind_can_be_given(code):
    for kind in shipped.programme(code).kinds:
        make = {
            "file": lambda k: sample_file(k, 1),
            "link": lambda k: sample_link(k, 1),
            "record": sample_record,
        }
        assert make[kind.form](kind)


def test_placeholders_are_the_same_in_both_languages(code):
    text = yaml.safe_dump(shipped.programme(code).convention.model_dump(), allow_unicode=True)
    both = Counter(re.findall(r"\{\w+\}", text))
    assert [name for name, n in both.items() if n % 2] == []


def test_a_recount_from_the_files_agrees(code):
    """For every set of profiles, counted with nothing of ours: the YAML files alone. Claims and answers: none."""
    definition = shipped.programme(code)
    (folder,) = [
        p.parent
        for p in shipped.ROOT.glob("*/*/programme.yaml")
        if yaml.safe_load(p.read_text(encoding="utf-8"))["code"] == code
    ]
    rows: list[dict[str, Any]] = []
    for file in folder.glob("chapters/*.yaml"):
        chapter: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        for requirement in chapter["requirements"]:
            for scenario in requirement.get("scenarios", []):
                rows += [requirement | scenario | proof for proof in scenario["proofs"]]
    locked = {p.key for p in definition.profiles if p.locked}
    free = sorted(p.key for p in definition.profiles if not p.locked)
    held = {p.key for p in definition.perimeters if p.when is None or p.when.holds(Facts())}
    for size in range(len(free) + 1):
        for chosen in combinations(free, size):
            asked = [r for r in rows if r["perimeter"] in held and r["profile"] in locked | set(chosen)]
            # Of several ways, the one with the fewest proofs.
            ways = Counter(
                (r["only"]["one_of"], way) for r in asked if "only" in r for way in r["only"]["options"]
            )
            fewest: dict[str, int] = {}
            for (choice, _way), n in ways.items():
                fewest[choice] = min(n, fewest.get(choice, n))
            wanted = sum("only" not in row for row in asked) + sum(fewest.values())
            assert shipped.result(definition, *chosen).slot_count == wanted, chosen
