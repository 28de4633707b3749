"""One GET on one connection: to an address that was checked, within a deadline that counts everything, and bounded."""

import http.client
import queue
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat

from jalon.connectors.web_fetch.addresses import HTTPS, Network
from jalon.connectors.web_fetch.failures import Failure, FetchError

CHUNK = 64 * 1024


@dataclass(frozen=True)
class Limits:
    """`seconds` for all of it: names, connections, redirects, content. `max_bytes` after decompression as before."""

    seconds: float = 8.0
    max_bytes: int = 5 * 1024 * 1024
    redirects: int = 3


@dataclass(frozen=True)
class Target:
    """Where one request goes. `path` begins with a slash and holds the query."""

    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Answer:
    """`headers` by lower-case name; `body` is empty where it was not asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Deadline:
    """The instant at which whatever is under way stops, however slowly the other side drips."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return self._end - time.monotonic()

    def check(self, host: str) -> float:
        """The seconds left; FetchError when there are none."""
        left = self.left
        if left <= 0:
            raise FetchError(Failure.TIMED_OUT, host, seconds=round(self.seconds))
        return left


def resolved(network: Network, target: Target, deadline: Deadline) -> list[str]:
    """The addresses of the host, asked for once, and each of them one that may be connected to."""
    found: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found.put(list(network.resolve(target.host, target.port)))
        except (OSError, UnicodeError) as error:
            found.put(error)

    # The system's resolver knows no deadline: it is left behind when ours has passed.
    threading.Thread(target=ask, daemon=True).start()
    try:
        addresses = found.get(timeout=deadline.check(target.host))
    except queue.Empty:
        raise FetchError(Failure.TIMED_OUT, target.host, seconds=round(deadline.seconds)) from None
    if isinstance(addresses, Exception) or not addresses:
        raise FetchError(Failure.NAME_NOT_FOUND, target.host)
    if not all(network.admits(address) for address in addresses):
        raise FetchError(Failure.REFUSED_ADDRESS, target.host)
    return addresses


class PinnedConnection(http.client.HTTPConnection):
    """Speaks with `host` at addresses that were checked: the name is never looked up again.

    Over TLS the certificate must be the host's. Without `tls` (stand-ins on loopback only) it speaks in clear.
    """

    default_port = HTTPS

    def __init__(
        self,
        target: Target,
        addresses: list[tuple[str, int]],
        deadline: Deadline,
        tls: Callable[[], ssl.SSLContext] | None,
    ) -> None:
        super().__init__(target.host, target.port)
        self._addresses = addresses
        self._deadline = deadline
        self._tls = tls
        self._watch: threading.Timer | None = None

    def connect(self) -> None:
        self.sock = self._open()
        self._watch = threading.Timer(max(self._deadline.left, 0), self._hang_up)
        self._watch.daemon = True
        self._watch.start()
        if self._tls:
            # The handshake comes second, so that the watch already covers it.
            self.sock = self._tls().wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def _open(self) -> socket.socket:
        refused: OSError | None = None
        for address in self._addresses:
            try:
                return socket.create_connection(address, timeout=self._deadline.check(self.host))
            except OSError as error:
                refused = error
        raise refused or ConnectionError(self.host)

    def _hang_up(self) -> None:
        """From the watch: whoever reads or writes now gets an end of file."""
        sock = self.sock
        if sock is not None:
            try:
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                return  # it had ended by itself

    def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        super().close()


def get(
    network: Network,
    target: Target,
    headers: Mapping[str, str],
    limits: Limits,
    deadline: Deadline,
    *,
    body: bool,
) -> Answer:
    """One request and its answer, without following anything. FetchError: none that can be used."""
    stand_in = network.stand_ins.get(target.host)
    if stand_in:
        connection = PinnedConnection(target, [stand_in], deadline, tls=None)
    else:
        addresses = [(address, target.port) for address in resolved(network, target, deadline)]
        connection = PinnedConnection(target, addresses, deadline, tls=network.tls)
    try:
        connection.request("GET", target.path, headers=dict(headers))
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        wanted = body and response.status in (200, 206)
        return Answer(
            response.status, found, _content(response, found, target.host, limits) if wanted else b""
        )
    except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
        raise _failure(error, target.host, deadline) from error
    finally:
        connection.close()


def _failure(error: Exception, host: str, deadline: Deadline) -> FetchError:
    if isinstance(error, TimeoutError) or deadline.left <= 0:
        return FetchError(Failure.TIMED_OUT, host, seconds=round(deadline.seconds))
    if isinstance(error, ssl.SSLCertVerificationError):
        return FetchError(Failure.BAD_CERTIFICATE, host)
    broken = isinstance(error, ConnectionResetError | BrokenPipeError) or not isinstance(error, OSError)
    return FetchError(Failure.BROKEN_ANSWER if broken else Failure.NO_CONNECTION, host)


def _content(
    response: http.client.HTTPResponse, headers: Mapping[str, str], host: str, limits: Limits
) -> bytes:
    too_big = FetchError(Failure.TOO_BIG, host, limit=filesizeformat(limits.max_bytes))
    claimed = headers.get("content-length", "")
    if claimed.isdigit() and int(claimed) > limits.max_bytes:
        raise too_big
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise FetchError(Failure.BROKEN_ANSWER, host)
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    content, received = bytearray(), 0
    while chunk := response.read(CHUNK):
        received += len(chunk)
        # At most one byte more than the limit is ever inflated, whatever a chunk would become.
        room = limits.max_bytes + 1 - len(content)
        content += inflate.decompress(chunk, room) if inflate else chunk
        if max(len(content), received) > limits.max_bytes:
            raise too_big
    if (inflate and not inflate.eof) or (claimed.isdigit() and received < int(claimed)):
        raise FetchError(Failure.BROKEN_ANSWER, host)
    return bytes(content)
