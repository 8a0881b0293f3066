"""The clocks of complaints and of requests to explain: what starts, holds and ends them, and their starting rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.rungs import people_on_rung
from app.complaints.models import Complaint, Explanation
from app.complaints.policy import Perm
from app.complaints.sources.known import Labels
from app.core.access.actor import Actor, Role
from app.core.access.policy import load
from app.core.db import db
from app.core.severity import Severity
from app.core.sla import clocks, extensions, many
from app.core.sla.kinds import CaseName, ClockKind, declare
from app.core.time import clock as time

COMPLAINT, EXPLANATION = "complaint", "explanation"  # whose clock it is
ACTIVATION = "complaint.activation"
FIRST_CONTACT = "complaint.first_contact"
RESOLUTION = "complaint.resolution"
WITHIN_72_HOURS = "complaint.within_72_hours"
ANSWER = "explanation.answer"

LADDER = [
    {"level": 1, "after_minutes": 0, "to": "department_manager"},
    {"level": 2, "after_minutes": 8 * 60, "to": "hospital_admin", "in": "business"},
    {"level": 3, "after_minutes": 24 * 60, "to": "px_admin", "in": "business"},
]
REMINDERS = [50, 90]
SILENT = frozenset({FIRST_CONTACT, WITHIN_72_HOURS})  # figures of reports: nobody is told of them


def subject_of(complaint: Complaint) -> clocks.Subject:
    """Give what decides a complaint's rules."""
    return clocks.Subject(
        COMPLAINT, complaint.id, complaint.hospital_id, severity=complaint.severity, source=complaint.channel
    )


def start_all(complaint: Complaint, *, actor: Actor) -> None:
    """Start every clock of a new complaint from the instant at which it was received."""
    for kind in (ACTIVATION, FIRST_CONTACT, WITHIN_72_HOURS):
        clocks.start(kind, subject_of(complaint), actor=actor, started_at=complaint.received_at)
    start_again(complaint, actor=actor, from_receipt=True)


def start_again(complaint: Complaint, *, actor: Actor, from_receipt: bool = False) -> None:
    """Start the resolution clock: from the receipt, or a new cycle from now after it was reopened."""
    started_at = complaint.received_at if from_receipt else None
    clock = clocks.start(RESOLUTION, subject_of(complaint), actor=actor, started_at=started_at)
    complaint.due_at = clock.due_at if clock else None


def revise(complaint: Complaint, cause: str, *, actor: Actor, is_undo: bool = False) -> None:
    """Count every open clock anew after severity or channel changed; a later due time waits for a second person."""
    for kind in (ACTIVATION, FIRST_CONTACT, RESOLUTION, WITHIN_72_HOURS):
        clock = clocks.open_clock(complaint.id, kind)
        if clock is not None:
            extensions.revise(clock, subject_of(complaint), cause, actor=actor, holds=not is_undo)
    take_due_time(complaint)


def revise_many(complaints: Sequence[Complaint], cause: str, *, actor: Actor, is_undo: bool = False) -> None:
    """Count every open clock of many complaints anew, as `revise` does of one, in few statements."""
    by_id = {complaint.id: complaint for complaint in complaints}
    running = many.open_of(by_id, (ACTIVATION, FIRST_CONTACT, RESOLUTION, WITHIN_72_HOURS))
    revised = [(clock, subject_of(by_id[clock.subject_id])) for clock in running]
    extensions.revise_all(revised, cause, actor=actor, holds=not is_undo)
    for clock in running:
        if clock.kind == RESOLUTION:
            by_id[clock.subject_id].due_at = clock.due_at


def take_due_time(complaint: Complaint) -> None:
    """Copy the open resolution clock's due time to the complaint, for lists."""
    clock = clocks.open_clock(complaint.id, RESOLUTION)
    if clock is not None:
        complaint.due_at = clock.due_at


def stop(complaint_ids: Collection[UUID], *kinds: str) -> None:
    """End the named clocks of these complaints where they run."""
    many.stop(complaint_ids, kinds)


def hold(complaint: Complaint, reason: str, *, actor: Actor) -> None:
    """Pause the resolution clock while the patient is waited for; an outside body's deadline is never paused."""
    clock = clocks.open_clock(complaint.id, RESOLUTION)
    if clock is not None and clock.pausable:
        clocks.pause(clock, reason, actor=actor)
        complaint.due_at = clock.due_at


