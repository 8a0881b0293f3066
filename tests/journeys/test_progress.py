"""Events move visits, whatever order they come in."""

from __future__ import annotations

from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.events.models import EventLog
from app.journeys import queries
from app.journeys.events import (
    JourneyCancelled,
    JourneyCompleted,
    JourneyMoved,
    JourneyReopened,
    JourneyStarted,
    StageCompleted,
)
from app.journeys.models import Journey
from app.journeys.services import progress
from app.organizations.events import PatientMerged
from app.organizations.models import Patient
from tests.cast import Cast
from tests.journeys.conftest import SYSTEM, Tell, at, make_patient, picture, states


def said(kind: str) -> list[EventLog]:
    """Give the events of a kind in the log."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(EventLog).where(EventLog.kind == kind)).scalars())


def missing(journey: Journey | None, cast: Cast) -> list[str]:
    """Give the stages that the page of the visit marks as missing."""
    actor = cast.actor("px_coordinator")
    assert journey is not None
    with acting_as(actor):
        return [step.stage.code for step in queries.visit(journey.id, actor=actor).steps if step.is_missing]


def test_a_first_event_begins_the_visit_with_every_stage_of_the_template(tell: Tell, patient: Patient) -> None:
    journey = tell("EMS_ARRIVAL", 5)
    assert journey is not None
    assert (journey.kind, journey.status, journey.patient_id) == ("ems", "active", patient.id)
    assert states(journey) == {
        "ARRIVAL": "completed",
        "TRIAGE": "pending",
        "TREATMENT": "pending",
        "LAB": "pending",
        "RADIOLOGY": "pending",
        "PHARMACY": "pending",
        "DISCHARGE": "in_progress",
    }
    assert len(said(JourneyStarted.kind)) == 1


def test_a_result_of_an_unknown_encounter_is_left_to_the_intake(tell: Tell) -> None:
    assert tell("LAB_ORDER_COMPLETED") is None
    assert tell("APPOINTMENT_CANCELLED") is None
    assert tell("INPATIENT_DISCHARGE_CANCELLED") is None


ORDERED = [("EMS_ARRIVAL", 0), ("EMS_TRIAGE", 10), ("LAB_ORDER_COMPLETED", 40), ("EMS_DISCHARGE", 90)]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_visit_ends_the_same_in_every_order_of_its_events(tell: Tell, order: tuple[int, ...]) -> None:
    waiting = []
    for index in order:
        if tell(*ORDERED[index]) is None:
            waiting.append(ORDERED[index])
    for code, minutes in waiting:  # the intake tries again what could not begin a visit
        tell(code, minutes)
    journey = tell(*ORDERED[0])
    assert journey is not None
    assert (journey.status, journey.started_at, journey.ended_at) == ("completed", at(0), at(90))
    assert [stage.completed_at for stage in journey.stages if stage.completed_at] == [at(0), at(10), at(40), at(90)]
    assert [code for code, state in states(journey).items() if state == "skipped"] == [
        "TREATMENT",
        "RADIOLOGY",
        "PHARMACY",
    ]
    assert len(said(StageCompleted.kind)) == 4
    assert len(said(JourneyCompleted.kind)) == 1


def test_the_same_event_again_changes_nothing(tell: Tell) -> None:
    source = uuid4()
    before = picture(tell("EMS_ARRIVAL", 5, source_event_id=source))
    again = tell("EMS_ARRIVAL", 5, source_event_id=source)
    assert picture(again) == before
    assert again is not None and again.stages[0].times_seen == 1
    assert len(said(StageCompleted.kind)) == 1


def test_another_message_of_the_same_fact_is_counted_and_keeps_the_earlier_time(tell: Tell) -> None:
    tell("EMS_ARRIVAL", 5, source_event_id=uuid4())
    later = tell("EMS_ARRIVAL", 9, source_event_id=uuid4())
    assert later is not None
    assert (later.stages[0].completed_at, later.stages[0].times_seen) == (at(5), 2)
    earlier = tell("EMS_ARRIVAL", 2, source_event_id=uuid4())
    assert earlier is not None
    assert (earlier.stages[0].completed_at, earlier.started_at) == (at(2), at(2))
    assert len(said(StageCompleted.kind)) == 1


def test_a_late_message_heals_a_stage_that_was_marked_missing(tell: Tell, cast: Cast) -> None:
    ended = tell("DAY_CASE_DISCHARGE", 300)
    assert missing(ended, cast) == ["ADMISSION", "PROCEDURE"]
    healed = tell("DAY_CASE_PROCEDURE", 120)
    assert states(healed)["PROCEDURE"] == "completed"
    assert missing(healed, cast) == ["ADMISSION"]
    assert len(said(JourneyCompleted.kind)) == 1


def test_a_passed_over_stage_is_missing_while_the_visit_goes_on_and_an_optional_one_is_not(
    tell: Tell, cast: Cast
) -> None:
    journey = tell("DAY_CASE_RECOVERY", 200)
    assert journey is not None
    assert missing(journey, cast) == ["ADMISSION", "PROCEDURE"]
    inpatient = tell("INPATIENT_MEDICATION", 60, encounter="V-2")
    assert missing(inpatient, cast) == ["ADMISSION"]


def test_the_patient_is_in_the_first_needed_stage_after_the_furthest_done(tell: Tell) -> None:
    journey = tell("DAY_CASE_ADMISSION", 0)
    assert journey is not None and states(journey)["PROCEDURE"] == "in_progress"
    assert (journey.stage_since, journey.current_stage_id) == (at(0), journey.stages[1].template_id)
    tell("DAY_CASE_RECOVERY", 150)
    assert states(journey) == {
        "ADMISSION": "completed",
        "PROCEDURE": "pending",
        "RECOVERY": "completed",
        "DISCHARGE": "in_progress",
    }
    assert (journey.stage_since, journey.stages[1].entered_at, journey.stages[3].entered_at) == (at(150), None, at(150))


CONVERSION = [("EMS_ARRIVAL", 0), ("EMS_TRIAGE", 10), ("INPATIENT_ADMISSION", 60), ("INPATIENT_DISCHARGE", 600)]


@pytest.mark.parametrize("order", [order for order in permutations(range(4)) if order[0] in (0, 1)])
def test_an_emergency_visit_that_became_an_admission_ends_the_same_in_every_order(
    tell: Tell, order: tuple[int, ...]
) -> None:
    for index in order:
        journey = tell(*CONVERSION[index])
    assert journey is not None
    assert (journey.kind, journey.status, journey.started_at, journey.ended_at) == (
        "inpatient",
        "completed",
        at(0),
        at(600),
    )
    done = [(stage.code, stage.completed_at) for stage in journey.stages if stage.status == "completed"]
    assert done == [("ARRIVAL", at(0)), ("TRIAGE", at(10)), ("ADMISSION", at(60)), ("DISCHARGE", at(600))]


def test_after_the_conversion_the_patient_is_in_a_stage_of_the_admission(tell: Tell) -> None:
    tell("EMS_ARRIVAL", 0)
    tell("EMS_DISCHARGE", 50)
    journey = tell("INPATIENT_ADMISSION", 60)
    assert journey is not None
    assert (journey.kind, journey.status, journey.ended_at) == ("inpatient", "active", None)
    current = next(stage for stage in journey.stages if stage.template_id == journey.current_stage_id)
    assert (current.code, current.status) == ("DISCHARGE", "in_progress")
    assert len({stage.position for stage in journey.stages}) == len(journey.stages)


def test_the_emergency_discharge_that_comes_late_does_not_end_the_admission(tell: Tell) -> None:
    tell("EMS_ARRIVAL", 0)
    tell("INPATIENT_ADMISSION", 60)
    journey = tell("EMS_DISCHARGE", 55)
    assert journey is not None and journey.status == "active"


def test_a_cancelled_admission_closes_every_open_stage(tell: Tell) -> None:
    tell("INPATIENT_ADMISSION", 0)
    journey = tell("INPATIENT_ADMISSION_CANCELLED", 30)
    assert journey is not None
    assert (journey.status, journey.ended_at, journey.current_stage_id) == ("cancelled", at(30), None)
    assert set(states(journey).values()) == {"completed", "cancelled"}
    (entry,) = said(JourneyCancelled.kind)
    assert entry.data["cause"] == "inpatient_admission_cancelled"


def test_a_no_show_is_cancelled_and_a_patient_who_came_after_all_is_seen(tell: Tell) -> None:
    tell("APPOINTMENT_BOOKED", 0, scheduled_at=at(100))
    journey = tell("APPOINTMENT_NO_SHOW", 130)
    assert journey is not None and journey.status == "cancelled"
    journey = tell("OPD_STAGE_1_REGISTRATION", 140)
    assert journey is not None
    assert (journey.status, journey.ended_at) == ("active", None)
    assert states(journey)["CONSULTATION"] == "in_progress"
    assert len(said(JourneyReopened.kind)) == 1


def test_a_no_show_that_comes_after_the_patient_was_registered_is_an_old_story(tell: Tell) -> None:
    tell("APPOINTMENT_BOOKED", 0)
    tell("OPD_STAGE_1_REGISTRATION", 140)
    journey = tell("APPOINTMENT_NO_SHOW", 130)
    assert journey is not None and journey.status == "active"


def test_a_late_result_does_not_revive_a_cancelled_admission(tell: Tell) -> None:
    tell("INPATIENT_ADMISSION", 0)
    tell("INPATIENT_ADMISSION_CANCELLED", 30)
    journey = tell("LAB_ORDER_COMPLETED", 90)
    assert journey is not None and journey.status == "cancelled"


def test_an_ended_visit_can_not_be_cancelled_by_a_message(tell: Tell) -> None:
    tell("OPD_VISIT_COMPLETED", 50)
    journey = tell("APPOINTMENT_CANCELLED", 60)
    assert journey is not None and journey.status == "completed"


def test_a_cancelled_discharge_takes_the_end_back_and_the_next_one_ends_the_visit(tell: Tell) -> None:
    tell("INPATIENT_ADMISSION", 0)
    tell("INPATIENT_DISCHARGE", 100)
    journey = tell("INPATIENT_DISCHARGE_CANCELLED", 110)
    assert journey is not None
    assert (journey.status, journey.ended_at) == ("active", None)
    assert states(journey)["DISCHARGE"] == "in_progress"
    assert states(journey)["LAB"] == "pending"
    journey = tell("INPATIENT_DISCHARGE", 400)
    assert journey is not None
    assert (journey.status, journey.ended_at, journey.stages[-1].completed_at) == ("completed", at(400), at(400))


def test_visits_follow_a_merged_patient(tell: Tell, cast: Cast, patient: Patient, drain: Any) -> None:
    journey = tell("EMS_ARRIVAL", 0)
    stays = make_patient(cast.a.id, "2002")
    from app.core.events import record

    with acting_as(SYSTEM), unit_of_work():
        record(PatientMerged(patient.id, cast.a.id, stays.id), actor=SYSTEM)
    drain()
    with acting_as(SYSTEM):
        assert db.session.execute(sa.select(Journey.patient_id)).scalars().all() == [stays.id]
    (entry,) = said(JourneyMoved.kind)
    assert (entry.subject_id, entry.data["from_patient_id"]) == (journey.id, str(patient.id))  # type: ignore[union-attr]


def test_one_encounter_number_in_two_hospitals_is_two_visits(tell: Tell, cast: Cast) -> None:
    ours = tell("EMS_ARRIVAL", 0)
    theirs = tell("EMS_ARRIVAL", 0, hospital_id=cast.b.id, patient_id=make_patient(cast.b.id, "1").id)
    assert ours is not None and theirs is not None and ours.id != theirs.id


def test_a_hospitals_own_template_wins_over_the_groups(tell: Tell, cast: Cast) -> None:
    from app.journeys.services import templates
    from app.journeys.services.templates import TemplateFacts

    own = templates.create(
        hospital_id=cast.a.id, kind="ems", facts=TemplateFacts("Ours", "لنا"), actor=cast.actor("hospital_admin")
    )
    journey = tell("EMS_ARRIVAL", 0)
    assert journey is not None and journey.template_id == own.id
    with acting_as(SYSTEM):
        others = progress.template_for(cast.b.id, "ems")
    assert others is not None and others.id != own.id
