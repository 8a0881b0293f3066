"""What people make of suggestions: taken, turned down, or answered by another choice; each is kept to measure them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints.events import SuggestionJudged
from app.complaints.models import Complaint, ComplaintPoint, ComplaintSuggestion
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.services import working
from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, NotFound
from app.core.events import record
from app.core.time import clock
from app.core.web.live import touch

OPEN, ACCEPTED, CORRECTED, IGNORED = "open", "accepted", "corrected", "ignored"


@command
def accept(complaint_id: UUID, suggestion_id: UUID, *, version: int, actor: Actor) -> ComplaintSuggestion:
    """Do what a suggestion says, as the person would by hand: judge the severity anew, or classify a point.

    Conflict: it was judged already, the complaint has ended, or somebody changed it since `version`. Invalid: the class
    or department is not in use any more.
    """
    complaint = working.open_case(complaint_id, version=version, actor=actor)
    suggestion = _open_suggestion(complaint, suggestion_id)
    TAKES[suggestion.what](complaint, suggestion.value, actor)
    return _judged(complaint, suggestion, ACCEPTED, actor)


@command
def ignore(complaint_id: UUID, suggestion_id: UUID, *, actor: Actor) -> ComplaintSuggestion:
    """Turn a suggestion down. Conflict: it was judged already, or the complaint has ended."""
    complaint = working.open_case(complaint_id, version=None, actor=actor)
    return _judged(complaint, _open_suggestion(complaint, suggestion_id), IGNORED, actor)


def _open_suggestion(complaint: Complaint, suggestion_id: UUID) -> ComplaintSuggestion:
    found = db.session.execute(
        select(ComplaintSuggestion)
        .where(ComplaintSuggestion.id == suggestion_id, ComplaintSuggestion.complaint_id == complaint.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound()
    if found.state != OPEN:
        raise Conflict(_("Somebody has judged this suggestion already."), code="judged", current=complaint)
    return found


def _judged(complaint: Complaint, suggestion: ComplaintSuggestion, state: str, actor: Actor) -> ComplaintSuggestion:
    _write(suggestion, state, actor.id, clock.now())
    about = SuggestionJudged(
        complaint.id, complaint.hospital_id, complaint.reference, suggestion.id, suggestion.what, state
    )
    record(about, actor=actor)
    touch("complaints", hospital_id=complaint.hospital_id)
    return suggestion


def _write(suggestion: ComplaintSuggestion, state: str, by: UUID | None, at: datetime, corrected_to: str = "") -> None:
    suggestion.state, suggestion.corrected_to = state, corrected_to
    suggestion.judged_by_id, suggestion.judged_at = by, at


def _take_severity(complaint: Complaint, value: str, actor: Actor) -> None:
    working.change_severity(complaint.id, value, version=complaint.version, actor=actor)


def _take_class(complaint: Complaint, value: str, actor: Actor) -> None:
    point = _first_point(complaint, lambda each: each.class_id is None)
    _save_point(complaint, point, replace(_facts_of(complaint, point), class_id=UUID(value)), actor)


def _take_department(complaint: Complaint, value: str, actor: Actor) -> None:
    point = _first_point(complaint, lambda each: each.department_id is None)
    _save_point(complaint, point, replace(_facts_of(complaint, point), department_id=UUID(value)), actor)


TAKES: dict[str, Callable[[Complaint, str, Actor], None]] = {
    "severity": _take_severity,
    "class": _take_class,
    "department": _take_department,
}


def _first_point(complaint: Complaint, lacks_it: Callable[[ComplaintPoint], bool]) -> ComplaintPoint | None:
    """Give the first point that has no such value yet; None: a new point takes it."""
    query = select(ComplaintPoint).where(ComplaintPoint.complaint_id == complaint.id).order_by(ComplaintPoint.position)
    return next((each for each in db.session.execute(query).scalars() if lacks_it(each)), None)


def _facts_of(complaint: Complaint, point: ComplaintPoint | None) -> PointFacts:
    if point is None:
        return PointFacts(complaint.title)
    return PointFacts(point.summary, point.class_id, point.department_id, point.harm, point.finding, point.answer)


def _save_point(complaint: Complaint, point: ComplaintPoint | None, facts: PointFacts, actor: Actor) -> None:
    if point is None:
        points.add(complaint.id, facts, actor=actor)
    else:
        points.change(complaint.id, point.id, facts, version=point.version, actor=actor)


@command
def follow_points(complaint_id: UUID, *, by: UUID | None, at: datetime, actor: Actor) -> None:
    """See what the points of a complaint say now: a suggestion that came true by hand was right, another was corrected."""
    rows = db.session.execute(
        select(ComplaintPoint.class_id, ComplaintPoint.department_id)
        .where(ComplaintPoint.complaint_id == complaint_id)
        .order_by(ComplaintPoint.position)
    ).all()
    chosen = {"class": [str(row[0]) for row in rows if row[0]], "department": [str(row[1]) for row in rows if row[1]]}
    for what, values in chosen.items():
        _follow(complaint_id, what, values, by, at)


@command
def follow_severity(complaint_id: UUID, severity: str, *, by: UUID | None, at: datetime, actor: Actor) -> None:
    """See what severity was chosen: the suggested one was right, another was corrected."""
    _follow(complaint_id, "severity", [severity], by, at)


@command
def leave_open_ones(complaint_id: UUID, *, by: UUID | None, at: datetime, actor: Actor) -> None:
    """Mark what nobody judged before the complaint was answered or ended as ignored."""
    for suggestion in _of(complaint_id, state=OPEN):
        _write(suggestion, IGNORED, by, at)


def _follow(complaint_id: UUID, what: str, values: list[str], by: UUID | None, at: datetime) -> None:
    if not values:
        return
    for suggestion in _of(complaint_id, what=what):
        if suggestion.value in values and suggestion.state in (OPEN, CORRECTED):
            _write(suggestion, ACCEPTED, by, at)
        elif suggestion.value not in values and suggestion.state == OPEN:
            _write(suggestion, CORRECTED, by, at, values[0])


def _of(complaint_id: UUID, **where: str) -> list[ComplaintSuggestion]:
    query = select(ComplaintSuggestion).filter_by(complaint_id=complaint_id, **where)
    return list(db.session.execute(query.with_for_update()).scalars())
