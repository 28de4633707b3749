"""Which addresses a link may lead to: the public internet, and what the operator named."""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
AnyNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

HTTPS = 443
# Blocks of the IANA special-purpose registries that versions of `ipaddress` judge differently.
_NEVER_V4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")  # the only space given out so far
_NEVER_V6 = tuple(
    ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


def is_public(address: Address) -> bool:
    """Given out to somebody on the internet, and not a wrapping (mapped, 6to4, Teredo, NAT64) of another address."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in block for block in _NEVER_V4)
    return (
        address in _PUBLIC_V6
        and address.is_global
        and not address.is_multicast
        and not any(address in block for block in _NEVER_V6)
    )


def system_resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the machine knows them. OSError (gaierror): none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@cache
def machine_tls() -> ssl.SSLContext:
    """TLS 1.2 or later, with the machine's own authorities (or those of SSL_CERT_FILE)."""
    return ssl.create_default_context()


@dataclass(frozen=True)
class Network:
    """What lies around us. The default reaches the public internet and nothing else.

    `allowed`: networks that an operator added. `stand_ins`: hosts whose requests go to another origin instead, in
    clear, on loopback: for the demo and for tests. `resolve` is the one place where a name becomes addresses, `tls`
    says whose certificates are believed.
    """

    allowed: tuple[AnyNetwork, ...] = ()
    stand_ins: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    ports: tuple[int, ...] = (
        HTTPS,
        8443,
    )  # others are no web pages: a link knocks at no other door of a host
    resolve: Resolve = system_resolve
    tls: Callable[[], ssl.SSLContext] = machine_tls

    def admits(self, address: str) -> bool:
        """Whether a resolved address may be connected to. A scoped one ("fe80::1%eth0") never."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.scope_id:
            return False
        return is_public(parsed) or any(parsed in network for network in self.allowed)


def network_of_settings() -> Network:
    """As the operator configured it (JALON_FETCH_NETWORKS, JALON_FETCH_STAND_INS)."""
    environment = settings.ENVIRONMENT
    return _network(environment.fetch_networks, environment.fetch_stand_ins)


@lru_cache(maxsize=4)
def _network(networks: str, stand_ins: str) -> Network:
    return Network(networks_of(networks), stand_ins_of(stand_ins))


def networks_of(text: str) -> tuple[AnyNetwork, ...]:
    """Of "10.2.0.0/16, fd00::/8". ValueError: one is none."""
    return tuple(ipaddress.ip_network(part) for part in _parts(text))


def stand_ins_of(text: str) -> dict[str, tuple[str, int]]:
    """Of "gazelle.example=127.0.0.1:8002": each host and where it is asked instead. ValueError: not on loopback."""
    found = {}
    for part in _parts(text):
        host, equals, origin = part.partition("=")
        address, _colon, port = origin.strip().rpartition(":")
        if not (host and equals and port.isdigit()):
            raise ValueError(f"{part!r} is not of the form host=127.0.0.1:port")
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError(f"{address} is not on loopback: a stand-in is asked in clear")
        found[host.strip().casefold()] = (address, int(port))
    return found


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
