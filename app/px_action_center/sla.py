"""The clock of an action: started when it opens, stopped when it ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.rungs import people_on_rung
from app.core.access.actor import Actor, Role
from app.core.access.policy import load
from app.core.db import db
from app.core.sla import clocks, many
from app.core.sla.kinds import CaseName, ClockKind, declare
from app.core.sla.seeds import Target
from app.px_action_center.enums import MANUAL, Severity
from app.px_action_center.models import PxAction
from app.px_action_center.policy import Perm

KIND = "action.resolution"
SUBJECT = "action"

# starting values of product.md section 6, in business hours by severity
TARGETS = (Target(8, "critical"), Target(24, "high"), Target(56, "medium"), Target(112, "low"))
LADDER = [
    {"level": 1, "after_minutes": 0, "to": "department_manager"},
    {"level": 2, "after_minutes": 8 * 60, "to": "hospital_admin"},
    {"level": 3, "after_minutes": 24 * 60, "to": "px_admin"},
]
REMINDERS = [50, 90]
SOURCES: dict[str, Any] = {
    "survey_low_score": _l("Negative survey"),
    "survey_callback": _l("Wish to be called back"),
    "resolution_low_score": _l("Answer to a complaint did not satisfy"),
    MANUAL: _l("Opened by hand"),
}


def subject_of(action: PxAction) -> clocks.Subject:
    """Give what decides the action's rule."""
    return clocks.Subject(SUBJECT, action.id, action.hospital_id, severity=action.severity, source=action.source_kind)


def start(action: PxAction, *, actor: Actor) -> None:
    """Start the clock and copy its due time to the action, for lists."""
    clock = clocks.start(KIND, subject_of(action), actor=actor)
    action.due_at = clock.due_at if clock else None


def revise(action: PxAction, *, actor: Actor) -> None:
    """Count anew after the severity changed."""
    clock = clocks.open_clock(action.id, KIND)
    if clock is not None:
        clocks.revise(clock, subject_of(action), "severity", actor=actor)
        action.due_at = clock.due_at


def revise_many(actions: Sequence[PxAction], *, actor: Actor) -> None:
    """Count anew after the severity of many changed, in few statements."""
    found = many.newest_of([action.id for action in actions], KIND)
    running = [(found[each.id], each) for each in actions if each.id in found and found[each.id].is_open]
    many.revise([(clock, subject_of(action)) for clock, action in running], "severity", actor=actor)
    for clock, action in running:
        action.due_at = clock.due_at


def regain(actions: Sequence[PxAction], *, actor: Actor) -> None:
    """Let the clocks of actions that go on again count from their original start, as though they had never been stopped."""
    found = many.newest_of([action.id for action in actions], KIND)
    many.regain(found.values(), "uncancelled", actor=actor)
    for action in actions:
        if action.id in found:
            action.due_at = found[action.id].due_at


def take_due_time(action: PxAction) -> None:
    """Copy the open clock's due time to the action."""
    clock = clocks.open_clock(action.id, KIND)
    if clock is not None:
        action.due_at = clock.due_at


def stop(action_ids: Collection[UUID]) -> None:
    """End the clocks of these actions where they run."""
    many.stop(action_ids, [KIND])


def _find(action_id: UUID, actor: Actor) -> PxAction:
    return load(PxAction, action_id, actor=actor, needs=Perm.READ)


def _names(ids: Collection[UUID]) -> dict[UUID, CaseName]:
    rows = db.session.execute(select(PxAction.id, PxAction.reference).where(PxAction.id.in_(ids)))
    return {row.id: CaseName(row.reference, f"/actions/{row.id}") for row in rows}


def _deciders(action_id: UUID) -> list[UUID]:
    action = db.session.get_one(PxAction, action_id)
    return people_on_rung(
        Role.DEPARTMENT_MANAGER, action.hospital_id, [action.department_id] if action.department_id else []
    )


declare(
    ClockKind(
        KIND,
        _l("PX action: resolution"),
        find=_find,
        names=_names,
        asks=Perm.WORK,
        grants=Perm.APPROVE,
        deciders=_deciders,
        severities={each.value: each.label for each in Severity},
        sources=SOURCES,
    )
)
