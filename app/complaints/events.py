"""What complaints say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event
from app.core.events.lists import ListExported


@dataclass(frozen=True)
class ComplaintEvent(Event):
    """Base: the complaint is the subject."""

    subject_type: ClassVar[str] = "complaint"
    reference: str


@dataclass(frozen=True)
class ComplaintReceived(ComplaintEvent):
    """Somebody complains."""

    kind: ClassVar[str] = "complaints.complaint.received"
    channel: str
    severity: str
    assignee_id: UUID | None
    red_flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComplaintAssigned(ComplaintEvent):
    """The complaint has another owner, or, when an assignment was taken back, nobody again."""

    kind: ClassVar[str] = "complaints.complaint.assigned"
    assignee_id: UUID | None
    previous_id: UUID | None


@dataclass(frozen=True)
class ComplaintIdentified(ComplaintEvent):
    """The complaint was found to be of a patient with a file, or of another one."""

    kind: ClassVar[str] = "complaints.complaint.identified"
    patient_id: UUID
    previous_id: UUID | None


@dataclass(frozen=True)
class ComplaintMoved(ComplaintEvent):
    """The complaint took a step of its workflow."""

    kind: ClassVar[str] = "complaints.complaint.moved"
    verb: str
    before: str
    after: str
    code: str  # the reason, category or way that the step names


@dataclass(frozen=True)
class ComplaintJudged(ComplaintEvent):
    """The survey after the answer came back."""

    kind: ClassVar[str] = "complaints.complaint.judged"
    survey_id: UUID
    satisfied: bool | None  # None: not said
    score: float | None


@dataclass(frozen=True)
class ComplaintPaperMade(ComplaintEvent):
    """A letter was issued, or the whole case was put together as a pack."""

    kind: ClassVar[str] = "complaints.complaint.paper_made"
    paper_id: UUID
    paper: str  # letter, pack
    language: str


@dataclass(frozen=True)
class ComplaintsExported(ListExported):
    """Somebody took a list of complaints out as a file."""

    kind: ClassVar[str] = "complaints.list.exported"
    subject_type: ClassVar[str] = "user"


@dataclass(frozen=True)
class ComplaintMerged(ComplaintEvent):
    """The complaint was found to be a duplicate, or was parted from the other again."""

    kind: ClassVar[str] = "complaints.complaint.merged"
    other_id: UUID
    other_reference: str
    what: str  # merged, parted


@dataclass(frozen=True)
class ComplaintLinked(ComplaintEvent):
    """The complaint was linked with another one, or the link was taken back."""

    kind: ClassVar[str] = "complaints.complaint.linked"
    other_id: UUID
    other_reference: str
    link: str  # related, same_event
    what: str  # linked, unlinked


@dataclass(frozen=True)
class ComplaintSeverityChanged(ComplaintEvent):
    """The complaint was judged graver or less grave; its deadline counts anew from the original start."""

    kind: ClassVar[str] = "complaints.complaint.severity_changed"
    before: str
    after: str


@dataclass(frozen=True)
class ComplaintSourceChanged(ComplaintEvent):
    """It was said to come from elsewhere; its deadlines count anew from the original start."""

    kind: ClassVar[str] = "complaints.complaint.source_changed"
    before: str
    after: str


@dataclass(frozen=True)
class ComplaintNoted(ComplaintEvent):
    """Somebody wrote on the complaint."""

    kind: ClassVar[str] = "complaints.complaint.noted"
    note_id: UUID
    note_kind: str
    mentioned: tuple[str, ...] = ()  # ids of colleagues who are named in it


@dataclass(frozen=True)
class PointChanged(ComplaintEvent):
    """A point of the complaint was added, changed or removed."""

    kind: ClassVar[str] = "complaints.point.changed"
    point_id: UUID
    what: str  # added, changed, removed, person_named, person_removed
    person_id: UUID | None = None  # the physician or employee


@dataclass(frozen=True)
class SuggestionJudged(ComplaintEvent):
    """A person took a suggestion or turned it down."""

    kind: ClassVar[str] = "complaints.suggestion.judged"
    suggestion_id: UUID
    what: str  # class, department, severity
    state: str  # accepted, ignored


@dataclass(frozen=True)
class ExplanationMoved(ComplaintEvent):
    """A person was asked to explain, answered, or the officer ruled on the answer."""

    kind: ClassVar[str] = "complaints.explanation.moved"
    explanation_id: UUID
    assignee_id: UUID
    verb: str  # ask, answer, accept, return, cancel


@dataclass(frozen=True)
class ComplaintPassedOn(ComplaintEvent):
    """A rung of the ladder was empty: nobody holds the role now, so the next level was told."""

    kind: ClassVar[str] = "complaints.complaint.passed_on"
    level: int
    to: str
