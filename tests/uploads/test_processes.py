"""Processes that share nothing but the disk."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from jalon.documents.storage.incoming import Elsewhere, Parts

NAME = "ab" * 32
PIECE = 64 * 1024
WRITER = """
import sys
from pathlib import Path
from jalon.documents.storage.incoming import Parts
parts, name = Parts(Path(sys.argv[1])), sys.argv[2]
def pieces(at):
    while True:
        yield bytes((at + n) // 7 % 251 for n in range(1024))
        at += 1024
print("ready", flush=True)
parts.append(name, parts.size(name), pieces(parts.size(name)))
"""


def expected(size: int) -> bytes:
    return bytes(n // 7 % 251 for n in range(size))


@pytest.mark.processes
def test_two_processes_take_the_pieces_in_turn(tmp_path):
    whole = expected(20 * PIECE)
    mine = Parts(tmp_path)
    mine.begin(NAME)
    program = (
        "import sys; from pathlib import Path; from jalon.documents.storage.incoming import Parts\n"
        "parts = Parts(Path(sys.argv[1]))\n"
        "for line in sys.stdin.buffer:\n"
        "    offset, length = map(int, line.split())\n"
        "    print(parts.append(sys.argv[2], offset, [sys.stdin.buffer.read(length)]), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        for n in range(20):
            piece = whole[n * PIECE : (n + 1) * PIECE]
            if n % 2:
                other.stdin.write(f"{n * PIECE} {PIECE}\n".encode() + piece)
                other.stdin.flush()
                end = int(other.stdout.readline())
            else:
                end = mine.append(NAME, n * PIECE, [piece])
            assert end == (n + 1) * PIECE == mine.size(NAME)
        other.stdin.close()
    assert mine.path(NAME).read_bytes() == whole


@pytest.mark.processes
def test_a_writer_killed_anywhere_leaves_a_right_beginning(tmp_path):
    parts = Parts(tmp_path)
    parts.begin(NAME)
    for _kill in range(5):
        had = parts.size(NAME)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), NAME],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert writer.stdout.readline() == b"ready\n"
        while parts.size(NAME) < had + 20_000:
            assert writer.poll() is None
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        assert parts.path(NAME).read_bytes() == expected(parts.size(NAME))


def test_of_two_that_write_at_the_same_place_one_goes_on(tmp_path):
    """Two requests after a cut, both from the same end: the bytes of one follow each other, the other is told."""
    parts = Parts(tmp_path)
    parts.begin(NAME)

    def write(_n: int) -> str:
        try:
            parts.append(NAME, 0, [expected(PIECE)[start : start + 1024] for start in range(0, PIECE, 1024)])
        except Elsewhere:
            return "told"
        return "wrote"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(write, range(4)))
    size = parts.size(NAME)
    assert outcomes.count("wrote") <= 1
    assert parts.path(NAME).read_bytes() == expected(PIECE)[:size]


def test_a_stream_that_breaks_keeps_what_came(tmp_path):
    parts = Parts(tmp_path)
    parts.begin(NAME)

    def breaking():
        yield b"a" * 100
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        parts.append(NAME, 0, breaking())
    assert (parts.size(NAME), parts.append(NAME, 100, [b"b"])) == (100, 101)


def test_what_is_over_takes_no_more_bytes(tmp_path):
    parts = Parts(tmp_path)
    parts.begin(NAME)
    parts.discard(NAME)
    with pytest.raises(FileNotFoundError):
        parts.append(NAME, 0, [b"x"])
    assert list(parts.folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "a", "A" * 64, ""])
def test_a_name_that_was_not_made_here_is_none(tmp_path, name):
    with pytest.raises(ValueError, match="Not the name of a part"):
        Parts(tmp_path).size(name)
