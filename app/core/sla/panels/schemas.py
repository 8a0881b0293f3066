"""What the REST addresses of calendars and rules take and give. Times of a week are minutes after local midnight."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.core.api import In, Out
from app.core.api.schemas import Line, RequiredLine, Version

Minute = Annotated[int, Field(ge=0, le=2879)]
Windows = dict[Annotated[str, Field(pattern="^[0-6]$")], Annotated[list[tuple[Minute, Minute]], Field(max_length=8)]]


class Day(In):
    """A holiday or closure: local dates, both included."""

    first: date
    last: date
    name_en: Line = ""
    name_ar: Line = ""
    provisional: bool = False


class Hours(Day):
    """A period of other weekly windows."""

    week: Windows


class Definition(In):
    """A calendar's hours. Weekday 0 is Monday; a window is [opens, closes) and may close above 1440, on the next day."""

    zone: RequiredLine = "Asia/Riyadh"
    always_open: bool = False
    week: Windows = {}
    holidays: Annotated[list[Day], Field(max_length=300)] = []
    periods: Annotated[list[Hours], Field(max_length=300)] = []

    def as_json(self) -> dict[str, Any]:
        """Give the definition as the row keeps it."""
        return self.model_dump(mode="json")


class CalendarIn(In):
    """A new calendar; without a definition it begins as a copy of the one that holds so far."""

    hospital_id: UUID | None = None
    name_en: RequiredLine
    name_ar: RequiredLine
    is_default: bool = False
    definition: Definition | None = None


class CalendarPut(In):
    """A calendar, whole."""

    version: Version
    name_en: RequiredLine
    name_ar: RequiredLine
    is_default: bool = False
    definition: Definition


class CalendarPatch(In):
    """A part of a calendar."""

    version: Version
    name_en: RequiredLine | None = None
    name_ar: RequiredLine | None = None
    is_default: bool | None = None
    definition: Definition | None = None


class PreviewIn(In):
    """A definition to be tried: nothing is saved."""

    version: Version
    definition: Definition


class CalendarOut(Out):
    """A working calendar."""

    id: UUID
    hospital_id: UUID | None
    name_en: str
    name_ar: str
    is_default: bool
    definition: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime


class MoveOut(Out):
    """An open clock that would move or escalate to others: its levels so far and then (to, after_minutes, in)."""

    kind: str
    subject_id: UUID
    before: datetime | None
    after: datetime | None
    rungs_before: list[dict[str, Any]]
    rungs_after: list[dict[str, Any]]


class MovesOut(Out):
    """What a change would move: how many, the first of them, and whether not all open clocks were looked at.

    `ladders` counts the clocks that would escalate to others; `moves` shows these too.
    """

    count: int
    ladders: int
    moves: list[MoveOut]
    is_capped: bool


class RungBody(In):
    """One level of the ladder: `to` is a role or user:<id>; it may be kept to cases of a severity or graver, or of some sources."""

    after_minutes: Annotated[int, Field(ge=0, le=527_040)]
    to: RequiredLine
    in_business: bool = False
    severity_at_least: Annotated[str, Field(max_length=40)] | None = None
    sources: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=40)] = []


class PolicyBody(In):
    """What a rule says; empty codes fit every case."""

    target_minutes: Annotated[int, Field(gt=0, le=527_040)]
    severity: Annotated[str, Field(max_length=40)] | None = None
    priority: Annotated[str, Field(max_length=40)] | None = None
    source: Annotated[str, Field(max_length=40)] | None = None
    category: Annotated[str, Field(max_length=40)] | None = None
    is_business: bool = True
    pausable: bool = True
    reminders: Annotated[list[Annotated[int, Field(gt=0, lt=100)]], Field(max_length=10)] = [50, 90]
    ladder: Annotated[list[RungBody], Field(max_length=6)] = []


class PolicyIn(PolicyBody):
    """A new rule."""

    hospital_id: UUID | None = None
    clock: RequiredLine


class PolicyPut(PolicyBody):
    """A rule, whole."""

    version: Version


class PolicyOut(Out):
    """An SLA rule."""

    id: UUID
    hospital_id: UUID | None
    clock: str
    severity: str | None
    priority: str | None
    source: str | None
    category: str | None
    target_minutes: int
    is_business: bool
    pausable: bool
    reminders: list[int]
    ladder: list[dict[str, Any]]
    version: int
    created_at: datetime
    updated_at: datetime
