"""Input and output of the API of what belongs to a complaint: the similar and the linked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.complaints.schemas import Text
from app.core.api import In, Out


class SimilarOut(Out):
    """A complaint that may be the same: `similarity` is that of the words, 0 to 1."""

    id: UUID
    reference: str
    status: str
    received_at: datetime
    similarity: float
    is_same_patient: bool
    is_same_phone: bool


class LinkedOut(Out):
    """A complaint that belongs to another one: related, or about the same event."""

    id: UUID
    reference: str
    status: str
    received_at: datetime
    kind: str


class LinkIn(In):
    """The number of the other complaint, and how they belong together."""

    other: Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[A-Za-z0-9-]*$")]
    kind: Literal["related", "same_event"] = "related"


class UnlinkIn(In):
    """The other complaint, or this one itself where it is not about the event."""

    other_id: UUID
    kind: Literal["related", "same_event"] = "related"


class EventNoteIn(In):
    """A note, or a message, for all complaints about one event."""

    kind: Literal["note", "message"] = "note"
    body: Text


class EventNoteOut(Out):
    """The numbers of the complaints that it was written to, and of those whose complainant no message reaches."""

    written: list[str]
    unreachable: list[str]
