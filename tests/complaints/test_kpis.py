"""KPIs by hand-made cases: what each counts, in which local month, what is left out, and what is never guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.complaints.explanations import services as explaining
from app.complaints.explanations.services import Question
from app.complaints.kpis import queries
from app.complaints.kpis.definitions import KPIS
from app.complaints.kpis.records import SIDES, list_records
from app.complaints.kpis.rows import ROWS, Wanted
from app.complaints.models import Complaint
from app.complaints.public import hearing
from app.complaints.services import writing
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.sla.sweep import sweep_clocks
from app.core.time import clock
from app.journeys.models import Journey, JourneyTemplate
from app.organizations.models import Hospital, Patient
from tests.cast import Cast
from tests.complaints.conftest import received, step

SYSTEM = system_actor("a test of KPIs")
MAY, JUNE, JULY = "2027-05", "2027-06", "2027-07"
START = datetime(2027, 6, 2, 7, 0, tzinfo=UTC)  # a Wednesday, ten in the morning in Riyadh
LATER = datetime(2027, 8, 20, 9, 0, tzinfo=UTC)  # when everything of June is settled


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)


def came(cast: Cast, at: datetime = START, **facts: Any) -> Complaint:
    """A complaint that is received at an instant."""
    with clock.frozen(at):
        return received(cast, **facts)


def walked(cast: Cast, complaint: Complaint, *steps: tuple[str, float], **changed: Any) -> Complaint:
    """Take steps, each so many hours after the receipt."""
    start = complaint.received_at
    for verb, after in steps:
        with clock.frozen(start + hours(after)):
            complaint = step(cast, complaint, verb, **changed)
    return complaint


RESOLVED_AT_ONCE = (("activate", 1), ("start", 1), ("resolve", 2))


def counts(
    cast: Cast, code: str, month: str = JUNE, *, who: str = "px_coordinator", now: datetime = LATER, **narrow: Any
) -> tuple[int, int, int]:
    """Numerator, denominator, and records whose time is not over."""
    actor = cast.actor(who)
    with acting_as(actor), clock.frozen(now):
        found = queries.figures([code], Wanted((month,), actor, **narrow))[code][0].counts
        sides = {side: len(list_records(KPIS[code], side, Wanted((month,), actor, **narrow)).rows) for side in SIDES}
    assert sides["pending"] == found.pending
    if KPIS[code].has_rest:  # the lists hold exactly what was counted
        assert (sides["numerator"], sides["rest"]) == (found.numerator, found.denominator - found.numerator)
    return found.numerator, found.denominator, found.pending


def test_every_kpi_says_which_rows_it_counts() -> None:
    assert list(ROWS) == list(KPIS)


@pytest.mark.parametrize("code", list(KPIS))
def test_nothing_is_counted_where_nothing_happened(reference_data: Cast, code: str) -> None:
    actor = reference_data.actor("px_coordinator")
    assert counts(reference_data, code) == (0, 0, 0)
    with acting_as(actor):
        figure = queries.figures([code], Wanted((JUNE,), actor))[code][0]
    assert (figure.value, str(figure.verdict)) == (None, "none")


@pytest.mark.parametrize(("after", "met"), [(2, 1), (72, 1), (72.001, 0)])
def test_72_hours_are_counted_around_the_clock_to_the_instant(reference_data: Cast, after: float, met: int) -> None:
    complaint = came(reference_data)
    walked(reference_data, complaint, ("activate", 0.5), ("start", 0.5), ("resolve", after))
    assert counts(reference_data, "MOH-2") == (met, 1, 0)


def test_a_reopened_complaint_keeps_its_first_resolution_but_stands_unresolved(reference_data: Cast) -> None:
    walked(reference_data, came(reference_data), *RESOLVED_AT_ONCE, ("reopen", 200))
    assert counts(reference_data, "MOH-2") == (1, 1, 0)
    assert counts(reference_data, "N-PAD-001") == (0, 1, 0)


def test_what_has_not_had_its_72_hours_is_left_out_even_if_it_is_resolved(reference_data: Cast) -> None:
    walked(reference_data, came(reference_data), *RESOLVED_AT_ONCE)
    came(reference_data)
    assert counts(reference_data, "MOH-2", now=START + hours(71)) == (0, 0, 2)
    assert counts(reference_data, "MOH-2", now=START + hours(72)) == (1, 2, 0)


def test_withdrawn_merged_and_erroneous_complaints_leave_the_rates_of_resolution(reference_data: Cast) -> None:
    walked(reference_data, came(reference_data), ("cancel", 100), cancel_reason="patient_withdrew")
    walked(reference_data, came(reference_data), ("cancel", 100), cancel_reason="entered_in_error")
    walked(reference_data, came(reference_data), ("merge", 100))  # into another, which counts
    walked(reference_data, came(reference_data), ("cancel", 100), cancel_reason="out_of_scope")
    assert counts(reference_data, "MOH-2") == counts(reference_data, "N-PAD-001") == (0, 2, 0)
    assert counts(reference_data, "X-8") == (0, 3, 0)  # withdrawn is received all the same


def test_a_complaint_that_was_parted_again_counts_again(reference_data: Cast) -> None:
    merged = walked(reference_data, came(reference_data), ("merge", 1))
    assert counts(reference_data, "MOH-2") == (0, 1, 0)
    walked(reference_data, merged, ("part", 5))
    assert counts(reference_data, "MOH-2") == (0, 2, 0)


def test_the_month_is_that_of_the_hospitals_own_midnight(reference_data: Cast) -> None:
    midnight = datetime(2027, 5, 31, 21, 0, tzinfo=UTC)  # of Riyadh
    came(reference_data, midnight - timedelta(seconds=1))
    came(reference_data, midnight)
    assert counts(reference_data, "X-8", MAY) == counts(reference_data, "X-8") == (0, 1, 0)

    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Hospital, reference_data.a.id).zone = "UTC"
    assert counts(reference_data, "X-8", MAY) == (0, 2, 0)


@pytest.mark.parametrize(
    ("said", "of_received", "of_answered"), [(True, 1, (1, 1, 0)), (False, 0, (0, 1, 0)), (None, 0, (0, 0, 0))]
)
def test_satisfaction_is_told_of_all_received_and_of_those_who_answered(
    reference_data: Cast, monkeypatch: pytest.MonkeyPatch, said: bool | None, of_received: int, of_answered: Any
) -> None:
    complaint = walked(reference_data, came(reference_data), *RESOLVED_AT_ONCE, ("close", 3))
    came(reference_data, is_anonymous=True)
    monkeypatch.setattr(hearing, "is_satisfied", lambda _survey: said)
    with acting_as(SYSTEM):
        hearing.take_judgement(complaint.id, complaint.id, 80.0, actor=SYSTEM)
    assert counts(reference_data, "MOH-3") == (of_received, 2, 0)
    assert counts(reference_data, "MOH-3-ANSWERED") == of_answered


@pytest.mark.parametrize(("after", "met"), [(2, 1), (2.01, 0)])
def test_activation_within_two_hours(reference_data: Cast, after: float, met: int) -> None:
    walked(reference_data, came(reference_data), ("activate", after))
    assert counts(reference_data, "KPI-6") == (met, 1, 0)


def test_who_withdraws_within_the_two_hours_never_had_them(reference_data: Cast) -> None:
    walked(reference_data, came(reference_data), ("cancel", 1), cancel_reason="patient_withdrew")
    assert counts(reference_data, "KPI-6") == (0, 0, 0)
    walked(reference_data, came(reference_data), ("cancel", 3), cancel_reason="patient_withdrew")
    assert counts(reference_data, "KPI-6") == (0, 1, 0)


def test_a_night_is_no_working_time_for_activation(reference_data: Cast) -> None:
    evening = datetime(2027, 6, 2, 18, 0, tzinfo=UTC)  # nine in the evening; the office opens at eight
    walked(reference_data, came(reference_data, evening), ("activate", 12))
    assert counts(reference_data, "KPI-6") == (0, 1, 0)
    assert counts(reference_data, "KPI-6-WORKING") == (1, 1, 0)


def test_unactivated_is_what_the_end_of_its_month_found_unactivated(reference_data: Cast) -> None:
    last = datetime(2027, 6, 30, 12, 0, tzinfo=UTC)
    walked(reference_data, came(reference_data, last), ("activate", 12))  # three in the morning of July
    walked(reference_data, came(reference_data, last), ("activate", 2))
    assert counts(reference_data, "KPI-7") == (1, 2, 0)
    assert counts(reference_data, "KPI-7", now=last + hours(13)) == (1, 2, 0)


@pytest.mark.parametrize(("kind", "met"), [("call", 1), ("note", 0)])
def test_the_first_call_counts_whatever_activation_says_later(reference_data: Cast, kind: str, met: int) -> None:
    complaint, officer = came(reference_data), reference_data.actor("px_coordinator")
    with acting_as(officer), clock.frozen(START + hours(20)):
        writing.add_note(complaint.id, "قال إنه ينتظر", kind=kind, actor=officer)
        complaint = db.session.get_one(Complaint, complaint.id)
    walked(reference_data, complaint, ("activate", 30))
    assert counts(reference_data, "X-1") == (met, 1, 0)


@pytest.mark.parametrize(("reopened_after", "met"), [(24, 1), (30 * 24, 1)])
def test_reopening_counts_in_the_month_of_the_first_closing(
    reference_data: Cast, reopened_after: float, met: int
) -> None:
    late = datetime(2027, 6, 29, 7, 0, tzinfo=UTC)
    closed = walked(reference_data, came(reference_data, late), *RESOLVED_AT_ONCE, ("close", 3))
    walked(reference_data, came(reference_data, late), *RESOLVED_AT_ONCE, ("close", 3))
    again = walked(reference_data, closed, ("reopen", 3 + reopened_after))
    after = reopened_after + 4
    walked(reference_data, again, ("resolve", after), ("close", after + 1))
    assert counts(reference_data, "X-2") == (met, 2, 0)
    assert counts(reference_data, "X-2", JULY) == (0, 0, 0)


def test_an_objection_before_the_closing_is_no_reopening_after_it(reference_data: Cast) -> None:
    walked(reference_data, came(reference_data), *RESOLVED_AT_ONCE, ("reopen", 3), ("resolve", 4), ("close", 5))
    assert counts(reference_data, "X-2") == (0, 1, 0)


def test_the_rate_of_reopening_is_provisional_for_thirty_days_after_the_month(reference_data: Cast) -> None:
    actor = reference_data.actor("px_coordinator")
    walked(reference_data, came(reference_data), *RESOLVED_AT_ONCE, ("close", 3))
    for day, provisional in ((29, True), (31, False)):
        with acting_as(actor), clock.frozen(datetime(2027, 7, day, 9, 0, tzinfo=UTC)):
            assert queries.figures(["X-2"], Wanted((JUNE,), actor))["X-2"][0].is_provisional is provisional


def test_overdue_is_told_as_it_was_at_the_end_of_each_month(reference_data: Cast) -> None:
    may = datetime(2027, 5, 5, 7, 0, tzinfo=UTC)
    walked(reference_data, came(reference_data, may), ("activate", 1), ("start", 1), ("resolve", 24 * 30))
    reopened = walked(reference_data, came(reference_data, may), *RESOLVED_AT_ONCE, ("close", 3))
    walked(reference_data, reopened, ("reopen", 24 * 28))  # the second of June
    came(reference_data, datetime(2027, 5, 31, 20, 0, tzinfo=UTC))  # not due before June
    assert counts(reference_data, "X-3", MAY) == (1, 2, 0)
    assert counts(reference_data, "X-3") == (2, 2, 0)
    assert counts(reference_data, "X-3", JULY, now=LATER - timedelta(days=60)) == (0, 0, 0)  # has not begun


def test_an_escalation_stays_told_when_its_deadline_moves(reference_data: Cast, drain: Callable[[], int]) -> None:
    complaint = came(reference_data, severity="medium")
    came(reference_data, START + timedelta(days=30))
    with clock.frozen(START + timedelta(days=20)):
        sweep_clocks()
        drain()
    with acting_as(SYSTEM):
        known = db.session.execute(sa.select(Complaint.escalated_at).where(Complaint.id == complaint.id)).scalar_one()
    assert known is not None
    assert counts(reference_data, "X-8") == (1, 1, 0)
    assert counts(reference_data, "X-8", JULY) == (0, 1, 0)


def test_time_to_resolve_is_a_median_of_the_month_of_the_resolution(reference_data: Cast) -> None:
    for after in (10, 20, 90):
        walked(reference_data, came(reference_data), ("activate", 1), ("start", 1), ("resolve", after))
    late = came(reference_data, datetime(2027, 6, 30, 7, 0, tzinfo=UTC))
    walked(reference_data, late, ("activate", 1), ("start", 1), ("resolve", 50))
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor), clock.frozen(LATER):
        june, july = queries.figures(["X-5"], Wanted((JUNE, JULY), actor))["X-5"]
    assert (june.value, june.counts.ninetieth, june.counts.denominator) == (20, 76, 3)
    assert (july.value, july.counts.denominator) == (50, 1)


def test_complaint_rates_use_the_visits_and_days_of_their_own_kind(reference_data: Cast, patient: Patient) -> None:
    visit(patient, "opd", START)
    visit(patient, "opd", START, status="cancelled")
    visit(patient, "inpatient", datetime(2027, 5, 30, 9, 0, tzinfo=UTC), datetime(2027, 6, 3, 9, 0, tzinfo=UTC))
    visit(patient, "inpatient", START, START + hours(3))
    came(reference_data, visit_kind="opd")
    came(reference_data, visit_kind="inpatient")
    came(reference_data)
    assert counts(reference_data, "X-4") == (1, 1, 0)
    assert counts(reference_data, "X-4-INPATIENT") == (1, 3, 0)  # two midnights of June, and a day without one
    assert counts(reference_data, "X-4-INPATIENT", MAY) == (0, 2, 0)


def test_the_kind_of_visit_is_known_where_the_patient_had_one_kind_that_day(
    reference_data: Cast, patient: Patient
) -> None:
    visit(patient, "opd", START)
    day = START.date()
    assert came(reference_data, START, patient_id=patient.id, happened_on=day).visit_kind == "opd"
    assert came(reference_data, START, patient_id=patient.id, happened_on=day, visit_kind="ems").visit_kind == "ems"
    visit(patient, "ems", START)
    assert came(reference_data, START, patient_id=patient.id, happened_on=day).visit_kind == ""
    assert came(reference_data, START, patient_id=patient.id).visit_kind == ""


def visit(patient: Patient, kind: str, start: datetime, end: datetime | None = None, status: str = "completed") -> None:
    """Write a visit."""
    with acting_as(SYSTEM), unit_of_work():
        template = db.session.execute(sa.select(JourneyTemplate.id).limit(1)).scalar_one()
        db.session.add(
            Journey(
                hospital_id=patient.hospital_id, patient_id=patient.id, template_id=template, kind=kind, status=status,
                encounter=f"{kind}-{start}-{status}", started_at=start, ended_at=end or start + hours(1), stage_since=start,
            )
        )  # fmt: skip


def asked(cast: Cast, at: datetime = START) -> Any:
    """A request to explain, of the emergency department."""
    complaint, officer = came(cast, at), cast.actor("px_coordinator")
    with acting_as(officer), clock.frozen(at):
        return explaining.ask(complaint.id, cast["physician"].id, Question("لماذا؟", "", cast.er.id), actor=officer)


def moved(cast: Cast, explanation: Any, verb: str, at: datetime, who: str = "px_coordinator") -> None:
    """Take a step of a request to explain at an instant."""
    actor = cast.actor(who)
    with acting_as(actor), clock.frozen(at):
        db.session.refresh(explanation)
        explaining.move(explanation.id, verb, version=explanation.version, text="لأن الطبيب تأخر", actor=actor)


def test_each_cycle_of_an_explanation_has_its_own_deadline(reference_data: Cast) -> None:
    explanation = asked(reference_data)
    due = explanation.due_at
    assert counts(reference_data, "Dep-KPI-4", now=START + hours(1)) == (0, 0, 1)
    moved(reference_data, explanation, "answer", due, "physician")
    moved(reference_data, explanation, "return", due + hours(1))
    assert counts(reference_data, "Dep-KPI-4") == (1, 2, 0)  # the second was never answered
    moved(reference_data, explanation, "answer", due + timedelta(days=10), "physician")
    assert counts(reference_data, "Dep-KPI-4") == (1, 2, 0)  # and then late


@pytest.mark.parametrize(("days", "wanted"), [(0.1, (0, 0, 0)), (20, (0, 1, 0))])
def test_a_request_that_was_taken_back_counts_only_if_it_fell_due_before(
    reference_data: Cast, days: float, wanted: Any
) -> None:
    moved(reference_data, asked(reference_data), "cancel", START + timedelta(days=days))
    assert counts(reference_data, "Dep-KPI-4") == wanted
