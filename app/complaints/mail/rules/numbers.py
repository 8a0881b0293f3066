"""Which case an e-mail names: by number in subject or address, or by the messages that it answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.core.text.digits import western_digits

_NUMBER = re.compile(r"(?<![A-Za-z0-9])(CMP|INQ)[-\s]?(\d{4})[-\s]?(\d{6,9})(?!\d)", re.IGNORECASE)
_OURS = re.compile(r"^<([A-Za-z0-9._-]{6,60})@px360\.invalid>$")


def numbers_in(*texts: str) -> list[str]:
    """Give the numbers of complaints and inquiries that stand in texts (Arabic digits as well), each once, in order."""
    written = (each for text in texts for each in _NUMBER.findall(western_digits(text)))
    found = (f"{kind.upper()}-{year}-{number}" for kind, year, number in written)
    return list(dict.fromkeys(found))


def plus_parts(addresses: Iterable[str]) -> list[str]:
    """Give what stands behind the plus sign of addresses: office+CMP-2026-000123@hospital.example."""
    return [local.partition("+")[2] for local in (each.rpartition("@")[0] for each in addresses) if "+" in local]


def our_references(message_ids: Iterable[str]) -> list[str]:
    """Give our own references of the messages that an e-mail answers."""
    return [found[1] for each in message_ids if (found := _OURS.match(each))]
