"""What promises say, on the case that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.complaints.events import ComplaintEvent
from app.complaints.inquiries.events import InquiryEvent


@dataclass(frozen=True)
class ComplaintPromiseMoved(ComplaintEvent):
    """A promise on a complaint was made, is due soon, was kept, broken, made good late or taken back."""

    kind: ClassVar[str] = "complaints.complaint.promise_moved"
    promise_id: UUID
    owner_id: UUID
    promise: str  # call, write, meet, other
    verb: str  # make, remind, keep, break, keep_late, withdraw
    due_at: datetime


@dataclass(frozen=True)
class InquiryPromiseMoved(InquiryEvent):
    """The same on an inquiry."""

    kind: ClassVar[str] = "complaints.inquiry.promise_moved"
    promise_id: UUID
    owner_id: UUID
    promise: str
    verb: str
    due_at: datetime
