"""What journeys say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class JourneyEvent(Event):
    """Base: the journey is the subject."""

    subject_type: ClassVar[str] = "journey"
    patient_id: UUID
    journey_kind: str


@dataclass(frozen=True)
class JourneyStarted(JourneyEvent):
    """A visit became known."""

    kind: ClassVar[str] = "journeys.journey.started"


@dataclass(frozen=True)
class StageCompleted(JourneyEvent):
    """A stage of the visit was completed for the first time."""

    kind: ClassVar[str] = "journeys.stage.completed"
    stage_id: UUID
    stage_code: str
    stage_template_id: UUID
    department_id: UUID | None
    physician_id: UUID | None
    occurred_at: str


@dataclass(frozen=True)
class JourneyCompleted(JourneyEvent):
    """The visit ended."""

    kind: ClassVar[str] = "journeys.journey.completed"
    department_id: UUID | None
    physician_id: UUID | None
    ended_at: str


@dataclass(frozen=True)
class JourneyCancelled(JourneyEvent):
    """The visit was called off."""

    kind: ClassVar[str] = "journeys.journey.cancelled"
    cause: str


@dataclass(frozen=True)
class JourneyReopened(JourneyEvent):
    """The end of the visit was taken back (a cancelled discharge)."""

    kind: ClassVar[str] = "journeys.journey.reopened"


@dataclass(frozen=True)
class JourneyChanged(JourneyEvent):
    """Somebody corrected where the visit is (department, physician, place)."""

    kind: ClassVar[str] = "journeys.journey.changed"


@dataclass(frozen=True)
class JourneyMoved(JourneyEvent):
    """The visit belongs to another patient record now (two records were merged)."""

    kind: ClassVar[str] = "journeys.journey.moved"
    from_patient_id: UUID


@dataclass(frozen=True)
class JourneyTemplateChanged(Event):
    """A template or one of its stages was made, changed, moved or archived; the template is the subject."""

    kind: ClassVar[str] = "journeys.template.changed"
    subject_type: ClassVar[str] = "journey_template"
    what: str  # created, changed, archived, stage_added, stage_changed, stage_moved, stage_archived
    stage_id: UUID | None = None
