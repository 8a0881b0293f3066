"""What the REST API of journeys takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from app.core.api import In, Out, VersionedIn
from app.core.api.schemas import Line, RequiredLine

Kind = Literal["ems", "inpatient", "opd", "day_case"]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00]*$")]
EventCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Codes = Annotated[list[EventCode], Field(min_length=1, max_length=20)]
Position = Annotated[int, Field(ge=1, le=200)]
Minutes = Annotated[int, Field(ge=1, le=525_600)]


class StageTemplateOut(Out):
    """One stage of a template."""

    id: UUID
    template_id: UUID
    hospital_id: UUID | None
    position: int
    code: str
    name_en: str
    name_ar: str
    trigger_codes: list[str]
    is_optional: bool
    needs_department: bool
    needs_physician: bool
    expected_minutes: int | None
    version: int


class JourneyTemplateOut(Out):
    """A template with its stages in order; `hospital_id` null: the group's."""

    id: UUID
    hospital_id: UUID | None
    kind: str
    name_en: str
    name_ar: str
    is_active: bool
    stages: list[StageTemplateOut]
    version: int


class JourneyTemplateIn(In):
    """A new template; a hospital's own begins with the stages of the group's."""

    hospital_id: UUID | None = None
    kind: Kind
    name_en: RequiredLine
    name_ar: RequiredLine
    is_active: bool = True


class JourneyTemplatePut(VersionedIn):
    """The whole of a template's own fields."""

    name_en: RequiredLine
    name_ar: RequiredLine
    is_active: bool


class JourneyTemplatePatch(VersionedIn):
    """A part of a template's own fields."""

    name_en: RequiredLine | None = None
    name_ar: RequiredLine | None = None
    is_active: bool | None = None


class StageTemplateIn(In):
    """A new stage; without `position` it stands at the end."""

    template_id: UUID
    position: Position | None = None
    code: Code
    name_en: RequiredLine
    name_ar: RequiredLine
    trigger_codes: Codes
    is_optional: bool = False
    needs_department: bool = False
    needs_physician: bool = False
    expected_minutes: Minutes | None = None


class StageTemplatePut(VersionedIn):
    """The whole of a stage."""

    position: Position
    code: Code
    name_en: RequiredLine
    name_ar: RequiredLine
    trigger_codes: Codes
    is_optional: bool
    needs_department: bool
    needs_physician: bool
    expected_minutes: Minutes | None


class StageTemplatePatch(VersionedIn):
    """A part of a stage."""

    position: Position | None = None
    code: Code | None = None
    name_en: RequiredLine | None = None
    name_ar: RequiredLine | None = None
    trigger_codes: Codes | None = None
    is_optional: bool | None = None
    needs_department: bool | None = None
    needs_physician: bool | None = None
    expected_minutes: Minutes | None = None


class JourneyInstanceOut(Out):
    """One visit."""

    id: UUID
    hospital_id: UUID
    patient_id: UUID
    template_id: UUID
    encounter: str
    kind: str
    status: str
    department_id: UUID | None
    physician_id: UUID | None
    location: str
    scheduled_at: datetime | None
    started_at: datetime
    ended_at: datetime | None
    current_stage_id: UUID | None
    stage_since: datetime
    version: int


class JourneyInstanceIn(In):
    """A visit to begin by hand."""

    hospital_id: UUID
    patient_id: UUID
    kind: Kind
    encounter: RequiredLine = Field(max_length=80)
    started_at: AwareDatetime | None = None
    department_id: UUID | None = None
    physician_id: UUID | None = None
    location: Line = ""
    scheduled_at: AwareDatetime | None = None


class InstancePatch(VersionedIn):
    """Where the visit is, in part; null empties."""

    department_id: UUID | None = None
    physician_id: UUID | None = None
    location: Line = ""
    scheduled_at: AwareDatetime | None = None


class VisitEventIn(VersionedIn):
    """What happened in a visit, told by hand."""

    code: EventCode
    occurred_at: AwareDatetime
    department_id: UUID | None = None
    physician_id: UUID | None = None
    location: Line = ""
    scheduled_at: AwareDatetime | None = None


class StageOut(Out):
    """One stage of a visit: times in UTC, minutes since the stage before."""

    id: UUID
    template_id: UUID
    position: int
    code: str
    name_en: str
    name_ar: str
    status: str
    entered_at: datetime | None
    completed_at: datetime | None
    department_id: UUID | None
    physician_id: UUID | None
    minutes: int | None
    expected_minutes: int | None
    is_slow: bool
    is_missing: bool
    lacks: list[str]  # department, physician: asked for by the template and told by no event
    times_seen: int


class StagesOut(Out):
    """The stages of a visit in order."""

    results: list[StageOut]


class ProgressOut(Out):
    """How far a visit is."""

    id: UUID
    status: str
    percent: int
    completed: int
    total: int
    current_stage: StageOut | None
    missing: list[str]
    stages: list[StageOut]


class CardOut(Out):
    """One visit on the board; the name is null for those who may not know who the patient is."""

    id: UUID
    encounter: str
    patient_id: UUID
    name_en: str | None
    name_ar: str | None
    department_id: UUID | None
    physician_id: UUID | None
    since: datetime
    minutes: int
    usual: int | None
    is_slow: bool


class ColumnOut(Out):
    """One stage of the board: how many are in it, and the longest waiting of them."""

    stage_id: UUID | None
    code: str | None
    name_en: str | None
    name_ar: str | None
    count: int
    cards: list[CardOut]


class BoardOut(Out):
    """The board of one kind of visit now."""

    kind: str
    columns: list[ColumnOut]
