"""What a person says of proposed matches: applied whole, or refused and told."""

from typing import Any

import pytest

from jalon.accounts.standing import SYSTEM
from jalon.core import clock
from jalon.core.errors import Conflict
from jalon.programmes.actions.drafts import edit_draft
from jalon.programmes.actions.loading import load_draft, load_track
from jalon.programmes.actions.matches import decide_matches
from jalon.programmes.actions.publishing import publish
from jalon.programmes.definition.confirming import NotProposed, proposals, with_confirmed
from jalon.programmes.definition.schema import Definition, TrackDefinition
from jalon.programmes.models import Draft, MatchRefusal
from jalon.programmes.queries import draft_definition
from tests.programmes.builders import TRACK, made
from tests.programmes.small_lists import small_list
from tests.programmes.test_matching import renamed

PAIR = ("a2", "new-a2")
NAME = "a2|new-a2"


def renumbered() -> Definition:
    """A list in which two requirements came back under other keys and codes."""
    return made(renamed(renamed(small_list(), "a2", code="Z.77"), "b2", code="Z.78"))


def test_a_confirmed_pair_takes_the_old_key() -> None:
    now = with_confirmed(made(small_list()), renumbered(), [NAME])
    keys = {r.key: r.code for c in now.chapters for r in c.requirements}
    assert (keys["a2"], "new-a2" in keys, keys["new-b2"]) == ("Z.77", False, "Z.78")


@pytest.mark.parametrize(
    ("confirmed", "refused", "lost"),
    [
        pytest.param([NAME], {PAIR}, (NAME,), id="told apart"),
        pytest.param([NAME, "a2|new-b2"], set(), ("a2|new-b2",), id="not that one"),
        pytest.param(["a1|a1"], set(), ("a1|a1",), id="certain already"),
        pytest.param(["nothing"], set(), ("nothing",), id="no pair"),
    ],
)
def test_what_cannot_be_applied_is_never_silent(confirmed: list[str], refused: Any, lost: Any) -> None:
    with pytest.raises(NotProposed) as error:
        with_confirmed(made(small_list()), renumbered(), confirmed, refused)
    assert error.value.args == lost


def test_a_pair_is_confirmed_as_it_was_proposed() -> None:
    old, new = made(small_list()), renumbered()
    assert [one.name for one in proposals(old, new, {PAIR})] == ["b2|new-b2"]
    now = with_confirmed(old, new, ["b2|new-b2"], {PAIR})
    keys = {r.key: r.code for c in now.chapters for r in c.requirements}
    assert (keys["b2"], keys["new-a2"]) == ("Z.78", "Z.77")


@pytest.mark.django_db
def test_answers_are_kept_whole_or_not_at_all() -> None:
    load_track(actor=SYSTEM, track=TrackDefinition.model_validate(TRACK))
    load_draft(actor=SYSTEM, definition=made(small_list()))
    today = clock.paris_date(clock.now())
    publish(actor=SYSTEM, programme_code="demo", reason="Ouverture", effective_on=today)
    edit_draft(actor=SYSTEM, programme_code="demo", seen_version=1, definition=renumbered())

    def decide(same: list[str], other: list[str], seen: int = 2) -> Draft:
        return decide_matches(actor=SYSTEM, programme_code="demo", seen_version=seen, same=same, other=other)

    before = Draft.objects.get().sha256
    with pytest.raises(Conflict, match="n’est plus proposé"):
        decide(["b2|autre"], [NAME])
    for never_proposed in ("b2|autre", "x" * 200, f"{NAME}|plus"):
        with pytest.raises(Conflict, match="n’est plus proposé"):
            decide([], [NAME, never_proposed])
    assert (Draft.objects.get().sha256, MatchRefusal.objects.count()) == (before, 0)

    assert decide(["b2|new-b2"], [NAME]).version == 3
    keys = {r.key for c in draft_definition(Draft.objects.get()).chapters for r in c.requirements}
    assert ({"b2", "new-a2"} <= keys, MatchRefusal.objects.count()) == (True, 1)
    assert decide(["b2|new-b2"], [NAME]).version == 3  # sent again: one effect
    with pytest.raises(Conflict, match="n’est plus proposé"):
        decide([NAME], [], seen=3)  # told apart by then
