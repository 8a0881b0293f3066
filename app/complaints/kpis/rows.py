"""Which records each KPI counts, and which of them stand in its numerator: said once, for the numbers and the lists behind them.

Each line of `ROWS` gives a SELECT of the same columns: the record and its hospital, the local month that it belongs to, and
whether it is in the numerator, in the denominator, or left out because its time is not over. A record that ended before its
time was over (withdrawn within two hours) never had that time and is left out, unless it was in the numerator already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Float,
    Integer,
    Select,
    and_,
    cast,
    column,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    values,
)

from app.complaints import sla
from app.complaints.enums import ComplaintStatus
from app.complaints.kpis.months import around, first_day
from app.complaints.models import REOPEN_WITHIN, Complaint, Explanation
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import visible
from app.core.sla.models import SlaClock
from app.core.time import clock
from app.journeys.enums import JourneyKind, JourneyStatus
from app.journeys.models import Journey
from app.organizations.models import Hospital
from app.surveys.enums import InstanceState
from app.surveys.models import SurveyInstance

Rows = Select[Any]
MONTH_FORM = "YYYY-MM"
ONE_MONTH = func.make_interval(0, 1)
NOTHING = cast(null(), Float)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which months, for whom, and narrowed to what."""

    months: tuple[str, ...]
    actor: Actor
    hospital_id: UUID | None = None
    department_id: UUID | None = None


def _said(condition: Any) -> ColumnElement[bool]:
    """What is not known is not so."""
    return func.coalesce(condition, false())


def _columns(
    code: str,
    model: Any,
    month: Any,
    *,
    at: Any,
    met: Any,
    counts: Any = None,
    pending: Any = None,
    weight: Any = None,
    hours: Any = None,
) -> list[Any]:
    return [
        literal(code).label("code"),
        model.id.label("id"),
        model.hospital_id.label("hospital_id"),
        month.label("month"),
        at.label("at"),
        _said(met).label("met"),
        _said(true() if counts is None else counts).label("counts"),
        _said(false() if pending is None else pending).label("pending"),
        cast(literal(1) if weight is None else weight, Integer).label("weight"),
        (NOTHING if hours is None else hours).label("hours"),
    ]


def _month(at: Any) -> Any:
    return func.to_char(func.timezone(Hospital.zone, at), MONTH_FORM)


def _between(at: Any, wanted: Wanted) -> ColumnElement[bool]:
    since, until = around(wanted.months)
    return and_(at >= since, at < until)


def _seen(model: Any, wanted: Wanted) -> ColumnElement[bool]:
    """Narrow to what the actor may count and what was asked for."""
    seen = visible(model, wanted.actor, Perm.KPI_READ)
    if wanted.hospital_id:
        seen = and_(seen, model.hospital_id == wanted.hospital_id)
    if wanted.department_id and model is Complaint:
        seen = and_(seen, Complaint.department_ids.contains([wanted.department_id]))
    elif wanted.department_id:
        seen = and_(seen, model.department_id == wanted.department_id)
    return seen


# what leaves a KPI (domain.md section 4): the case that goes on counts, not its duplicate; an error was no complaint
_NO_DUPLICATE = and_(
    Complaint.status != ComplaintStatus.DUPLICATE,
    or_(Complaint.status != ComplaintStatus.CANCELLED, Complaint.cancel_reason != "entered_in_error"),
)
_NOT_WITHDRAWN = and_(
    _NO_DUPLICATE, or_(Complaint.status != ComplaintStatus.CANCELLED, Complaint.cancel_reason != "patient_withdrew")
)


def _complaints(
    code: str,
    wanted: Wanted,
    at: Any,
    met: Any,
    *,
    where: Any = _NO_DUPLICATE,
    **more: Any,
) -> Rows:
    return (
        select(*_columns(code, Complaint, _month(at), at=at, met=met, **more))
        .join(Hospital, Hospital.id == Complaint.hospital_id)
        .where(_seen(Complaint, wanted), _between(at, wanted), where)
    )


def _had(span: timedelta, met: Any) -> dict[str, Any]:
    """Of a complaint that has `span` for something: it counts unless it ended before; until then its time is not over."""
    over = Complaint.received_at + span
    ended_early = and_(Complaint.closed_at.is_not(None), Complaint.closed_at < over, ~_said(met))
    return {"counts": ~_said(ended_early), "pending": over > clock.now()}


def _within(code: str, wanted: Wanted, done_at: Any, span: timedelta, where: Any = _NO_DUPLICATE) -> Rows:
    met = done_at <= Complaint.received_at + span
    return _complaints(code, wanted, Complaint.received_at, met, where=where, **_had(span, met))


