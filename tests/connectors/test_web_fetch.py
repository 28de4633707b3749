"""Fetching, on the wire: a small server misbehaves in each way, and every way ends in a sentence."""

import gzip
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jalon.connectors.web_fetch import Failure, FetchError, Limits, Network, fetch, link_answers
from jalon.connectors.web_fetch.addresses import networks_of

SMALL = Limits(seconds=3, max_bytes=10_000)
KEY = "GazelleAPIKey not-for-anybody"


class Site(BaseHTTPRequestHandler):
    """Paths say what to do; `seen` keeps what was asked."""

    seen: list[tuple[str, str, str]] = []

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.seen.append((self.headers["Host"], self.path, self.headers.get("Authorization", "")))
        kind, _slash, rest = self.path.lstrip("/").partition("/")
        getattr(self, f"serve_{kind}")(rest)

    def answer(self, status=200, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def serve_ok(self, _):
        self.answer(body=b"<ok/>", Content_Type="application/xml; charset=utf-8", Content_Length="5")

    def serve_status(self, code):
        self.answer(int(code), b"no")

    def serve_to(self, where):
        self.answer(302, Location=unquote(where).replace("~", ":/", 1))

    def serve_again(self, _):
        self.answer(302, Location="/again/")

    def serve_large(self, _):
        self.answer(body=b"x" * 20_000)

    def serve_claims(self, _):
        self.answer(Content_Length="99999999999")

    def serve_bomb(self, _):
        self.answer(body=gzip.compress(b"0" * 50_000_000), Content_Encoding="gzip")

    def serve_gzip(self, _):
        self.answer(body=gzip.compress(b"<ok/>"), Content_Encoding="gzip", Content_Type="text/xml")

    def serve_cut(self, _):
        self.answer(body=b"<ok", Content_Length="5")

    def serve_cutgzip(self, _):
        self.answer(body=gzip.compress(b"<ok/>")[:-6], Content_Encoding="gzip")

    def serve_brotli(self, _):
        self.answer(body=b"??", Content_Encoding="br")

    def serve_drip(self, _):
        """One byte of a header at a time: each arrives long before a time-out between two of them."""
        try:
            for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    def serve_nonsense(self, _):
        self.wfile.write(b"this is no HTTP\r\n\r\n")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    yield from serving(ThreadingHTTPServer(("127.0.0.1", 0), Site))


def serving(server) -> Iterator[int]:
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def network(port) -> Network:
    Site.seen = []
    return Network(stand_ins={"one.example": ("127.0.0.1", port), "two.example": ("127.0.0.1", port)})


def get(path, network, **options):
    return fetch(f"https://one.example/{path}", network=network, limits=SMALL, **options)


def failure(path, network, **options) -> FetchError:
    with pytest.raises(FetchError) as failed:
        get(path, network, **options)
    return failed.value


def test_a_link_is_fetched_with_its_host_and_key(network):
    found = get("ok/?a=1", network, authorization=KEY, media_types=["application/xml", "text/xml"])
    assert (found.status, found.media_type, found.body) == (200, "application/xml", b"<ok/>")
    assert Site.seen == [("one.example", "/ok/?a=1", KEY)]


def test_a_compressed_answer_is_inflated(network):
    assert get("gzip/", network).body == b"<ok/>"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("status/401", Failure.NO_ACCESS),
        ("status/403", Failure.NO_ACCESS),
        ("status/404", Failure.NOT_FOUND),
        ("status/410", Failure.NOT_FOUND),
        ("status/418", Failure.OTHER_ANSWER),
        ("status/429", Failure.BUSY),
        ("status/500", Failure.SERVER_FAILED),
        ("status/503", Failure.BUSY),
        ("status/302", Failure.OTHER_ANSWER),
        ("large/", Failure.TOO_BIG),
        ("claims/", Failure.TOO_BIG),
        ("bomb/", Failure.TOO_BIG),
        ("cut/", Failure.BROKEN_ANSWER),
        ("cutgzip/", Failure.BROKEN_ANSWER),
        ("brotli/", Failure.BROKEN_ANSWER),
        ("nonsense/", Failure.BROKEN_ANSWER),
        ("to/http~/one.example/ok/", Failure.REDIRECTED_ELSEWHERE),
        ("to/https~/user@two.example/", Failure.REDIRECTED_ELSEWHERE),
        ("to/file~//etc/passwd", Failure.REDIRECTED_ELSEWHERE),
        ("to/https~/127.0.0.1/", Failure.REFUSED_ADDRESS),
        ("to/https~/2852039166/latest/meta-data", Failure.REFUSED_ADDRESS),
        ("to/https~/[::ffff:10.0.0.1]/", Failure.REDIRECTED_ELSEWHERE),
        ("to/https~/[bad", Failure.REDIRECTED_ELSEWHERE),
        ("to///[x", Failure.REDIRECTED_ELSEWHERE),
    ],
)
def test_each_way_to_fail_has_its_name(network, path, expected):
    assert failure(path, network).failure == expected


def test_redirects_are_followed_and_only_so_many(network):
    assert get("to/https~/one.example/to/https~/two.example/ok/", network).body == b"<ok/>"
    assert failure("again/", network).failure == Failure.TOO_MANY_REDIRECTS
    assert [path for _host, path, _key in Site.seen[3:]] == ["/again/"] * 4


