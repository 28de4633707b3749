"""Loading, publishing and dates, on the database."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from jalon.accounts.standing import NOBODY, SYSTEM, Standing
from jalon.accounts.states import StaffRoleName
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.journal.models import Entry
from jalon.programmes import queries
from jalon.programmes.actions import gates, loading, publishing
from jalon.programmes.definition.compiled import digest_of
from jalon.programmes.definition.findings import DefinitionError
from jalon.programmes.models import Draft, Gate, Portal, Programme, Revision, Track
from tests.programmes.builders import small, small_raw, text, write_tree

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 1)
MANAGER = Standing(user_ref="manager", staff_roles=frozenset({(StaffRoleName.MANAGER, "demo")}))
OTHER_MANAGER = Standing(user_ref="other", staff_roles=frozenset({(StaffRoleName.MANAGER, "other")}))
VERIFIER = Standing(user_ref="verifier", staff_roles=frozenset({(StaffRoleName.VERIFIER, "")}))


@pytest.fixture(autouse=True)
def before_that_day(freeze):
    """A revision is not published for a day that is over."""
    freeze("2026-02-01T12:00")


def load(tmp_path: Path, name: str = "a", **changes: object) -> list[str]:
    folder = tmp_path / name
    write_tree(folder, small(**changes))
    return [result.outcome for result in loading.load_definitions(actor=SYSTEM, folder=folder)]


def publish(reason: str = "Ouverture", effective_on: date = DAY) -> Revision:
    return publishing.publish(actor=SYSTEM, programme_code="demo", reason=reason, effective_on=effective_on)


def events(chain: str) -> list[str]:
    return list(Entry.objects.filter(chain=chain).order_by("seq").values_list("event", flat=True))


def test_loading_creates_portal_track_programme_and_draft(tmp_path: Path) -> None:
    assert load(tmp_path) == ["created", "created", "created"]
    assert queries.portal().menu[0].key == "menu"
    assert Draft.objects.get().sha256 == digest_of(small())
    assert events("programme:demo") == ["programmes.draft.loaded"]


def test_loading_the_same_again_changes_nothing(tmp_path: Path) -> None:
    load(tmp_path)
    before = list(Draft.objects.values())
    assert load(tmp_path, "b") == ["unchanged", "unchanged", "unchanged"]
    assert list(Draft.objects.values()) == before
    assert Entry.objects.count() == 3


def test_loading_keeps_a_draft_with_unpublished_changes(tmp_path: Path) -> None:
    load(tmp_path)
    assert load(tmp_path, "b", summary=text("Autre")) == ["unchanged", "unchanged", "kept"]
    assert Draft.objects.get().sha256 == digest_of(small())


def test_loading_replaces_such_a_draft_when_told(tmp_path: Path) -> None:
    load(tmp_path)
    write_tree(tmp_path / "b", small(summary=text("Autre")))
    results = loading.load_definitions(actor=SYSTEM, folder=tmp_path / "b", replace=["demo"])
    assert results[-1].outcome == "updated"
    assert Draft.objects.get().sha256 == digest_of(small(summary=text("Autre")))


def test_loading_updates_a_draft_that_is_published(tmp_path: Path) -> None:
    load(tmp_path)
    publish()
    assert load(tmp_path, "b", summary=text("Autre"))[-1] == "updated"
    assert Draft.objects.get().version == 2


def test_a_single_programme_loads_with_the_track_around_it(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "a", small())
    results = loading.load_definitions(actor=SYSTEM, folder=folder)
    assert [(r.kind, r.outcome) for r in results] == [("track", "created"), ("programme", "created")]


def test_a_programme_without_its_track_is_refused(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "a", small())
    (folder.parent / "track.yaml").unlink()
    with pytest.raises(TransitionRefused, match="essai"):
        loading.load_definitions(actor=SYSTEM, folder=folder)
    assert Programme.objects.count() == 0


def test_nothing_is_written_when_one_definition_is_faulty(tmp_path: Path) -> None:
    raw = small_raw()
    raw["convention"]["agency_name"] = text("{nobody}")
    with pytest.raises(DefinitionError):
        load(tmp_path, convention=raw["convention"])
    assert (Portal.objects.count(), Track.objects.count(), Programme.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("actor", [NOBODY, VERIFIER, OTHER_MANAGER, MANAGER])
def test_the_portal_is_for_managers_of_everything(tmp_path: Path, actor: Standing) -> None:
    write_tree(tmp_path / "a", small())
    with pytest.raises(NotAllowed):
        loading.load_definitions(actor=actor, folder=tmp_path / "a")


@pytest.mark.parametrize(
    ("actor", "allowed"), [(NOBODY, False), (VERIFIER, False), (OTHER_MANAGER, False), (MANAGER, True)]
)
def test_publishing_and_dates_are_for_the_managers_of_the_programme(
    tmp_path: Path, actor: Standing, allowed: bool
) -> None:
    load(tmp_path)
    acts = [
        lambda: loading.load_draft(actor=actor, definition=small()),
        lambda: publishing.publish(actor=actor, programme_code="demo", reason="x", effective_on=DAY),
        lambda: gates.set_gate(
            actor=actor, programme_code="demo", kind="first_proofs", wall_time="2027-01-01T12:00",
            zone="Europe/Paris", reason="x",
        ),
    ]  # fmt: skip
    for act in acts:
        if allowed:
            act()
        else:
            with pytest.raises(NotAllowed):
                act()


def test_publishing_makes_a_revision_and_seeds_the_gates(tmp_path: Path) -> None:
    load(tmp_path)
    revision = publish()
    programme = Programme.objects.get()
    assert (revision.number, revision.sha256, revision.effective_on) == (1, digest_of(small()), DAY)
    gates = queries.latest_gates(programme)
    assert {kind.value: gate.wall_time for kind, gate in gates.items()} == {
        "first_administrative": "2026-05-13T12:00",
        "first_proofs": "2026-10-30T12:00",
    }
    assert [gate.due_at for gate in gates.values()] == [
        datetime(2026, 5, 13, 10, tzinfo=UTC),  # summer time
        datetime(2026, 10, 30, 11, tzinfo=UTC),  # winter time
    ]
    assert events("programme:demo") == ["programmes.draft.loaded", "programmes.revision.published"]
    assert queries.definition_of(revision) == small()
    assert queries.content_is_intact(revision)


def test_publishing_identical_content_gives_the_same_revision(tmp_path: Path) -> None:
    load(tmp_path)
    first = publish()
    assert publish().pk == first.pk
    assert (Revision.objects.count(), Entry.objects.filter(chain="programme:demo").count()) == (1, 2)


def test_the_content_of_an_older_revision_is_published_under_a_new_number(tmp_path: Path) -> None:
    load(tmp_path)
    first = publish()
    load(tmp_path, "b", summary=text("Autre"))
    publish()
    load(tmp_path, "c")
    third = publish()
    assert (third.number, third.sha256) == (3, first.sha256)
    assert queries.compiled(third) is queries.compiled(first)


def test_a_second_publication_leaves_the_gates(tmp_path: Path) -> None:
    load(tmp_path)
    publish()
    load(tmp_path, "b", gates=[{"kind": "first_proofs", "label": text("x"), "at": "2030-01-01T12:00"}])
    assert publish().number == 2
    assert Gate.objects.count() == 2


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_publishing_wants_a_reason(tmp_path: Path, reason: str) -> None:
    load(tmp_path)
    with pytest.raises(InvalidInput):
        publish(reason)


def test_publishing_an_unknown_programme() -> None:
    with pytest.raises(NotVisible):
        publish()


def test_the_revision_in_force_depends_on_the_day(tmp_path: Path) -> None:
    load(tmp_path)
    first = publish()
    load(tmp_path, "b", summary=text("Autre"))
    second = publish(effective_on=date(2026, 6, 1))
    programme = Programme.objects.get()
    days = [date(2026, 2, 28), DAY, date(2026, 5, 31), date(2026, 6, 1)]
    found = [queries.current_revision(programme, day) for day in days]
    assert [r.number if r else None for r in found] == [None, first.number, first.number, second.number]


def test_tracks_show_programmes_with_what_holds(tmp_path: Path) -> None:
    load(tmp_path)
    (entry,) = queries.tracks(DAY)
    assert (entry.definition.code, entry.programmes[0].revision) == ("essai", None)
    publish()
    (entry,) = queries.tracks(DAY)
    assert entry.programmes[0].definition == small()


def test_an_empty_database_has_an_empty_portal() -> None:
    assert (queries.portal().menu, queries.tracks(DAY)) == ((), [])


def test_definitions_are_parsed_once(tmp_path: Path) -> None:
    load(tmp_path)
    revision = publish()
    assert queries.compiled(revision) is queries.compiled(Revision.objects.get())


def set_gate(**changes: str) -> Gate:
    given = {
        "kind": "first_proofs",
        "wall_time": "2026-12-01T12:00",
        "zone": "Europe/Paris",
        "reason": "Report",
    }
    return gates.set_gate(actor=MANAGER, programme_code="demo", **{**given, **changes})


def test_setting_a_gate_keeps_its_history(tmp_path: Path) -> None:
    load(tmp_path)
    publish()
    gate = set_gate()
    programme = Programme.objects.get()
    assert queries.latest_gates(programme)["first_proofs"] == gate
    assert [(g.kind, g.wall_time) for g in queries.gate_history(programme)] == [
        ("first_administrative", "2026-05-13T12:00"),
        ("first_proofs", "2026-10-30T12:00"),
        ("first_proofs", "2026-12-01T12:00"),
    ]
    assert events("programme:demo")[-1] == "programmes.gate.set"


def test_the_same_decision_twice_is_one(tmp_path: Path) -> None:
    load(tmp_path)
    assert set_gate() == set_gate()
    assert Gate.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "never"}, "kind"),
        ({"wall_time": "12/01/2026"}, "wall_time"),
        ({"wall_time": "2026-1-2T9:00"}, "wall_time"),
        ({"wall_time": "2026-02-30T12:00"}, "wall_time"),
        ({"wall_time": "2026-03-29T02:30"}, "wall_time"),  # the clock goes from 02:00 to 03:00
        ({"zone": "Europe/Atlantis"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"reason": " "}, "reason"),
    ],
)
def test_impossible_gates_are_refused(tmp_path: Path, changes: dict[str, str], field: str) -> None:
    load(tmp_path)
    with pytest.raises(InvalidInput) as refused:
        set_gate(**changes)
    assert list(refused.value.errors) == [field]


def test_an_hour_that_comes_twice_is_the_first(tmp_path: Path) -> None:
    load(tmp_path)
    assert set_gate(wall_time="2026-10-25T02:30").due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
