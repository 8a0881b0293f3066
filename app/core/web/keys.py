"""Keys of pages: lists are paged by where the last row stood, not by counting rows."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from uuid import UUID


def write_key(at: datetime, row_id: UUID) -> str:
    """Give the address part that stands for the row after which the next page begins."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), str(row_id)]).encode()).decode()


def read_key(key: str | None) -> tuple[datetime, UUID] | None:
    """Read it back; anything that is none means the first page."""
    if not key:
        return None
    try:
        at, row_id = json.loads(base64.urlsafe_b64decode(key.encode()))
        return datetime.fromisoformat(at), UUID(row_id)
    except (ValueError, TypeError, AttributeError):
        return None
