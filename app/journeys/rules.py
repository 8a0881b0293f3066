"""Pure decisions about journeys: which stage an event completes, where the patient is now, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from app.journeys.enums import BEGINS, ENDS, REVIVES, JourneyKind, StageStatus, VisitCode


class StageLike(Protocol):
    """What the rules read of a stage."""

    template_id: UUID
    position: int
    status: str
    completed_at: datetime | None


class StageTemplateLike(Protocol):
    """What the rules read of a stage template."""

    id: UUID
    position: int
    trigger_codes: list[str]
    is_optional: bool


T = TypeVar("T", bound=StageTemplateLike)


@dataclass(frozen=True, slots=True)
class VisitEvent:
    """A fact about a visit, whatever system and format told it."""

    hospital_id: UUID
    code: str
    encounter: str
    patient_id: UUID
    occurred_at: datetime
    department_id: UUID | None = None
    physician_id: UUID | None = None
    location: str = ""
    journey_kind: str | None = None
    source_event_id: UUID | None = None
    scheduled_at: datetime | None = None
    cause: str = ""


def kind_of(event: VisitEvent) -> JourneyKind | None:
    """Tell which kind of visit an event can begin; None when it only adds to a known visit."""
    if event.journey_kind:
        return JourneyKind(event.journey_kind)
    return BEGINS.get(event.code)


def converts_to(event: VisitEvent, present: str) -> JourneyKind | None:
    """Tell into which kind an event turns a known visit: any inpatient fact proves that the patient was admitted.

    Late facts of the visit before (a triage, an outpatient registration) never turn an admission back; only its own code does.
    """
    if event.code == VisitCode.OUTPATIENT_CONVERSION and present == JourneyKind.INPATIENT:
        return JourneyKind.OPD
    is_admitted = BEGINS.get(event.code) is JourneyKind.INPATIENT and kind_of(event) is JourneyKind.INPATIENT
    turns = is_admitted and present in (JourneyKind.EMS, JourneyKind.OPD)
    return JourneyKind.INPATIENT if turns else None


def ends_visit(code: str, kind: str) -> bool:
    """Tell whether a code ends a visit of this kind; the emergency department's discharge does not end an admission."""
    return code in ENDS and BEGINS.get(code) == kind


def revives(event: VisitEvent, cancelled_at: datetime | None) -> bool:
    """Tell whether an event shows that a cancelled visit took place after all: the patient was seen later than that."""
    return event.code in REVIVES and cancelled_at is not None and event.occurred_at > cancelled_at


def last_proof(stages: Iterable[StageLike], templates: Mapping[UUID, StageTemplateLike]) -> datetime | None:
    """Give the latest time at which a stage shows that the patient was there; None when none does."""
    return max(
        (
            stage.completed_at
            for stage in stages
            if stage.status == StageStatus.COMPLETED
            and stage.completed_at
            and REVIVES.intersection(templates[stage.template_id].trigger_codes)
        ),
        default=None,
    )


def completed_by(code: str, templates: Iterable[T]) -> list[T]:
    """Give the stages that an event code completes."""
    return [template for template in templates if code in template.trigger_codes]


def is_missing(stage: StageLike, *, is_optional: bool, last_completed_position: int) -> bool:
    """Tell whether a stage was passed over: a later one is done and this one, which is not optional, is not."""
    return (
        not is_optional
        and stage.status in (StageStatus.PENDING, StageStatus.SKIPPED)
        and stage.position < last_completed_position
    )


def last_completed(stages: Sequence[StageLike]) -> int:
    """Give the position of the furthest completed stage; 0 when none is."""
    return max((stage.position for stage in stages if stage.status == StageStatus.COMPLETED), default=0)


def percent_done(stages: Sequence[StageLike]) -> int:
    """Give how far the visit is: completed stages of those that count, in percent."""
    counted = [stage for stage in stages if stage.status != StageStatus.CANCELLED]
    done = sum(stage.status == StageStatus.COMPLETED for stage in counted)
    return round(100 * done / len(counted)) if counted else 0
