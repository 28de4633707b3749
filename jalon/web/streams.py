"""The body of a large request, in pieces, without the copies that a server makes for small ones.

gunicorn hands a body out through three buffers, each of which costs more than the network. Where it serves, its socket
is read into one buffer of ours; anywhere else (tests, other servers) the request is read as usual.
"""

import socket
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from gunicorn.http.body import Body, LengthReader

PIECE = 1024 * 1024


def pieces_of(request: HttpRequest) -> Iterator[bytes | memoryview]:
    """Valid until the next one is asked for. A connection that breaks, or says nothing more, ends them early."""
    body, sock = request.META.get("wsgi.input"), request.META.get("gunicorn.socket")
    if sock is not None and isinstance(body, Body) and isinstance(body.reader, LengthReader):
        return _from_socket(body, sock)
    return iter(lambda: request.read(PIECE), b"")


def _from_socket(body: Any, sock: socket.socket) -> Iterator[bytes | memoryview]:
    reader, rest = body.reader, body.reader.length
    body.failed = True  # until all is read: what follows on this connection is no request
    held = body.buf.getvalue() + reader.unreader.take_buffered()
    reader.unreader.unread(held[rest:])  # of the next request
    if early := held[:rest]:
        rest -= len(early)
        yield early
    buffer = memoryview(bytearray(min(rest, PIECE)))
    while rest:
        try:
            got = sock.recv_into(buffer, min(rest, PIECE), socket.MSG_WAITALL)
        except OSError:  # cut off, or silent for too long
            return
        if not got:
            return
        rest -= got
        yield buffer[:got]
    reader.length, body.failed = 0, False
