"""clamd's own protocol: "zINSTREAM", chunks led by their length (4 bytes, big endian), an empty one ends."""

import contextlib
import socket
from collections.abc import Iterable

TIMEOUT = 120.0  # seconds without a byte; clamd answers only after it has looked at everything
MAX_ANSWER = 4096
# What it "finds" in a file that it did not look through, where its AlertExceedsMax is on; else it says OK.
NOT_LOOKED_THROUGH = "Heuristics.Limits.Exceeded"


class AntivirusError(Exception):
    """No verdict: clamd is away, or refused to look."""


class TooLarge(AntivirusError):
    """Beyond one of its limits: asking again is useless while the operator does not raise it."""


def scan(address: str, chunks: Iterable[bytes], *, patience: float = TIMEOUT) -> str:
    """The name of the signature that was found, or "" for a clean stream."""
    try:
        with _connect(address, patience) as connection:
            # clamd hangs up in the middle of a stream that is too long for it: its answer says so.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                _send(connection, chunks)
            answer = _receive(connection)
    except OSError as error:
        raise AntivirusError(f"clamd at {address}: {error}") from error
    return _verdict(answer)


def _connect(address: str, patience: float) -> socket.socket:
    host, separator, port = address.rpartition(":")
    if separator and port.isdigit() and "/" not in port:
        return socket.create_connection((host.strip("[]"), int(port)), timeout=patience)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(patience)
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _send(connection: socket.socket, chunks: Iterable[bytes]) -> None:
    connection.sendall(b"zINSTREAM\0")
    for chunk in chunks:
        if chunk:  # an empty chunk would end the stream
            connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
    connection.sendall(bytes(4))


def _receive(connection: socket.socket) -> str:
    answer = b""
    while len(answer) < MAX_ANSWER and (part := connection.recv(MAX_ANSWER)):
        answer += part
        if answer.endswith(b"\0"):
            break
    return answer.rstrip(b"\0\n").decode(errors="replace")


def _verdict(answer: str) -> str:
    """What clamd says: "stream: OK" or "stream: Eicar-Test-Signature FOUND"; anything else is no verdict."""
    if answer == "stream: OK":
        return ""
    found = answer.removeprefix("stream: ").removesuffix(" FOUND")
    if "size limit exceeded" in answer or found.startswith(NOT_LOOKED_THROUGH):
        raise TooLarge(f"clamd answered: {answer}")
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return found
    raise AntivirusError(f"clamd answered: {answer or 'nothing'}")
