"""Input and output of the intake's API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from app.core.api import In, Out
from app.core.api.schemas import NO_NUL

MOST_IN_BULK = 5_000

Code = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_.^-]+$")
]
Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=NO_NUL)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL)]


class EventPatientIn(In):
    """The patient as the hospital system knows them; what is left out stays as it is."""

    mrn: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=NO_NUL)]
    name_ar: Name | None = None
    name_en: Name | None = None
    phone: Name | None = None
    email: Name | None = None
    national_id: Name | None = None
    birth_date: Name | None = None
    sex: Literal["M", "F", "U"] | None = None
    language: Literal["ar", "en"] | None = None
    deceased_at: AwareDatetime | None = None


class EventIn(In):
    """One event of a visit."""

    event_id: Id
    code: Code
    occurred_at: AwareDatetime
    encounter: Id
    patient: EventPatientIn
    journey_kind: Literal["ems", "inpatient", "opd", "day_case"] | None = None
    department_code: Name | None = None
    physician_license: Name | None = None
    location: Name | None = None
    scheduled_at: AwareDatetime | None = None
    cause: Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z_]*$")] = ""


class BulkIn(In):
    """Many events; each gets its own verdict, so a bad one does not stop the others."""

    events: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_IN_BULK)


class EventAnswer(Out):
    """What became of an event at the door."""

    id: UUID | None
    event_id: str
    state: str
    duplicate: bool
    error: str = ""
    fields: dict[str, list[str]] = {}


class BulkAnswer(Out):
    """The verdicts, in the order of the events."""

    accepted: int
    refused: int
    results: list[EventAnswer]


class InboundOut(Out):
    """An event of the queue; never its raw message."""

    id: UUID
    source_id: UUID
    format: str
    external_id: str
    message_type: str
    code: str
    codes: list[str]
    encounter: str
    state: str
    flag: str
    error_code: str
    error_field: str
    occurred_at: datetime | None
    received_at: datetime
    processed_at: datetime | None
    attempts: int
    next_try_at: datetime | None
    version: int
