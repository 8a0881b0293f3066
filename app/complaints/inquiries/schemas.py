"""Input and output of the API of inquiries."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.complaints.schemas import SeverityCode, SourceCode, Text
from app.core.api import In, Out, VersionedIn
from app.core.api.list_files import ListFileIn
from app.core.api.schemas import Line, LongText


class InquiryOut(Out):
    """One inquiry. Who asks, what, and the answer stay empty for those who may not know."""

    id: UUID
    reference: str
    hospital_id: UUID
    title: str
    status: str
    channel: str
    received_at: datetime
    patient_id: UUID | None
    contact_name: str
    contact_phone: str
    contact_email: str
    contact_relation: str
    language: str
    words: str
    category_id: UUID | None
    department_id: UUID | None
    assignee_id: UUID | None
    due_at: datetime | None
    answer: str
    answer_way: str
    answered_at: datetime | None
    answered_by_id: UUID | None
    closed_at: datetime | None
    reopened_count: int
    cancel_reason: str
    complaint_id: UUID | None
    created_at: datetime
    version: int


class InquiryIn(In):
    """An inquiry that comes in."""

    hospital_id: UUID
    words: Text
    channel: SourceCode = "api"
    patient_id: UUID | None = None
    contact_name: Line = ""
    contact_phone: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")] = ""
    contact_email: Annotated[str, Field(max_length=254, pattern=r"^[^\x00]*$")] = ""
    contact_relation: Literal["patient", "relative", "guardian", "other"] = "patient"
    language: Literal["", "ar", "en"] = ""
    category_id: UUID | None = None
    department_id: UUID | None = None
    received_at: AwareDatetime | None = None


class InquiryAssignIn(VersionedIn):
    """The new owner."""

    assignee_id: UUID


class InquirySourceIn(VersionedIn):
    """Where it came from."""

    channel: SourceCode


class InquirySortIn(VersionedIn):
    """What it is about, and whom it concerns."""

    category_id: UUID | None = None
    department_id: UUID | None = None


class InquiryStepIn(VersionedIn):
    """A step of the workflow with what it asks for; see the verbs in the description."""

    verb: Annotated[str, Field(max_length=20, pattern=r"^[a-z_]+$")]
    reason: LongText = ""
    cancel_reason: Annotated[str, Field(max_length=20, pattern=r"^[a-z0-9_]*$")] = ""


class InquiryAnswerIn(VersionedIn):
    """The answer, and the way in which it reaches who asked."""

    way: Literal["sms", "whatsapp", "email", "phone", "in_person"]
    answer: Text


class InquiryConvertIn(VersionedIn):
    """How grave the complaint is."""

    severity: SeverityCode = "medium"


class InquiryNoteIn(In):
    """A note, or what was said in a call."""

    kind: Literal["note", "call"] = "note"
    body: Text


class InquiryNoteOut(Out):
    """A note as it stands."""

    id: UUID
    inquiry_id: UUID
    author_id: UUID | None
    kind: str
    body: str
    created_at: datetime


class InquiryFileIn(ListFileIn):
    """Which inquiries, as which kind of file, and what for (needed where the file names patients)."""

    tab: Literal["mine", "new", "unassigned", "due_soon", "overdue", "open", "all"] = "all"
    channel: Annotated[str, Field(max_length=12, pattern=r"^[a-z0-9_]*$")] = ""
    category_id: UUID | None = None
