"""What somebody with the database in hands may do, and what `verify` answers."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from jalon.core.canonical import canonical_json
from jalon.core.db.append_only import append_only_tables, install_triggers, missing_triggers
from jalon.journal.actions import record, take_digest
from jalon.journal.anchors import FILE_NAME, AnchorMismatch, append_anchors, publish_anchors
from jalon.journal.models import Digest, Entry, Head
from jalon.journal.queries import Report, verify
from jalon.journal.rules import GENESIS, FaultKind, digest_root, entry_hash, stamp
from jalon.journal.tasks import CLOCK

A, B = "application:AAAAAAAAAA", "company:12"
Sql = Callable[..., None]


def write(chain: str, count: int) -> None:
    for _ in range(count):
        with transaction.atomic():
            record(chain=chain, event="tests.line.written", actor_ref="system", round=1)


@pytest.fixture
def anchors(settings, tmp_path) -> Path:
    settings.JOURNAL_ANCHOR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def sql(db) -> Sql:
    """Runs a statement as an attacker would: on tables that are no longer protected."""
    with connection.cursor() as cursor:
        for table in append_only_tables():
            names = ("update", "delete") if connection.vendor == "sqlite" else ("rows", "table")
            for name in names:
                if connection.vendor == "sqlite":
                    cursor.execute(f"DROP TRIGGER append_only_{name}_{table}")
                else:
                    cursor.execute(f"DROP TRIGGER append_only_{name} ON {table}")

    def execute(statement: str, *values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return execute


def first(report: Report) -> tuple[str, int, FaultKind] | None:
    return (report.first.chain, report.first.seq, report.first.kind) if report.first else None


def test_an_empty_journal_is_whole(db, anchors):
    assert verify(anchors).faults == ()


def test_a_journal_as_written_is_whole(db, anchors):
    write(A, 5)
    write(B, 2)
    take_digest(actor=CLOCK)
    publish_anchors()
    write(A, 1)
    report = verify(anchors)
    assert (report.faults, report.entries, report.chains, report.digests, report.anchors) == ((), 9, 3, 1, 1)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("event", "tests.line.forged"),
        ("actor_ref", "somebody"),
        ("payload", '{"round":2}'),
        ("at", "2020-01-01 00:00:00+00:00"),
        ("prev", GENESIS),
        ("hash", GENESIS),
    ],
)
def test_an_edited_field_names_its_line(sql, column, value):
    write(A, 5)
    sql(f"UPDATE journal_entry SET {column} = %s WHERE chain = %s AND seq = 3", value, A)
    assert first(verify(None)) == (A, 3, FaultKind.ALTERED)


def test_an_edit_hashed_anew_shows_in_the_next_line(sql):
    write(A, 5)
    line = Entry.objects.get(chain=A, seq=3)
    forged = entry_hash(A, 3, stamp(line.at), "tests.forged", line.actor_ref, line.payload, line.prev)
    sql("UPDATE journal_entry SET event='tests.forged', hash=%s WHERE id=%s", forged, line.pk)
    assert first(verify(None)) == (A, 4, FaultKind.UNLINKED)


def test_a_deleted_line_is_missing(sql):
    write(A, 5)
    sql("DELETE FROM journal_entry WHERE chain = %s AND seq = 3", A)
    assert first(verify(None)) == (A, 3, FaultKind.MISSING)


def test_a_deleted_line_with_renumbered_followers_shows_in_the_first_of_them(sql):
    write(A, 5)
    sql("DELETE FROM journal_entry WHERE chain = %s AND seq = 3", A)
    sql("UPDATE journal_entry SET seq = 3 WHERE chain = %s AND seq = 4", A)
    sql("UPDATE journal_entry SET seq = 4 WHERE chain = %s AND seq = 5", A)
    assert first(verify(None)) == (A, 3, FaultKind.ALTERED)


def insert(sql: Sql, seq: int, prev: str, digest: str) -> None:
    line = Entry.objects.filter(chain=A).first()
    assert line
    sql(
        "INSERT INTO journal_entry (chain, seq, at, event, actor_ref, payload, prev, hash) "
        "SELECT chain, %s, at, event, actor_ref, payload, %s, %s FROM journal_entry WHERE id = %s",
        seq, prev, digest, line.pk,
    )  # fmt: skip


def test_an_inserted_line_is_named(sql):
    write(A, 5)
    for seq in (5, 4, 3):
        sql("UPDATE journal_entry SET seq = %s WHERE chain = %s AND seq = %s", seq + 1, A, seq)
    insert(sql, 3, Entry.objects.get(chain=A, seq=2).hash, "f" * 64)
    assert first(verify(None)) == (A, 3, FaultKind.ALTERED)


def test_a_well_hashed_insertion_shows_in_the_line_after_it(sql):
    write(A, 5)
    for seq in (5, 4, 3):
        sql("UPDATE journal_entry SET seq = %s WHERE chain = %s AND seq = %s", seq + 1, A, seq)
    before, model = Entry.objects.get(chain=A, seq=2), Entry.objects.get(chain=A, seq=1)
    digest = entry_hash(A, 3, stamp(model.at), model.event, model.actor_ref, model.payload, before.hash)
    insert(sql, 3, before.hash, digest)
    assert first(verify(None)) == (A, 4, FaultKind.ALTERED)


def test_a_line_put_after_the_head_is_named(sql):
    write(A, 5)
    last, model = Entry.objects.get(chain=A, seq=5), Entry.objects.get(chain=A, seq=1)
    digest = entry_hash(A, 6, stamp(model.at), model.event, model.actor_ref, model.payload, last.hash)
    insert(sql, 6, last.hash, digest)
    assert first(verify(None)) == (A, 6, FaultKind.UNANNOUNCED)


def test_two_lines_swapped_name_the_first(sql):
    write(A, 5)
    for old, new in ((2, 99), (4, 2), (99, 4)):
        sql("UPDATE journal_entry SET seq = %s WHERE chain = %s AND seq = %s", new, A, old)
    assert first(verify(None)) == (A, 2, FaultKind.ALTERED)


def test_a_line_moved_to_another_chain_is_missing_in_its_own(sql):
    write(A, 3)
    write(B, 1)
    sql("UPDATE journal_entry SET chain = %s WHERE chain = %s AND seq = 2", B, A)
    report = verify(None)
    assert [(f.chain, f.seq, f.kind) for f in report.faults] == [
        (A, 2, FaultKind.MISSING),
        (B, 2, FaultKind.ALTERED),
    ]


def test_a_cut_tail_is_noticed_by_the_head(sql):
    write(A, 5)
    sql("DELETE FROM journal_entry WHERE chain = %s AND seq > 3", A)
    assert first(verify(None)) == (A, 4, FaultKind.CUT)


def test_a_chain_cut_whole_is_noticed_by_its_head(sql):
    write(A, 5)
    sql("DELETE FROM journal_entry WHERE chain = %s", A)
    assert first(verify(None)) == (A, 1, FaultKind.CUT)


def set_head(sql: Sql, seq: int) -> None:
    """Put the head back to line `seq`, as if nothing had followed."""
    digest = Entry.objects.get(chain=A, seq=seq).hash
    sql(
        "UPDATE journal_head SET seq = %s, hash = %s, digested_seq = %s WHERE chain = %s", seq, digest, seq, A
    )


def test_a_tail_cut_together_with_the_head_needs_the_anchor(sql, anchors):
    write(A, 5)
    take_digest(actor=CLOCK)
    publish_anchors()
    sql("DELETE FROM journal_digest")
    sql("DELETE FROM journal_entry WHERE chain = 'journal'")
    sql("DELETE FROM journal_head WHERE chain = 'journal'")
    sql("DELETE FROM journal_entry WHERE chain = %s AND seq > 3", A)
    set_head(sql, 3)
    sql("UPDATE journal_head SET digested_seq = 0")
    assert first(verify(None)) is None
    assert first(verify(anchors)) == (A, 4, FaultKind.CUT)


def test_a_chain_removed_with_its_head_needs_the_anchor(sql, anchors):
    write(A, 2)
    write(B, 2)
    take_digest(actor=CLOCK)
    publish_anchors()
    sql("DELETE FROM journal_entry WHERE chain = %s", A)
    sql("DELETE FROM journal_head WHERE chain = %s", A)
    assert first(verify(anchors)) == (A, 1, FaultKind.CUT)


def rehash_everything(sql: Sql) -> None:
    """What somebody does who has the whole database: new hashes for all lines, heads and digests."""
    heads: dict[str, list[object]] = {}
    for line in Entry.objects.order_by("chain", "seq"):
        prev = str(heads[line.chain][1]) if line.chain in heads else GENESIS
        digest = entry_hash(
            line.chain, line.seq, stamp(line.at), line.event, line.actor_ref, line.payload, prev
        )
        sql("UPDATE journal_entry SET prev = %s, hash = %s WHERE id = %s", prev, digest, line.pk)
        heads[line.chain] = [line.seq, digest]
    for chain, (_, digest) in heads.items():
        sql("UPDATE journal_head SET hash = %s WHERE chain = %s", digest, chain)
    root = GENESIS
    for row in Digest.objects.order_by("number"):
        moved = {
            chain: [seq, Entry.objects.get(chain=chain, seq=seq).hash]
            for chain, (seq, _) in json.loads(row.heads).items()
        }
        text = canonical_json(moved)
        previous, root = root, digest_root(row.number, row.day.isoformat(), text, root)
        sql(
            "UPDATE journal_digest SET heads = %s, root = %s, previous_root = %s WHERE id = %s",
            text, root, previous, row.pk,
        )  # fmt: skip


def test_a_journal_rewritten_throughout_is_noticed_by_the_anchor_alone(sql, anchors):
    write(A, 3)
    take_digest(actor=CLOCK)
    write(A, 2)
    write(B, 1)
    take_digest(actor=CLOCK)
    publish_anchors()
    sql("UPDATE journal_entry SET payload = '{\"round\":7}' WHERE chain = %s AND seq = 4", A)
    rehash_everything(sql)
    assert first(verify(None)) is None
    report = verify(anchors)
    assert [(f.chain, f.seq, f.kind) for f in report.faults] == [
        (A, 5, FaultKind.REWRITTEN),
        ("digests", 2, FaultKind.DIGEST),
    ]


@pytest.mark.parametrize("left", [None, b""])
def test_anchors_that_are_not_where_they_are_looked_for_are_a_fault(sql, anchors, left):
    write(A, 3)
    take_digest(actor=CLOCK)
    rehash_everything(sql)
    if left is not None:
        (anchors / FILE_NAME).write_bytes(left)
    report = verify(anchors)
    assert [(f.chain, f.seq, f.kind) for f in report.faults] == [("anchors", 1, FaultKind.ANCHOR)]
    assert str(anchors / FILE_NAME) in report.faults[0].sentence


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (f"UPDATE journal_head SET seq = 3 WHERE chain = '{A}'", (A, 4, FaultKind.UNANNOUNCED)),
        (f"UPDATE journal_head SET seq = 9 WHERE chain = '{A}'", (A, 6, FaultKind.CUT)),
        (f"UPDATE journal_head SET hash = '0' WHERE chain = '{A}'", (A, 5, FaultKind.HEAD)),
        (f"UPDATE journal_head SET digested_seq = 5 WHERE chain = '{A}'", (A, 5, FaultKind.HEAD)),
        (f"DELETE FROM journal_head WHERE chain = '{A}'", (A, 5, FaultKind.HEADLESS)),
    ],
)
def test_a_tampered_head_is_named(sql, statement, fault):
    write(A, 5)
    sql(statement)
    assert first(verify(None)) == fault


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("DELETE FROM journal_digest WHERE number = 1", 1),
        ("DELETE FROM journal_digest WHERE number = 2", 2),
        ("UPDATE journal_digest SET day = '2020-01-01' WHERE number = 2", 2),
        ("UPDATE journal_digest SET root = '0' WHERE number = 1", 1),
        ("UPDATE journal_digest SET taken_at = '2020-01-01 00:00:00+00:00' WHERE number = 2", 2),
    ],
)
def test_a_tampered_digest_is_named(sql, anchors, statement, number):
    for _ in range(2):
        write(A, 1)
        take_digest(actor=CLOCK)
    publish_anchors()
    sql(statement)
    faults = [f for f in verify(anchors).faults if f.chain == "digests"]
    assert [(f.seq, f.kind) for f in faults] == [(number, FaultKind.DIGEST)]


def test_a_value_of_the_wrong_type_is_a_fault_and_no_crash(sql):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL does not take such values")
    write(A, 3)
    sql("UPDATE journal_entry SET at = 'never' WHERE seq = 2")
    sql("UPDATE journal_entry SET seq = 'many' WHERE seq = 3")
    assert first(verify(None)) == (A, 2, FaultKind.ALTERED)


def test_the_database_refuses_changes_while_its_triggers_stand(db):
    write(A, 1)
    for statement in ("UPDATE journal_entry SET event = 'x'", "DELETE FROM journal_entry"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute(statement)


def test_missing_triggers_are_told_and_come_back(sql):
    assert missing_triggers() == append_only_tables()
    install_triggers()
    assert missing_triggers() == []


def test_nothing_moved_gives_no_digest(db):
    assert take_digest(actor=CLOCK) is None
    write(A, 1)
    digest = take_digest(actor=CLOCK)
    assert digest
    assert list(json.loads(digest.heads)) == [A, "journal"]
    assert take_digest(actor=CLOCK) is None
    assert list(Entry.objects.filter(chain="journal").values_list("event", "payload")) == [
        ("journal.digest.taken", '{"number":1}')
    ]


def test_a_digest_holds_only_the_heads_that_moved(db):
    write(A, 1)
    write(B, 1)
    take_digest(actor=CLOCK)
    write(B, 1)
    digest = take_digest(actor=CLOCK)
    assert digest
    assert {chain: seq for chain, (seq, _) in json.loads(digest.heads).items()} == {B: 2, "journal": 2}
    assert list(Head.objects.order_by("chain").values_list("chain", "digested_seq")) == [
        (A, 1),
        (B, 2),
        ("journal", 2),
    ]


def test_the_anchor_file_is_appended_to_and_only_once(db, anchors):
    write(A, 1)
    take_digest(actor=CLOCK)
    assert (publish_anchors(), publish_anchors()) == (1, 0)
    before = (anchors / FILE_NAME).read_bytes()
    write(A, 1)
    take_digest(actor=CLOCK)
    assert publish_anchors() == 1
    assert (anchors / FILE_NAME).read_bytes().startswith(before)


def test_an_append_that_broke_off_is_completed(db, anchors):
    write(A, 1)
    take_digest(actor=CLOCK)
    publish_anchors()
    whole = (anchors / FILE_NAME).read_bytes()
    (anchors / FILE_NAME).write_bytes(whole[:40])
    assert publish_anchors() == 1
    assert (anchors / FILE_NAME).read_bytes() == whole


def test_an_anchor_that_says_something_else_is_never_overwritten(sql, anchors):
    write(A, 1)
    take_digest(actor=CLOCK)
    publish_anchors()
    before = (anchors / FILE_NAME).read_bytes()
    sql("UPDATE journal_digest SET root = %s", GENESIS)
    with pytest.raises(AnchorMismatch, match="digest 1"):
        publish_anchors()
    assert (anchors / FILE_NAME).read_bytes() == before


def test_a_database_put_back_to_an_older_day_does_not_shorten_the_anchors(sql, anchors):
    write(A, 1)
    take_digest(actor=CLOCK)
    publish_anchors()
    before = (anchors / FILE_NAME).read_bytes()
    with pytest.raises(AnchorMismatch, match="digest 1"):
        append_anchors(anchors, [])
    assert (anchors / FILE_NAME).read_bytes() == before


@pytest.mark.parametrize("damage", [b"{}\n", b"not json\n", b"[1]\n", b""])
def test_a_damaged_anchor_file_is_a_fault(db, anchors, damage):
    write(A, 1)
    take_digest(actor=CLOCK)
    publish_anchors()
    path = anchors / FILE_NAME
    path.write_bytes(damage or path.read_bytes().replace(b'"number":1', b'"number":4'))
    assert first(verify(anchors)) == ("anchors", 1, FaultKind.ANCHOR)
