"""The same change to one row: what many are asked for, with a refusal that is raised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.bulk.deeds import OWNER, Wish
from app.core.bulk.together import Became
from app.core.errors import Refusal


def only(became: Became) -> Any:
    """Give the row that a change to one row gave. Raises the refusal of that row."""
    (found,) = became.values()
    if isinstance(found, Refusal):
        raise found
    return found


def to_owner(row_id: UUID, to: UUID, version: int) -> Mapping[UUID, Wish]:
    """Give the wish that one row of this version be handed over."""
    return {row_id: Wish(version, {OWNER: str(to)})}
