"""Keys of pages: lists are paged by where the last row stood, not by counting rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

READERS: Mapping[type, Callable[[Any], Any]] = {datetime: datetime.fromisoformat, UUID: UUID, int: int}
MOST = 2**31 - 1  # a number of a key is compared with the database's integers


def write_key(*place: Any) -> str:
    """Give the address part that stands for the row after which the next page begins: an instant and an id, or what orders."""
    said = [each.isoformat() if isinstance(each, datetime) else each for each in place]
    return base64.urlsafe_b64encode(json.dumps(said, default=str).encode()).decode()


def read_key(key: str | None, kinds: tuple[type, ...] = (datetime, UUID)) -> Any:
    """Read it back as a tuple of these types; anything that is none means the first page, and gives None."""
    if not key:
        return None
    try:
        said = json.loads(base64.urlsafe_b64decode(key.encode()))
        place = tuple(READERS[kind](each) for kind, each in zip(kinds, said, strict=True))
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
    return None if any(isinstance(each, int) and abs(each) > MOST for each in place) else place
