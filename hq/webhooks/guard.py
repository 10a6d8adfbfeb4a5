"""Where webhooks may go: out into the world, and not into the networks that HQ stands in.

Whoever may name an address makes HQ knock at it from inside. So one that isn't public is refused, by what its name
leads to at the moment of each connection, unless the file `webhook-networks` in HQ's folder lists its network. Only
somebody on HQ's machine writes that file. Plain http goes to those networks alone.
"""

import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hq.faults import NotPossible, SetUpFault
from hq.home import Hq, folder_of

FILE = "webhook-networks"
URL_MAX = 500
PORTS = {"http": 80, "https": 443}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was read: `target` is the path with its query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_plain(self) -> bool:
        """Tell whether everybody on the way can read it."""
        return self.scheme == "http"


def read_target(url: str) -> Target:
    """Read an address that events can be sent to. Raises `NotPossible`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotPossible("This is no address that events can be sent to.") from None
    is_sound = url.isascii() and url.isprintable() and " " not in url and len(url) <= URL_MAX
    if (
        not is_sound
        or parts.scheme not in PORTS
        or not parts.hostname
        or port == 0
        or parts.username is not None
    ):
        raise NotPossible(
            "An endpoint's address begins with https:// and a host's name, and holds no password."
        )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or PORTS[parts.scheme], target)


def check_target(target: Target, networks: tuple[Network, ...]) -> None:
    """Refuse what can be seen to be shut without looking a name up. Raises `NotPossible`."""
    try:
        ipaddress.ip_address(target.host)
    except ValueError:
        if target.is_plain and not networks:
            raise NotPossible("An endpoint's address begins with https://.") from None
        return
    if not may_go_to(target.host, networks, is_plain=target.is_plain):
        raise NotPossible("Webhooks go to public addresses, and to networks that HQ's machine allows.")


def allowed_networks(hq: Hq) -> tuple[Network, ...]:
    """Return the networks of ours that webhooks may go to; none unless somebody wrote them down."""
    try:
        text = (folder_of(hq) / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    return tuple(ipaddress.ip_network(line.strip()) for line in text.splitlines() if line.strip())


def allow_networks(folder: Path, networks: list[str]) -> None:
    """Write down which networks of ours webhooks may go to, in the place of those before. Raises `SetUpFault`."""
    try:
        read = [str(ipaddress.ip_network(each)) for each in networks]
    except ValueError as problem:
        raise SetUpFault(f"A network is written like 10.1.0.0/16: {problem}.") from problem
    (folder / FILE).write_text("".join(f"{each}\n" for each in read), encoding="utf-8")


def vetted_addresses(target: Target, networks: tuple[Network, ...]) -> list[str]:
    """Return the addresses that a host's name leads to now and that may be connected to. Raises `OSError`."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    good = [text for text in addresses if may_go_to(text, networks, is_plain=target.is_plain)]
    if not good:
        kind = "Plain http goes" if target.is_plain else "Webhooks go"
        where = (
            "to networks that the file webhook-networks lists" if target.is_plain else "to public addresses"
        )
        raise PermissionError(f"{kind} {where} only, and {target.host} is {', '.join(addresses)}.")
    return good


def may_go_to(text: str, networks: tuple[Network, ...], *, is_plain: bool) -> bool:
    """Tell whether an address may be connected to, by what it leads to where it only carries another."""
    address = _meant(ipaddress.ip_address(text.partition("%")[0]))
    if any(address.version == network.version and address in network for network in networks):
        return True
    return _is_public(address) and not is_plain


NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an address of IPv4


UNICAST = ipaddress.IPv6Network(
    "2000::/3"
)  # RFC 4291: what is public lies here; what else looks so carries IPv4
RESERVED = (  # public by the rest of their form, and newer than what the library knows (RFC 9637, RFC 7526)
    ipaddress.IPv6Network("3fff::/20"),
    ipaddress.IPv4Network("192.88.99.0/24"),
)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in UNICAST:
        return False
    is_reserved = any(address.version == each.version and address in each for each in RESERVED)
    return address.is_global and not address.is_multicast and not is_reserved


def _meant(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    carried = address.ipv4_mapped or address.sixtofour
    if carried is None and address in NAT64:
        carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return carried or address
