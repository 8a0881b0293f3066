"""Input and output of the complaints API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.core.api import In, Out, VersionedIn
from app.core.api.list_files import ListFileIn
from app.core.api.schemas import Line, LongText, RequiredLine

SourceCode = Annotated[str, Field(min_length=2, max_length=12, pattern=r"^[a-z][a-z0-9_]*$")]
SeverityCode = Literal["critical", "high", "medium", "low"]
Text = Annotated[str, Field(min_length=1, max_length=5000, pattern=r"^[^\x00]*$")]


class ComplaintOut(Out):
    """One complaint. Who complains, and in which words, stays empty for those who may not know."""

    id: UUID
    reference: str
    hospital_id: UUID
    title: str
    status: str
    severity: str
    red_flags: list[str]
    channel: str
    outside_number: str
    survey_id: UUID | None
    received_at: datetime
    patient_id: UUID | None
    is_anonymous: bool
    contact_name: str
    contact_phone: str
    contact_email: str
    contact_relation: str
    language: str
    words: str
    wish: str
    happened_on: date | None
    place: str
    visit_kind: str
    department_id: UUID | None
    department_ids: list[UUID]
    assignee_id: UUID | None
    due_at: datetime | None
    activated_at: datetime | None
    first_contact_at: datetime | None
    wait_reason: str
    wait_until: datetime | None
    resolution: str
    resolution_category: str
    resolved_at: datetime | None
    closed_at: datetime | None
    reopened_count: int
    cancel_reason: str
    duplicate_of_id: UUID | None
    created_at: datetime
    version: int


class ComplaintIn(In):
    """A complaint that comes in."""

    hospital_id: UUID
    words: Text
    channel: SourceCode = "api"
    title: Line = ""
    severity: SeverityCode = "medium"
    patient_id: UUID | None = None
    is_anonymous: bool = False
    contact_name: Line = ""
    contact_phone: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")] = ""
    contact_email: Annotated[str, Field(max_length=254, pattern=r"^[^\x00]*$")] = ""
    contact_relation: Literal["patient", "relative", "guardian", "other"] = "patient"
    language: Literal["", "ar", "en"] = ""
    wish: Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")] = ""
    happened_on: date | None = None
    place: Line = ""
    visit_kind: Literal["", "ems", "inpatient", "opd", "day_case"] = ""
    department_id: UUID | None = None
    outside_number: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")] = ""
    received_at: AwareDatetime | None = None
    survey_id: UUID | None = None


class ComplaintAssignIn(VersionedIn):
    """The new owner."""

    assignee_id: UUID


class ComplaintPatientIn(VersionedIn):
    """Whose file it belongs to."""

    patient_id: UUID


class ComplaintSeverityIn(VersionedIn):
    """How grave it is."""

    severity: SeverityCode


class ComplaintSourceIn(VersionedIn):
    """Where it came from, with the number of an outside body."""

    channel: SourceCode
    outside_number: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")] = ""


class ComplaintStepIn(VersionedIn):
    """A step of the workflow with what it asks for; see the verbs in the description."""

    verb: Annotated[str, Field(max_length=20, pattern=r"^[a-z_]+$")]
    reason: LongText = ""
    way: Annotated[str, Field(max_length=12, pattern=r"^[a-z_]*$")] = ""
    statement: LongText = ""
    contacted_at: AwareDatetime | None = None
    wait_reason: Annotated[str, Field(max_length=20, pattern=r"^[a-z_]*$")] = ""
    until: AwareDatetime | None = None
    category: Annotated[str, Field(max_length=24, pattern=r"^[a-z_]*$")] = ""
    resolution: LongText = ""
    cancel_reason: Annotated[str, Field(max_length=20, pattern=r"^[a-z_]*$")] = ""
    other: Annotated[str, Field(max_length=20, pattern=r"^[A-Za-z0-9-]*$")] = ""


class ComplaintNoteIn(In):
    """A note, or what was said in a call."""

    kind: Literal["note", "call", "message"] = "note"
    body: Text


class ComplaintNoteOut(Out):
    """A note as it stands."""

    id: UUID
    complaint_id: UUID
    author_id: UUID | None
    kind: str
    body: str
    created_at: datetime


class PointPersonOut(Out):
    """A physician or an employee who is named on a point."""

    physician_id: UUID | None
    employee_id: UUID | None


class PointOut(Out):
    """One point of a complaint; `names` are those of its class when it was chosen."""

    id: UUID
    complaint_id: UUID
    position: int
    summary: str
    class_id: UUID | None
    names: dict[str, Any]
    department_id: UUID | None
    harm: int | None
    finding: str
    answer: str
    people: list[PointPersonOut]
    version: int


class PointPersonIn(In):
    """Whom to name on a point, or to take off: the id of a physician or an employee."""

    person_id: UUID


class PointIn(In):
    """What is said of a point."""

    summary: RequiredLine
    class_id: UUID | None = None
    department_id: UUID | None = None
    harm: Annotated[int, Field(ge=0, le=5)] | None = None
    finding: Literal["", "upheld", "partly_upheld", "not_upheld", "unable_to_say"] = ""
    answer: LongText = ""


class PointPut(PointIn):
    """A point as it shall be."""

    version: Annotated[int, Field(ge=1, le=2_147_483_647)]


class ExplanationOut(Out):
    """A request to explain, without the complaint that it belongs to."""

    id: UUID
    complaint_id: UUID
    point_id: UUID | None
    department_id: UUID | None
    assignee_id: UUID
    status: str
    question: str
    extract: str
    answer: str
    returned_for: str
    returns: int
    due_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    version: int


class ExplanationIn(In):
    """Whom to ask, what, and how much of the complaint goes with it."""

    assignee_id: UUID
    question: Annotated[str, Field(min_length=1, max_length=3000, pattern=r"^[^\x00]*$")]
    extract: Annotated[str, Field(max_length=3000, pattern=r"^[^\x00]*$")] = ""
    department_id: UUID | None = None
    point_id: UUID | None = None
    shows_patient: bool = False


class ExplanationStepIn(VersionedIn):
    """The answer, or why it comes back."""

    text: LongText = ""


class ClassOut(Out):
    """One classification of the current edition of the taxonomy."""

    id: UUID
    code: str
    domain_en: str
    domain_ar: str
    category_en: str
    category_ar: str
    subcategory_en: str
    subcategory_ar: str
    name_en: str
    name_ar: str


class ComplaintFileIn(ListFileIn):
    """Which complaints, as which kind of file, and what for (needed where the file names patients)."""

    tab: Literal["mine", "new", "unassigned", "due_soon", "overdue", "open", "all"] = "all"
    severity: SeverityCode | None = None
    channel: Annotated[str, Field(max_length=12, pattern=r"^[a-z0-9_]*$")] = ""


class AttachmentQuery(In):
    """What the file is called; its ending follows its bytes."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] = "file"


class AttachmentOut(Out):
    """One file: `state` says whether its bytes may be had (`clean`, `unscanned`)."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    state: str
    added_by_id: UUID | None
    created_at: datetime
