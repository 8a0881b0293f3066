"""Input and output of the API of suggestions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.api import Out, VersionedIn


class SuggestionOut(Out):
    """What is suggested: `value` is the id of a class or department, or a severity; `made_from` says why."""

    id: UUID
    complaint_id: UUID
    what: str
    value: str
    confidence: float
    made_from: dict[str, Any]
    state: str
    corrected_to: str
    judged_at: datetime | None
    judged_by_id: UUID | None
    created_at: datetime


class SuggestionAcceptIn(VersionedIn):
    """The version of the complaint that the caller saw."""