def test_the_key_never_goes_to_another_host(network):
    get("to/https~/two.example/ok/", network, authorization=KEY)
    assert [(host, key) for host, _path, key in Site.seen] == [("one.example", KEY), ("two.example", "")]


def test_only_the_hosts_of_the_programme_are_asked(network):
    elsewhere = failure("to/https~/two.example/ok/", network, hosts=["One.example"])
    assert (elsewhere.failure, len(Site.seen)) == (Failure.REDIRECTED_ELSEWHERE, 1)
    assert "https://two.example" in elsewhere.message
    with pytest.raises(FetchError) as refused:
        fetch("https://two.example/ok/", network=network, hosts=["one.example"])
    assert (refused.value.failure, len(Site.seen)) == (Failure.HOST_NOT_ALLOWED, 1)
    assert "one.example" in refused.value.remedy


def test_a_page_is_no_report(network):
    assert failure("gzip/", network, media_types=["application/json"]).failure == Failure.WRONG_TYPE


def test_the_deadline_counts_everything_even_drop_by_drop(network):
    begun = time.monotonic()
    with pytest.raises(FetchError) as late:
        fetch("https://one.example/drip/", network=network, limits=Limits(seconds=0.5))
    assert late.value.failure == Failure.TIMED_OUT
    assert time.monotonic() - begun < 2


def test_a_resolver_that_never_answers_is_left_behind():
    waiting = threading.Event()
    network = Network(resolve=lambda *_: waiting.wait(10) and [])
    with pytest.raises(FetchError) as late:
        fetch("https://slow.example/", network=network, limits=Limits(seconds=0.2))
    waiting.set()
    assert late.value.failure == Failure.TIMED_OUT


def test_a_name_that_is_not_there(network):
    def unknown(host, port):
        raise OSError("no such name")

    assert failure_of("https://gone.example/", replace(network, resolve=unknown)) == Failure.NAME_NOT_FOUND


def failure_of(url, network):
    with pytest.raises(FetchError) as failed:
        fetch(url, network=network, limits=SMALL)
    return failed.value.failure


def test_every_failure_says_what_and_how_to_mend_it():
    words = {
        "accepted": "a.example",
        "seconds": 8,
        "target": "https://b.example",
        "status": 500,
        "limit": "5 Mo",
        "found": "text/html",
    }
    for kind in Failure:
        error = FetchError(kind, "one.example", **words)
        assert error.message.endswith(".")
        assert error.remedy.endswith(".")


def test_whether_a_link_answers(network):
    assert link_answers("https://one.example/large/", network=network).answers
    gone = link_answers("https://one.example/status/404", network=network)
    assert gone.problem
    assert (gone.answers, gone.problem.failure, gone.problem.may_pass) == (False, Failure.NOT_FOUND, True)


# --- TLS, to the address that was checked


@pytest.fixture(scope="module")
def secured(tmp_path_factory) -> Iterator[tuple[int, str]]:
    """A server with a certificate for "tls.example", and the file of the authority that gave it."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tls.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("tls.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / "tls.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    for served in serving(server):
        yield served, str(pem)


def tls_network(secured, *answers, trusted=True):
    """A resolver that gives another answer each time it is asked: DNS rebinding."""
    port, pem = secured
    asked = []

    def resolve(host, _port):
        asked.append(host)
        return list(answers[min(len(asked), len(answers)) - 1])

    def tls():
        return ssl.create_default_context(cafile=pem if trusted else None)

    allowed = networks_of("127.0.0.1/32")
    return Network(allowed=allowed, ports=(port, 443), resolve=resolve, tls=tls), asked


def test_the_connection_goes_to_the_checked_address_with_the_name_of_the_host(secured):
    network, asked = tls_network(secured, ["127.0.0.1"], ["10.0.0.1"])
    host, Site.seen = f"tls.example:{secured[0]}", []
    assert fetch(f"https://{host}/ok/", network=network, limits=SMALL).body == b"<ok/>"
    assert (asked, Site.seen) == (["tls.example"], [(host, "/ok/", "")])


def test_a_name_that_turns_private_at_the_next_hop_is_refused_there(secured):
    network, asked = tls_network(secured, ["127.0.0.1"], ["169.254.169.254"])
    host = f"tls.example:{secured[0]}"
    moved = failure_of(f"https://{host}/to/https~/{host}/ok/", network)
    assert (moved, len(asked)) == (Failure.REFUSED_ADDRESS, 2)


def test_a_certificate_must_be_the_hosts_and_believed(secured):
    network, _asked = tls_network(secured, ["127.0.0.1"])
    assert failure_of(f"https://other.example:{secured[0]}/ok/", network) == Failure.BAD_CERTIFICATE
    network, _asked = tls_network(secured, ["127.0.0.1"], trusted=False)
    assert failure_of(f"https://tls.example:{secured[0]}/ok/", network) == Failure.BAD_CERTIFICATE


def test_nobody_listening_is_no_connection(secured):
    network, _asked = tls_network(secured, ["127.0.0.1"])
    assert failure_of("https://tls.example/", network) == Failure.NO_CONNECTION
