"""For any chain and any change to it, `first_fault` finds the first line that is not as it was written."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from jalon.journal.rules import (
    GENESIS,
    Anchor,
    HeadState,
    Line,
    Point,
    anchor_of_line,
    digest_root,
    first_fault,
)

FIELDS = ("at", "event", "actor_ref", "payload", "prev", "hash")


def chain_of(events: list[str]) -> list[Line]:
    lines: list[Line] = []
    for seq, event in enumerate(events, start=1):
        prev = lines[-1].hash if lines else GENESIS
        line = Line("c", seq, "2026-05-13T09:59:00.000000+00:00", event, "system", "{}", prev, "")
        lines.append(replace(line, hash=line.expected_hash()))
    return lines


def head_of(lines: list[Line]) -> HeadState:
    return HeadState(len(lines), lines[-1].hash, 0)


chains = st.lists(st.text(max_size=5), min_size=1, max_size=8).map(chain_of)


@given(chains)
def test_a_chain_as_written_has_no_fault(lines):
    assert first_fault("c", lines, head_of(lines), {}) is None


@given(chains, st.data())
def test_any_other_value_in_any_field_names_that_line(lines, data):
    index = data.draw(st.integers(0, len(lines) - 1))
    field = data.draw(st.sampled_from(FIELDS))
    value = data.draw(st.text(max_size=70).filter(lambda text: text != getattr(lines[index], field)))
    altered = [*lines[:index], replace(lines[index], **{field: value}), *lines[index + 1 :]]
    fault = first_fault("c", altered, head_of(lines), {})
    assert fault is not None
    assert fault.seq == index + 1


@given(chains, st.data())
def test_any_deletion_names_the_first_line_that_is_gone(lines, data):
    kept = data.draw(
        st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)).filter(lambda k: not all(k))
    )
    fault = first_fault("c", [one for one, keep in zip(lines, kept, strict=True) if keep], head_of(lines), {})
    assert fault is not None
    assert fault.seq == kept.index(False) + 1


@given(chains.filter(lambda lines: len(lines) > 1), st.data())
def test_any_other_order_is_noticed_even_when_renumbered(lines, data):
    order = data.draw(st.permutations(lines).filter(lambda other: other != lines))
    renumbered = [replace(line, seq=seq) for seq, line in enumerate(order, start=1)]
    fault = first_fault("c", renumbered, head_of(lines), {})
    moved = next(i for i, (one, other) in enumerate(zip(lines, order, strict=True), start=1) if one != other)
    assert fault is not None
    assert fault.seq == moved


@given(chains, st.data())
def test_any_rewriting_before_the_anchored_line_is_noticed(lines, data):
    anchored = data.draw(st.integers(1, len(lines)))
    changed = data.draw(st.integers(1, anchored))
    events = [line.event for line in lines]
    events[changed - 1] += "!"
    rewritten = chain_of(events)
    point = Point(lines[anchored - 1].hash, "2026-05-13")
    assert first_fault("c", rewritten, head_of(rewritten), {}) is None
    fault = first_fault("c", rewritten, head_of(rewritten), {anchored: point})
    assert fault is not None
    assert fault.seq == anchored


def test_an_anchor_line_reads_back():
    anchor = Anchor(1, "2026-05-13", "2026-05-13T22:00:00.000000+00:00", '{"c":[1,"é"]}', "", GENESIS)
    anchor = replace(anchor, root=digest_root(anchor.number, anchor.day, anchor.heads, anchor.previous_root))
    assert anchor_of_line(anchor.as_line().rstrip("\n")) == anchor
