"""Which addresses a webhook may call: public ones, and those of networks that a setting lists.

A name is resolved once for each try; what it leads to is checked, and the connection goes to that very address, so that a
name which answers differently a moment later (DNS rebinding) leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

import httpx

from app.core.outside import IpNetwork, may_call

MOST_URL = 500


class AddressRefused(Exception):
    """The name leads to an address that webhooks may not call."""


class HostUnknown(Exception):
    """The name leads nowhere."""


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
