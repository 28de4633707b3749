"""Where a link may lead: every way of writing an address of our own network is refused, whatever wraps it."""

import pytest

from jalon.connectors.web_fetch import Failure, FetchError, Network
from jalon.connectors.web_fetch.addresses import networks_of, stand_ins_of, system_resolve
from jalon.connectors.web_fetch.fetching import target_of
from jalon.connectors.web_fetch.wire import Deadline, Target, resolved

REFUSED = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
    "2002:7f00:1::", "2001:0:7f00:1::", "100::1", "3fff::1", "not an address", "",
)  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_nobodys_on_the_internet_is_refused(address):
    assert not Network().admits(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "193.17.48.1", "172.32.0.1", "2a01:e0a::1", "2606:4700::1111"]
)
def test_a_public_address_may_be_connected_to(address):
    assert Network().admits(address)


def test_an_operator_may_name_a_private_network_and_gets_that_one_only():
    network = Network(allowed=networks_of("10.2.0.0/16, fd00:2::/32"))
    asked = ("10.2.3.4", "fd00:2::1", "10.3.0.1", "127.0.0.1", "::ffff:10.2.3.4")
    assert [address for address in asked if network.admits(address)] == ["10.2.3.4", "fd00:2::1"]


# Ways to write 127.0.0.1, 10.0.0.1 or 169.254.169.254 that resolvers understand; they need no name server.
WRITTEN = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.01", "127.0.0.1.",
    "0", "167772161", "0xa9fea9fe", "2852039166", "localhost",
    "①②⑦.0.0.1", "127。0。0。1",
)  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_a_private_address_is_refused_however_it_is_written(written):
    with pytest.raises(FetchError) as refused:
        resolved(Network(), target_of(f"https://{written}/", Network()), Deadline(5))
    assert refused.value.failure in (Failure.REFUSED_ADDRESS, Failure.NAME_NOT_FOUND)


def test_one_private_address_among_public_ones_refuses_the_name():
    network = Network(resolve=lambda *_: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(FetchError) as refused:
        resolved(network, Target("mixed.example", 443, "/"), Deadline(5))
    assert refused.value.failure == Failure.REFUSED_ADDRESS


@pytest.mark.parametrize(
    "url",
    [
        "", "https://", "http://a.example/", "ftp://a.example/", "file:///etc/passwd", "//a.example/", "a.example",
        "javascript:alert(1)", "gopher://a.example/", "https://a.example:22/", "https://a.example:99999/",
        "https://user@a.example/", "https://user:secret@a.example/", "https://@a.example/", "https://a.example\\@b/",
        "https://a.example /", "https://a.example/\r\nHost: b", "https://a.example/\t", "https://[::1",
        "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:a00:1]/", "https://.",
        "https://a_b.example/", "https://-a.example/", "https://%31.example/", "https://a.example/" + "x" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_entire_https_address_is_refused(url):
    with pytest.raises(FetchError) as refused:
        target_of(url, Network())
    assert refused.value.failure == Failure.BAD_ADDRESS


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://Gazelle.Example", Target("gazelle.example", 443, "/")),
        ("https://gazelle.example./a?b=c#d", Target("gazelle.example", 443, "/a?b=c")),
        ("https://gazelle.example:8443/évs?x=é", Target("gazelle.example", 8443, "/%C3%A9vs?x=%C3%A9")),
        ("https://bücher.example/%2e", Target("xn--bcher-kva.example", 443, "/%2e")),
    ],
)
def test_where_a_link_leads(url, target):
    assert target_of(url, Network()) == target


def test_a_stand_in_answers_on_loopback_only():
    assert stand_ins_of("A.example=127.0.0.1:8002, b.example=::1:9") == {
        "a.example": ("127.0.0.1", 8002),
        "b.example": ("::1", 9),
    }
    for wrong in ("a.example", "a.example=10.0.0.1:80", "a.example=127.0.0.1", "=127.0.0.1:80"):
        with pytest.raises(ValueError, match=r"not|does not|form"):
            stand_ins_of(wrong)


def test_the_machine_resolves_names_to_addresses():
    assert system_resolve("127.0.0.1", 443) == ["127.0.0.1"]
