"""A text of any size, a window at a time: every byte once, every line with its number, and found again by search."""

import io
import sys
import time
import tracemalloc

import pytest

from jalon.documents.previews import text as windows
from jalon.documents.previews.text import ROW, SEARCHED, WINDOW, fold, search, window

LONG = "".join(f"{n:06} une ligne du journal, é {'x' * (n % 90)}\n" for n in range(4000))


def opened(text: str, codec: str = "utf-8", mark: bytes = b"") -> tuple[io.BytesIO, int]:
    data = mark + text.encode(codec)
    return io.BytesIO(data), len(data)


def rows_of(file: io.BytesIO, size: int):
    n = 1
    while True:
        seen = window(file, size, n)
        yield from seen.rows
        if n == seen.count:
            return
        n += 1


@pytest.mark.parametrize(
    ("codec", "mark", "label"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8"),
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("cp1252", b"", "Latin-1"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_windows_give_each_line_once_with_its_number(codec, mark, label, newline):
    file, size = opened(LONG.replace("\n", newline), codec, mark)
    rows = list(rows_of(file, size))
    lines = LONG.splitlines()
    # The last window is empty where the one before it took the last line whole.
    assert [(row.line, row.text) for row in rows if row.text] == list(enumerate(lines, 1))
    assert window(file, size, 1).encoding.label == label


def test_a_line_longer_than_a_window_goes_on_in_the_next():
    long = "début " + "é" * (3 * WINDOW) + " fin\nla suite\n"
    rows = list(rows_of(*opened(long)))
    assert "".join(row.text for row in rows) == long.replace("\n", "")
    assert max(len(row.text) for row in rows) == ROW
    assert [row.line for row in rows if row.line is not None] == [1, 2]


def test_beyond_the_last_window_is_the_last():
    file, size = opened(LONG)
    assert window(file, size, 10_000) == window(file, size, window(file, size, 1).count)


def test_an_empty_file_has_one_empty_line():
    assert [(row.line, row.text) for row in window(io.BytesIO(b""), 0, 1).rows] == [(1, "")]


def test_what_turns_or_hides_the_rest_is_shown_by_name():
    seen = window(*opened("a\u202eb\x00\x1bc\u200bd\tz"), 1)
    assert seen.rows[0].text == "a[U+202E]b␀␛c[U+200B]d\tz"


@pytest.mark.parametrize(("codec", "mark"), [("utf-8", b""), ("utf-16-le", b"\xff\xfe"), ("cp1252", b"")])
def test_search_tells_the_line_and_the_window(codec, mark):
    file, size = opened(LONG, codec, mark)
    found = search(file, size, "003210 UNE")
    hit = found.hits[0]
    assert (len(found.hits), hit.line, hit.found, found.is_cut) == (1, 3211, "003210 une", False)
    assert 3211 in [row.line for row in window(file, size, hit.window).rows]


def test_search_stops_at_many_and_says_so():
    file, size = opened(LONG)
    found = search(file, size, "ligne du")
    assert (len(found.hits), found.is_cut) == (200, True)
    assert search(file, size, "introuvable").hits == ()


def test_no_text_makes_a_search_slow():
    """What a pattern, or a naive comparison, takes minutes for."""
    file, size = opened("a" * 8_000_000)
    begun = time.process_time()
    found = search(file, size, "a" * 99 + "b")
    assert (found.hits, found.looked) == ((), size)
    assert time.process_time() - begun < 1


def test_a_search_ends_when_its_time_is_over_within_what_it_began(monkeypatch):
    monkeypatch.setattr(windows, "SECONDS", -1)
    found = search(*opened("a" * 8_000_000), "b")
    assert (found.is_cut, found.looked <= SEARCHED) == (True, True)


def test_words_are_found_across_the_parts_of_a_long_line():
    file, size = opened("é" * (SEARCHED // 2 - 2) + "l’aiguille" + "é" * SEARCHED)
    assert [hit.found for hit in search(file, size, "L’AIGUILLE").hits] == ["l’aiguille"]


def test_broken_bytes_do_not_lead_to_another_window():
    half = b"entendu \xe9\xe8 " * 40_000 + b"\n"
    data = b"\xc3\xa9\n" * 100_000 + half + b"l'aiguille\n" + half
    found = search(io.BytesIO(data), len(data), "aiguille").hits[0]
    seen = window(io.BytesIO(data), len(data), found.window)
    assert any("l'aiguille" in row.text for row in seen.rows)


def test_no_character_changes_the_length_of_what_is_compared():
    assert [c for c in map(chr, range(sys.maxunicode + 1)) if len(fold(c)) != 1] == []
    assert fold("ΟΔΟΣ ΟΔΟΣ") == fold("οδος οδοσ")


def test_far_into_a_large_file_lines_have_no_number(monkeypatch):
    monkeypatch.setattr(windows, "NUMBERED", 2 * WINDOW)
    file, size = opened(LONG)
    first, last = window(file, size, 1), window(file, size, 10_000)
    assert (first.rows[0].line, {row.line for row in last.rows}) == (1, {None})


def test_words_are_no_pattern():
    assert [h.line for h in search(*opened("a.c\nabc\n"), "a.c").hits] == [1]


def test_fifty_megabytes_are_never_in_memory_at_once(tmp_path):
    path = tmp_path / "gros.log"
    line = b"2026-03-02 12:00:00 INFO une ligne comme une autre\n"
    with path.open("wb") as file:
        for _block in range(50):
            file.write(line * (1024 * 1024 // len(line)))
        file.write(b"ERREUR finale\n")
    size = path.stat().st_size
    with path.open("rb") as file:
        tracemalloc.start()
        last = window(file, size, 10**6)
        found = search(file, size, "erreur FINALE")
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert last.rows[-2 if not last.rows[-1].text else -1].text == "ERREUR finale"
    assert found.hits[0].window == last.n
    assert peak < 16 * 1024 * 1024
