"""A connection that says nothing more gives its thread back."""

import socket
from threading import Thread

import pytest
from django.http import HttpRequest
from gunicorn.http.body import Body, LengthReader
from gunicorn.http.unreader import SocketUnreader

from jalon.cli.patience import bound_silence
from jalon.web.streams import pieces_of


@pytest.fixture
def connection():
    """The server's end and the client's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        bound_silence(listener, 1)
        with socket.create_connection(listener.getsockname()) as client:
            served, _address = listener.accept()
            with served:
                served.setblocking(True)  # as gunicorn does
                yield served, client


def test_connections_inherit_the_limit(connection):
    served, _client = connection
    with pytest.raises(BlockingIOError):
        served.recv(1)


def test_a_body_that_stops_keeps_what_came(connection):
    served, client = connection
    request = HttpRequest()
    body = Body(LengthReader(SocketUnreader(served), 1000))
    request.META.update({"wsgi.input": body, "gunicorn.socket": served})
    client.sendall(b"x" * 10)
    found: list[bytes] = []
    reader = Thread(target=lambda: found.extend(bytes(piece) for piece in pieces_of(request)), daemon=True)
    reader.start()
    reader.join(timeout=10)
    assert (found, reader.is_alive(), body.failed) == ([b"x" * 10], False, True)