def _activated_in_working_time(code: str, wanted: Wanted) -> Rows:
    due, ended = SlaClock.due_at, Complaint.closed_at
    met = Complaint.activated_at <= due
    ended_early = and_(ended.is_not(None), ended < due, ~_said(met))
    return _complaints(
        code, wanted, Complaint.received_at, met, counts=~_said(ended_early), pending=due > clock.now()
    ).join(SlaClock, and_(SlaClock.subject_id == Complaint.id, SlaClock.kind == sla.ACTIVATION, SlaClock.cycle == 1))


def _unactivated(code: str, wanted: Wanted) -> Rows:
    """At the end of the month of the receipt, or by now while that month runs."""
    local = func.date_trunc("month", func.timezone(Hospital.zone, Complaint.received_at))
    end = func.least(func.timezone(Hospital.zone, local + ONE_MONTH), literal(clock.now()))
    met = or_(Complaint.activated_at.is_(None), Complaint.activated_at > end)
    return _complaints(code, wanted, Complaint.received_at, met, where=_NOT_WITHDRAWN)


def _satisfied(code: str, wanted: Wanted) -> Rows:
    return _complaints(code, wanted, Complaint.received_at, Complaint.is_satisfied)


def _satisfied_of_answered(code: str, wanted: Wanted) -> Rows:
    where = and_(_NO_DUPLICATE, Complaint.is_satisfied.is_not(None))
    return _complaints(code, wanted, Complaint.received_at, Complaint.is_satisfied, where=where)


def _resolved(code: str, wanted: Wanted) -> Rows:
    return _complaints(code, wanted, Complaint.received_at, Complaint.resolved_at.is_not(None), where=_NOT_WITHDRAWN)


def _reopened(code: str, wanted: Wanted) -> Rows:
    """Nothing is left out while the 30 days run: that would leave only those that came back."""
    at = Complaint.first_closed_at
    return _complaints(code, wanted, at, Complaint.first_reopened_at <= at + REOPEN_WITHIN)


def _escalated(code: str, wanted: Wanted) -> Rows:
    return _complaints(code, wanted, Complaint.received_at, Complaint.escalated_at.is_not(None))


def _time_to_resolve(code: str, wanted: Wanted) -> Rows:
    at = Complaint.first_resolved_at
    hours = cast(func.extract("epoch", at - Complaint.received_at) / 3600, Float)
    return _complaints(code, wanted, at, true(), hours=hours)


def _periods(wanted: Wanted, until: datetime) -> tuple[Any, Any, Any]:
    """Give the months as rows, the local end of each (at most `until`), and the condition that it has begun."""
    table = values(column("first", Date), name="months").data([(first_day(each),) for each in wanted.months])
    begin = func.timezone(Hospital.zone, cast(table.c.first, DateTime))
    end = func.least(func.timezone(Hospital.zone, table.c.first + ONE_MONTH), literal(until))
    return table, end, begin <= until


def _overdue(code: str, wanted: Wanted) -> Rows:
    """What was unresolved at the end of each month, by its clocks: a resolution that was undone later still was one then."""
    months, end, begun = _periods(wanted, clock.now())
    month = func.to_char(months.c.first, MONTH_FORM)
    met = func.bool_or(_said(SlaClock.due_at <= end))
    return (
        select(*_columns(code, Complaint, month, at=Complaint.received_at, met=met))
        .join(Hospital, Hospital.id == Complaint.hospital_id)
        .join(months, begun)
        .join(
            SlaClock,
            and_(
                SlaClock.subject_id == Complaint.id,
                SlaClock.kind == sla.RESOLUTION,
                SlaClock.started_at < end,
                or_(SlaClock.stopped_at.is_(None), SlaClock.stopped_at >= end),
            ),
        )
        .where(_seen(Complaint, wanted), _NO_DUPLICATE)
        .group_by(Complaint.id, months.c.first)
    )


def _about(kind: JourneyKind) -> Callable[[str, Wanted], Rows]:
    def complained(code: str, wanted: Wanted) -> Rows:
        where = and_(_NO_DUPLICATE, Complaint.visit_kind == kind)
        return _complaints(code, wanted, Complaint.received_at, true(), where=where, counts=false())

    return complained


def _visits(code: str, wanted: Wanted) -> Rows:
    at = Journey.started_at
    return (
        select(*_columns(code, Journey, _month(at), at=at, met=false()))
        .join(Hospital, Hospital.id == Journey.hospital_id)
        .where(_seen(Journey, wanted), _between(at, wanted), Journey.kind == JourneyKind.OPD)
        .where(Journey.status != JourneyStatus.CANCELLED)
    )