def go_on(complaint: Complaint, *, actor: Actor) -> None:
    """Count again."""
    clock = clocks.open_clock(complaint.id, RESOLUTION)
    if clock is not None:
        clocks.resume(clock, actor=actor)
        complaint.due_at = clock.due_at


def regain(complaint: Complaint, *, actor: Actor) -> None:
    """Let the clocks that a merge ended count on; a wait whose date has passed meanwhile ended at that date."""
    newest = {clock.kind: clock for clock in clocks.of_subject(complaint.id)}
    was_answered, until = complaint.first_resolved_at is not None, complaint.wait_until
    for kind, is_over in (
        (ACTIVATION, complaint.activated_at is not None),
        (FIRST_CONTACT, complaint.first_contact_at is not None),
        (WITHIN_72_HOURS, was_answered),
        (RESOLUTION, False),
    ):
        if is_over or kind not in newest:
            continue
        for span in newest[kind].pauses:
            if span.until_at is None and until and until <= time.now():
                span.until_at = until
        clocks.regain(newest[kind], "parted", actor=actor)
    take_due_time(complaint)


def explanation_subject(explanation: Explanation, severity: str) -> clocks.Subject:
    """Give what decides the rule of a request to explain."""
    return clocks.Subject(EXPLANATION, explanation.id, explanation.hospital_id, severity=severity)


def start_explanation(explanation: Explanation, severity: str, *, actor: Actor) -> None:
    """Start the clock of a request, also anew when its answer is returned."""
    clock = clocks.start(ANSWER, explanation_subject(explanation, severity), actor=actor, started_at=time.now())
    explanation.due_at = clock.due_at if clock else None


def take_explanation_due_time(explanation: Explanation) -> None:
    """Copy the open clock's due time to the request, for lists."""
    clock = clocks.open_clock(explanation.id, ANSWER)
    if clock is not None:
        explanation.due_at = clock.due_at


def _find_complaint(complaint_id: UUID, actor: Actor) -> Complaint:
    return load(Complaint, complaint_id, actor=actor, needs=Perm.READ)


def _find_explanation(explanation_id: UUID, actor: Actor) -> Explanation:
    return load(Explanation, explanation_id, actor=actor, needs=Perm.EXPLANATION_READ)


def _deciders_of_complaint(complaint_id: UUID) -> list[UUID]:
    complaint = db.session.get_one(Complaint, complaint_id)
    return people_on_rung(Role.HOSPITAL_ADMIN, complaint.hospital_id, [])


def _deciders_of_explanation(explanation_id: UUID) -> list[UUID]:
    asked_by_id = db.session.get_one(Explanation, explanation_id).asked_by_id
    return [asked_by_id] if asked_by_id else []


def _complaint_names(ids: Collection[UUID]) -> dict[UUID, CaseName]:
    rows = db.session.execute(select(Complaint.id, Complaint.reference).where(Complaint.id.in_(ids)))
    return {row.id: CaseName(row.reference, f"/complaints/{row.id}") for row in rows}


def _explanation_names(ids: Collection[UUID]) -> dict[UUID, CaseName]:
    rows = db.session.execute(
        select(Explanation.id, Complaint.reference)
        .join(Complaint, Complaint.id == Explanation.complaint_id)
        .where(Explanation.id.in_(ids))
    )
    return {row.id: CaseName(row.reference, f"/explanations/{row.id}") for row in rows}


def _declare(code: str, label: Any, find: Callable[[UUID, Actor], Any], names: Callable[..., Any]) -> None:
    severities = {each.value: each.label for each in Severity}
    is_complaints = names is _complaint_names
    declare(
        ClockKind(
            code,
            label,
            find=find,
            names=names,
            asks=Perm.WORK if is_complaints else Perm.ANSWER,
            grants=Perm.ASK,
            deciders=_deciders_of_complaint if is_complaints else _deciders_of_explanation,
            severities=severities,
            sources=Labels("complaint") if is_complaints else {},
        )
    )


for _code, _label in (
    (RESOLUTION, _l("Complaint: resolution")),
    (ACTIVATION, _l("Complaint: activation")),
    (FIRST_CONTACT, _l("Complaint: first contact")),
    (WITHIN_72_HOURS, _l("Complaint: 72 hours of the ministry")),
):
    _declare(_code, _label, _find_complaint, _complaint_names)
_declare(ANSWER, _l("Explanation: answer"), _find_explanation, _explanation_names)
