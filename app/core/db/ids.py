"""UUIDv7 ids, made in Python by this one function: sortable by creation, unique across machines (RFC 9562)."""

from __future__ import annotations

import secrets
import threading
from uuid import UUID

from app.core.time import clock

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """Give a new id whose order is the order of creation within this process, also inside one millisecond."""
    global _last
    millis = int(clock.now().timestamp() * 1000)
    with _lock:
        # 48 bits of milliseconds and 12 of a counter form one number that only rises while the clock does
        stamp = millis << 12
        _last = stamp if stamp > _last or _last - stamp > (1 << 40) else _last + 1
        stamp = _last
    return _compose(stamp)


def uuid7_at(millis: int) -> UUID:
    """Give an id that sorts at `millis` since the epoch (demo data that was created in the past)."""
    return _compose((millis << 12) | secrets.randbits(12))


def _compose(stamp: int) -> UUID:
    high = (stamp >> 12) << 16 | 0x7000 | (stamp & 0xFFF)
    low = 0x8000000000000000 | secrets.randbits(62)
    return UUID(int=high << 64 | low)
