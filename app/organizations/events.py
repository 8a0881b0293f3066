"""What the organization says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class PatientEvent(Event):
    """Base: the patient is the subject."""

    subject_type: ClassVar[str] = "patient"


@dataclass(frozen=True)
class PatientCreated(PatientEvent):
    """A patient became known."""

    kind: ClassVar[str] = "organizations.patient.created"


@dataclass(frozen=True)
class PatientUpdated(PatientEvent):
    """Facts of a patient changed; which ones stands in the details."""

    kind: ClassVar[str] = "organizations.patient.updated"
    fields: tuple[str, ...]


@dataclass(frozen=True)
class PatientMerged(PatientEvent):
    """The subject was merged into another record, which stays."""

    kind: ClassVar[str] = "organizations.patient.merged"
    into_id: UUID


@dataclass(frozen=True)
class PatientErased(PatientEvent):
    """What identifies the patient was removed; the statistics stay."""

    kind: ClassVar[str] = "organizations.patient.erased"


@dataclass(frozen=True)
class ConsentRecorded(PatientEvent):
    """The patient said yes or no to messages on a channel (None: took back what was said)."""

    kind: ClassVar[str] = "organizations.patient.consent"
    channel: str
    given: bool | None


@dataclass(frozen=True)
class DepartmentMoved(Event):
    """A department, with everything below it, stands elsewhere in the tree."""

    kind: ClassVar[str] = "organizations.department.moved"
    subject_type: ClassVar[str] = "department"
    from_parent_id: UUID | None
    to_parent_id: UUID | None
