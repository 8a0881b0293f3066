"""What tests of complaints share: taking one in, and walking it to a state through the services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.complaints.models import Complaint
from app.complaints.services import receiving, stepping
from app.complaints.services.receiving import ComplaintFacts
from app.complaints.services.stepping import StepFacts
from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.organizations.models import Patient
from tests.cast import Cast

WORDS = "انتظرت ثلاث ساعات ولم يشرح لي أحد السبب"
PATH: dict[str, list[str]] = {
    "new": [],
    "activated": ["activate"],
    "in_progress": ["activate", "start"],
    "waiting_patient": ["activate", "start", "wait"],
    "partially_resolved": ["activate", "start", "resolve_partly"],
    "resolved": ["activate", "start", "resolve"],
    "closed": ["activate", "start", "resolve", "close"],
    "cancelled": ["cancel"],
    "duplicate": ["merge"],
}


def received(cast: Cast, by: str = "px_coordinator", **facts: Any) -> Complaint:
    """A complaint of the emergency department, unless told otherwise."""
    actor = cast.actor(by)
    given: dict[str, Any] = {"words": WORDS, "department_id": cast.er.id, **facts}
    with acting_as(actor):
        return receiving.receive(hospital_id=cast.a.id, facts=ComplaintFacts(**given), actor=actor)


def everything(cast: Cast, verb: str = "") -> StepFacts:
    """All that any step may ask for."""
    return StepFacts(
        reason="سبب",
        way="phone",
        statement="قال إنه انتظر طويلا",
        wait_reason="patient_answer",
        until=clock.now() + timedelta(days=1),
        category="full_action_taken",
        resolution="اعتذرنا وزدنا عدد الأطباء",
        cancel_reason="out_of_scope",
        other=received(cast).reference if verb == "merge" else "",
    )


def step(cast: Cast, complaint: Complaint, verb: str, by: str = "px_coordinator", **changed: Any) -> Complaint:
    """Take a step as a person, with everything that it may ask for."""
    facts = everything(cast, verb)
    for name, value in changed.items():
        object.__setattr__(facts, name, value)
    actor = cast.actor(by)
    with acting_as(actor):
        return stepping.move(complaint.id, verb, facts, version=complaint.version, actor=actor)


def brought_to(cast: Cast, state: str, **facts: Any) -> Complaint:
    """Walk a new complaint to a state through the services."""
    complaint = received(cast, **facts)
    for verb in PATH[state]:
        complaint = step(cast, complaint, verb)
    assert complaint.status == state
    return complaint


@pytest.fixture
def patient(reference_data: Cast) -> Patient:
    """A patient of hospital A."""
    row = Patient(
        hospital_id=reference_data.a.id, mrn="77", name_en="Mohammed Salem", name_ar="محمد سالم",
        phone_e164="+966501112233", phone_tail="501112233",
    )  # fmt: skip
    with acting_as(reference_data.actor("px_coordinator")), unit_of_work():
        db.session.add(row)
        db.session.flush()
    return row
