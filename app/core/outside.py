"""Which addresses outside the portal may be talked to: public ones, and those of private networks that a setting lists.

Administrators type host names (a mail server, the receiver of webhooks); without this a name could lead into the hospital's
own network or to the host of a cloud. Callers look a name up once and connect to the very address that was judged here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# addresses that count as public and still lead inside: other networks' addresses in disguise, and a cloud's own host
_INSIDE = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "168.63.129.16/32")
)


def may_call(address: IpAddress, allowed: Sequence[IpNetwork]) -> bool:
    """Tell whether an address may be called: it lies in an allowed network, or is public in every reading."""
    plain = _unmapped(address)
    if any(plain in network for network in allowed if network.version == plain.version):
        return True
    if not plain.is_global or plain.is_multicast or plain.is_reserved:
        return False
    return not any(plain in network for network in _INSIDE if network.version == plain.version)


def networks_in(text: str) -> tuple[IpNetwork, ...]:
    """Read networks between commas. ValueError: one of them is none."""
    return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())


def _unmapped(address: IpAddress) -> IpAddress:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
