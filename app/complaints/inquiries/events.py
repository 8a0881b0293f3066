"""What inquiries say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event
from app.core.events.lists import ListExported


@dataclass(frozen=True)
class InquiryEvent(Event):
    """Base: the inquiry is the subject."""

    subject_type: ClassVar[str] = "inquiry"
    reference: str


@dataclass(frozen=True)
class InquiryReceived(InquiryEvent):
    """Somebody asks."""

    kind: ClassVar[str] = "complaints.inquiry.received"
    channel: str
    assignee_id: UUID | None


@dataclass(frozen=True)
class InquiryAssigned(InquiryEvent):
    """The inquiry has another owner."""

    kind: ClassVar[str] = "complaints.inquiry.assigned"
    assignee_id: UUID | None  # None: it was taken back to nobody
    previous_id: UUID | None


@dataclass(frozen=True)
class InquirySourceChanged(InquiryEvent):
    """It was said that the inquiry came from elsewhere; its deadline counts anew from the original start."""

    kind: ClassVar[str] = "complaints.inquiry.source_changed"
    before: str
    after: str


@dataclass(frozen=True)
class InquirySorted(InquiryEvent):
    """It was said what the inquiry is about, and which department it concerns."""

    kind: ClassVar[str] = "complaints.inquiry.sorted"
    category_id: UUID | None
    department_id: UUID | None


@dataclass(frozen=True)
class InquiryMoved(InquiryEvent):
    """The inquiry took a step of its workflow."""

    kind: ClassVar[str] = "complaints.inquiry.moved"
    verb: str
    before: str
    after: str
    code: str  # the way of the answer, the reason, or the number of the complaint that it became


@dataclass(frozen=True)
class InquiryNoted(InquiryEvent):
    """Somebody wrote on the inquiry."""

    kind: ClassVar[str] = "complaints.inquiry.noted"
    note_id: UUID
    note_kind: str
    mentioned: tuple[str, ...] = ()  # ids of colleagues who are named in it


@dataclass(frozen=True)
class InquiryPassedOn(InquiryEvent):
    """A rung of the ladder was empty: nobody holds the role now, so the next level was told."""

    kind: ClassVar[str] = "complaints.inquiry.passed_on"
    level: int
    to: str


@dataclass(frozen=True)
class InquiriesExported(ListExported):
    """Somebody took a list of inquiries out as a file."""

    kind: ClassVar[str] = "complaints.inquiries.exported"
    subject_type: ClassVar[str] = "user"
