"""The pure rules of journeys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.journeys import rules
from app.journeys.enums import BEGINS, CANCELS, ENDS, REOPENS, JourneyKind, VisitCode
from app.journeys.rules import VisitEvent
from tests.conftest import NOON


@dataclass
class FakeStage:
    position: int
    status: str = "pending"
    completed_at: datetime | None = None
    template_id: UUID = field(default_factory=uuid4)


@dataclass
class FakeTemplate:
    trigger_codes: list[str]
    id: UUID = field(default_factory=uuid4)
    position: int = 1
    is_optional: bool = False


def event(code: str, *, kind: str | None = None, minutes: int = 0) -> VisitEvent:
    moment = NOON + timedelta(minutes=minutes)
    return VisitEvent(uuid4(), code, "V-1", uuid4(), moment, journey_kind=kind)


def test_an_event_that_names_its_kind_is_believed_before_its_code() -> None:
    assert rules.kind_of(event("INPATIENT_ADMISSION", kind="day_case")) is JourneyKind.DAY_CASE
    assert rules.kind_of(event("INPATIENT_ADMISSION")) is JourneyKind.INPATIENT


def test_results_and_medicines_begin_no_visit() -> None:
    for code in ("LAB_ORDER_COMPLETED", "RADIOLOGY_REPORT_FINALIZED", "PHARMACY_DISPENSED", "NOBODY_KNOWS"):
        assert rules.kind_of(event(code)) is None


def test_every_code_that_ends_a_visit_ends_visits_of_its_own_kind_only() -> None:
    for code in ENDS:
        assert [kind for kind in JourneyKind if rules.ends_visit(code, kind)] == [BEGINS[code]]


def test_ends_cancellations_and_reopenings_are_apart() -> None:
    assert not (ENDS & CANCELS) and not (ENDS & REOPENS) and not (CANCELS & REOPENS)


def test_a_stage_is_completed_by_any_of_its_codes() -> None:
    booking = FakeTemplate(["APPOINTMENT_BOOKED", "APPOINTMENT_RESCHEDULED"])
    other = FakeTemplate(["LAB_ORDER_COMPLETED"])
    assert rules.completed_by("APPOINTMENT_RESCHEDULED", [booking, other]) == [booking]
    assert rules.completed_by("SOMETHING_ELSE", [booking, other]) == []


@pytest.mark.parametrize(
    ("present", "code", "into"),
    [
        ("ems", "INPATIENT_ADMISSION", JourneyKind.INPATIENT),
        ("opd", "INPATIENT_ADMISSION", JourneyKind.INPATIENT),
        ("ems", "INPATIENT_DISCHARGE", JourneyKind.INPATIENT),  # the admission's own message is still on its way
        ("inpatient", "INPATIENT_ADMISSION", None),
        ("inpatient", "EMS_TRIAGE", None),  # late, of the visit before
        ("inpatient", "OPD_STAGE_1_REGISTRATION", None),
        ("ems", "LAB_ORDER_COMPLETED", None),
        ("day_case", "INPATIENT_TRANSFER", None),
    ],
)
def test_only_an_admission_turns_a_visit_into_another_kind(present: str, code: str, into: JourneyKind | None) -> None:
    assert rules.converts_to(event(code), present) is into


def test_a_stage_that_was_passed_over_is_missing_unless_it_is_optional() -> None:
    passed = FakeStage(2)
    assert rules.is_missing(passed, is_optional=False, last_completed_position=3)
    assert not rules.is_missing(passed, is_optional=True, last_completed_position=3)
    assert not rules.is_missing(passed, is_optional=False, last_completed_position=2)
    assert not rules.is_missing(FakeStage(2, "completed"), is_optional=False, last_completed_position=3)
    assert not rules.is_missing(FakeStage(2, "cancelled"), is_optional=False, last_completed_position=3)


def test_the_furthest_completed_stage_counts_not_the_last_in_time() -> None:
    stages = [FakeStage(1, "completed"), FakeStage(4, "completed"), FakeStage(5, "in_progress")]
    assert rules.last_completed(stages) == 4
    assert rules.last_completed([FakeStage(1)]) == 0


def test_percent_leaves_cancelled_stages_out() -> None:
    assert rules.percent_done([]) == 0
    assert rules.percent_done([FakeStage(1, "completed"), FakeStage(2), FakeStage(3, "cancelled")]) == 50
    assert rules.percent_done([FakeStage(1, "cancelled")]) == 0
    assert rules.percent_done([FakeStage(1, "completed")]) == 100


def test_only_a_later_sight_of_the_patient_revives_a_cancelled_visit() -> None:
    assert rules.revives(event("OPD_STAGE_1_REGISTRATION", minutes=1), NOON)
    assert rules.revives(event("APPOINTMENT_RESCHEDULED", minutes=1), NOON)
    assert not rules.revives(event("OPD_STAGE_1_REGISTRATION", minutes=0), NOON)
    assert not rules.revives(event("LAB_ORDER_COMPLETED", minutes=1), NOON)
    assert not rules.revives(event("OPD_STAGE_1_REGISTRATION", minutes=1), None)


def test_a_late_result_is_no_proof_that_the_patient_was_there() -> None:
    seen, result = FakeTemplate([VisitCode.OPD_STAGE_1_REGISTRATION]), FakeTemplate([VisitCode.LAB_ORDER_COMPLETED])
    stages = [
        FakeStage(1, "completed", NOON, seen.id),
        FakeStage(2, "completed", NOON + timedelta(hours=2), result.id),
    ]
    templates = {seen.id: seen, result.id: result}
    assert rules.last_proof(stages, templates) == NOON
    assert rules.last_proof(stages[1:], templates) is None
