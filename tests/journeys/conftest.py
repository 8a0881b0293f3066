"""What tests of journeys share: the group's templates, a patient, and a way to tell events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.journeys.models import Journey
from app.journeys.rules import VisitEvent
from app.journeys.seeds import seed_templates
from app.journeys.services import progress
from app.organizations.models import Patient
from tests.conftest import NOON

SYSTEM = system_actor("a test of journeys")
Tell = Callable[..., Journey | None]


def at(minutes: int) -> datetime:
    """So many minutes after the start of the visit; all of it lies before the frozen clock."""
    return NOON - timedelta(hours=8) + timedelta(minutes=minutes)


def make_patient(hospital_id: UUID, mrn: str) -> Patient:
    """Write a patient."""
    with acting_as(SYSTEM), unit_of_work():
        patient = Patient(hospital_id=hospital_id, mrn=mrn, name_en="Noura Salem", name_ar="نورة سالم")
        db.session.add(patient)
    return patient


@pytest.fixture
def templates(cast: Any) -> Any:
    """The cast, with the group's templates of the four kinds of visit."""
    seed_templates(actor=SYSTEM)
    return cast


@pytest.fixture
def patient(templates: Any) -> Patient:
    """A patient of hospital A."""
    return make_patient(templates.a.id, "1001")


@pytest.fixture
def tell(templates: Any, patient: Patient) -> Tell:
    """Give `tell(code, minutes, ...)`: the hospital system of A says what happened in visit V-1."""

    def say(code: str, minutes: int = 0, **more: Any) -> Journey | None:
        facts = {"hospital_id": templates.a.id, "patient_id": patient.id, "encounter": "V-1", **more}
        return progress.apply(VisitEvent(code=code, occurred_at=at(minutes), **facts), actor=SYSTEM)

    return say


def states(journey: Journey | None) -> dict[str, str]:
    """Give stage code -> state, of the visit's stages in order (of two with one code, the later one)."""
    assert journey is not None
    return {stage.code: str(stage.status) for stage in journey.stages}


def picture(journey: Journey | None) -> tuple[Any, ...]:
    """Give everything that must not depend on the order in which events came."""
    assert journey is not None
    stages = tuple((stage.code, str(stage.status), stage.completed_at) for stage in journey.stages)
    return (journey.kind, journey.status, journey.started_at, journey.ended_at, journey.stage_since, stages)