def _patient_days(code: str, wanted: Wanted) -> Rows:
    """The local midnights of each stay in each month; a stay without one is a day of the month in which it began."""
    months, _end, begun = _periods(wanted, clock.now())
    first = months.c.first
    came = func.timezone(Hospital.zone, Journey.started_at).cast(Date)
    left = func.timezone(Hospital.zone, func.coalesce(Journey.ended_at, literal(clock.now()))).cast(Date)
    after = cast(first + ONE_MONTH, Date)
    days = func.least(left, after) - func.greatest(came, first)
    weight = func.greatest(days, cast(came >= first, Integer))
    return (
        select(*_columns(code, Journey, func.to_char(first, MONTH_FORM), at=Journey.started_at, met=false(), weight=weight))
        .join(Hospital, Hospital.id == Journey.hospital_id)
        .join(months, begun)
        .where(_seen(Journey, wanted), Journey.kind == JourneyKind.INPATIENT)
        .where(Journey.status != JourneyStatus.CANCELLED, came < after, or_(left > first, came >= first))
        .where(Journey.started_at < around(wanted.months)[1])
    )  # fmt: skip


def _explained(code: str, wanted: Wanted) -> Rows:
    """Each cycle of a request has its own deadline; one that was taken back before asks nobody any more."""
    due, ended = SlaClock.due_at, SlaClock.stopped_at
    answered = and_(ended.is_not(None), _said(Explanation.answered_at >= SlaClock.started_at))
    taken_back = and_(_said(ended < due), ~answered)
    return (
        select(
            *_columns(code, Explanation, _month(due), at=due, met=and_(answered, ended <= due), pending=due > clock.now())
        )
        .join(Hospital, Hospital.id == Explanation.hospital_id)
        .join(SlaClock, and_(SlaClock.subject_id == Explanation.id, SlaClock.kind == sla.ANSWER))
        .where(_seen(Explanation, wanted), _between(due, wanted), ~taken_back)
    )  # fmt: skip


def _surveys(code: str, wanted: Wanted, at: Any, met: Any, pending: Any, *where: Any) -> Rows:
    return (
        select(*_columns(code, SurveyInstance, _month(at), at=at, met=met, pending=pending))
        .join(Hospital, Hospital.id == SurveyInstance.hospital_id)
        .where(_seen(SurveyInstance, wanted), _between(at, wanted), *where)
    )


def _responses(code: str, wanted: Wanted) -> Rows:
    """An opened link arrived, whatever the provider said of it."""
    at = func.coalesce(SurveyInstance.delivered_at, SurveyInstance.opened_at)
    done = SurveyInstance.state == InstanceState.COMPLETED
    return _surveys(code, wanted, at, done, SurveyInstance.expires_at > clock.now())


def _closed_loops(code: str, wanted: Wanted) -> Rows:
    at = SurveyInstance.completed_at
    somebody = or_(
        SurveyInstance.patient_id.is_not(None), SurveyInstance.cause_id.is_not(None)
    )  # the contact of a case
    where = (SurveyInstance.is_negative.is_(True), somebody)
    called = SurveyInstance.followed_up_at <= at + timedelta(hours=48)
    return _surveys(code, wanted, at, called, at + timedelta(hours=48) > clock.now(), *where)


ROWS: dict[str, tuple[Callable[[str, Wanted], Rows], ...]] = {
    "MOH-2": (lambda code, wanted: _within(code, wanted, Complaint.first_resolved_at, timedelta(hours=72), _NOT_WITHDRAWN),),
    "MOH-3": (_satisfied,),
    "MOH-3-ANSWERED": (_satisfied_of_answered,),
    "N-PAD-001": (_resolved,),
    "Dep-KPI-4": (_explained,),
    "KPI-6": (lambda code, wanted: _within(code, wanted, Complaint.activated_at, timedelta(hours=2)),),
    "KPI-6-WORKING": (_activated_in_working_time,),
    "KPI-7": (_unactivated,),
    "X-1": (lambda code, wanted: _within(code, wanted, Complaint.first_contact_at, timedelta(hours=24)),),
    "X-2": (_reopened,),
    "X-3": (_overdue,),
    "X-4": (_about(JourneyKind.OPD), _visits),
    "X-4-INPATIENT": (_about(JourneyKind.INPATIENT), _patient_days),
    "X-5": (_time_to_resolve,),
    "X-6": (_responses,),
    "X-7": (_closed_loops,),
    "X-8": (_escalated,),
}  # fmt: skip
