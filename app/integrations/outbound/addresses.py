"""Which addresses a webhook may call: public ones, and those of networks that a setting lists.

A name is resolved once for each try; what it leads to is checked, and the connection goes to that very address, so that a
name which answers differently a moment later (DNS rebinding) leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

import httpx

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
MOST_URL = 500

# addresses that count as public and still lead inside: other networks' addresses in disguise, and a cloud's own host
_INSIDE = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "168.63.129.16/32")
)


class AddressRefused(Exception):
    """The name leads to an address that webhooks may not call."""


class HostUnknown(Exception):
    """The name leads nowhere."""


def may_call(address: IpAddress, allowed: Sequence[IpNetwork]) -> bool:
    """Tell whether an address may be called: it lies in an allowed network, or is public in every reading."""
    plain = _unmapped(address)
    if any(plain in network for network in allowed if network.version == plain.version):
        return True
    if not plain.is_global or plain.is_multicast or plain.is_reserved:
        return False
    return not any(plain in network for network in _INSIDE if network.version == plain.version)


def resolved(host: str, port: int, allowed: Sequence[IpNetwork]) -> list[str]:
    """Look a name up and give its addresses. HostUnknown: none. AddressRefused: any of them may not be called."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise HostUnknown(host) from problem
    addresses = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    if not addresses:
        raise HostUnknown(host)
    if not all(may_call(ipaddress.ip_address(each), allowed) for each in addresses):
        raise AddressRefused(host)
    return addresses


def looks_private(host: str, allowed: Sequence[IpNetwork]) -> bool:
    """Tell, without asking anybody, whether a host as typed can only be inside: a literal address or a local name."""
    if host.rstrip(".").lower() == "localhost":
        return not may_call(ipaddress.ip_address("127.0.0.1"), allowed)
    try:
        return not may_call(ipaddress.ip_address(host.strip("[]")), allowed)
    except ValueError:
        return False


def parsed(url: str, *, allows_http: bool) -> httpx.URL | None:
    """Read the address of an endpoint; None when it is none that could be called: https, a host, no user and no fragment."""
    try:
        found = httpx.URL(url)
        usable = bool(found.host) and (found.port is None or 0 < found.port < 65536)
    except (httpx.InvalidURL, ValueError, UnicodeError):
        return None
    schemes = ("https", "http") if allows_http else ("https",)
    bad = len(url) > MOST_URL or found.userinfo or found.fragment or not url.isprintable() or " " in url
    return found if usable and found.scheme in schemes and not bad else None


def _unmapped(address: IpAddress) -> IpAddress:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
