"""What the REST API takes and gives of triggers and of surveys themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.core.api import In, Out, VersionedIn
from app.surveys.schemas import Code, Kind


class TriggerOut(Out):
    """What a survey follows; `stage_code` null: the end of the visit."""

    id: UUID
    hospital_id: UUID | None
    template_id: UUID
    journey_kind: str
    stage_code: str | None
    delay_minutes: int
    department_id: UUID | None
    sample_percent: int
    is_active: bool
    version: int


class _TriggerFields(In):
    template_id: UUID
    journey_kind: Kind
    stage_code: Code | None = None
    delay_minutes: Annotated[int, Field(ge=0, le=43_200)] = 120
    department_id: UUID | None = None
    sample_percent: Annotated[int, Field(ge=1, le=100)] = 100
    is_active: bool = True


class TriggerIn(_TriggerFields):
    """A new trigger of a hospital; null: of the group."""

    hospital_id: UUID | None = None


class TriggerPut(_TriggerFields, VersionedIn):
    """The whole of a trigger."""


class TriggerPatch(VersionedIn):
    """A part of a trigger; null empties stage and department."""

    template_id: UUID | None = None
    journey_kind: Kind | None = None
    stage_code: Code | None = None
    delay_minutes: Annotated[int, Field(ge=0, le=43_200)] | None = None
    department_id: UUID | None = None
    sample_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    is_active: bool | None = None


class SurveyInstanceOut(Out):
    """One survey to one person; times in UTC, scores 0-100."""

    id: UUID
    hospital_id: UUID
    template_id: UUID
    patient_id: UUID | None
    journey_id: UUID | None
    department_id: UUID | None
    physician_id: UUID | None
    state: str
    skip_reason: str
    is_by_hand: bool
    language: str
    send_at: datetime
    invited_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    score: float | None
    nps: int | None
    top_box: float | None
    sections: dict[str, float]
    is_negative: bool | None
    wants_callback: bool | None
    version: int


class AnswerOut(Out):
    """One answer; `value` null with `is_na` false: nothing was said. `score` 0-100 where it counts."""

    question_id: UUID
    code: str
    type: str
    text_en: str
    text_ar: str
    value: str | None
    is_na: bool
    score: float | None
    words: str


class InstanceDetailOut(SurveyInstanceOut):
    """One survey with every question it asked, and why it is negative."""

    answers: list[AnswerOut]
    reasons: list[str]


class SurveyInstanceIn(In):
    """A survey to send by hand: about a visit, or to a patient."""

    template_id: UUID
    journey_id: UUID | None = None
    patient_id: UUID | None = None


class CheckIn(In):
    """Visits whose patients might be asked."""

    template_id: UUID
    journey_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class VerdictOut(Out):
    """What would become of one visit; `reason` null: the patient would be asked."""

    journey_id: UUID
    reason: str | None
    message: str | None


class VerdictsOut(Out):
    """What would become of each visit that the caller may send for."""

    results: list[VerdictOut]


class PlannedOut(Out):
    """The surveys that leave in two minutes."""

    planned: list[UUID]
