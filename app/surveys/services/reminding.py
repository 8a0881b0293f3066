"""Reminders: once, to those who have not answered, never after the answer and never to those who may not be asked now."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db import command, db, unit_of_work
from app.core.time import clock
from app.notifications.enums import MessageClass
from app.surveys.enums import REMINDER, InstanceState
from app.surveys.models import SurveyInstance
from app.surveys.services.contacting import Case, case_of
from app.surveys.services.deciding import has_hold
from app.surveys.services.sending import write

BATCH = 50
WAITING = (InstanceState.SENT, InstanceState.DELIVERED, InstanceState.OPENED, InstanceState.IN_PROGRESS)


def remind_due() -> int:
    """Remind those who have not answered, once, never after completion; returns how many were looked at."""
    with acting_as(system_actor("remind of surveys")) as actor:
        with unit_of_work():
            due = (
                db.session.execute(
                    select(SurveyInstance.id)
                    .where(SurveyInstance.remind_at <= clock.now())
                    .order_by(SurveyInstance.remind_at)
                    .limit(BATCH)
                )
                .scalars()
                .all()
            )
        for instance_id in due:
            remind(instance_id, actor=actor)
        db.session.expunge_all()
        return len(due)


@command
def remind(instance_id: UUID, *, actor: Actor) -> None:
    """Send the reminder of one survey if it is still unanswered and open."""
    instance = db.session.execute(
        select(SurveyInstance)
        .where(SurveyInstance.id == instance_id, SurveyInstance.remind_at.is_not(None))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if instance is None:
        return
    instance.remind_at = None
    case = case_of(instance)
    if instance.state not in WAITING or instance.revoked_at is not None or is_barred(case):
        return
    write(case, REMINDER, MessageClass.REMINDER, once=f"survey:{instance.id}:reminder", actor=actor)


def is_barred(case: Case) -> bool:
    """Tell whether nobody may be written to about this survey any more: died, wants no messages, erased, or on hold."""
    asked = case.asked
    return asked.is_deceased or asked.do_not_contact or case.contact.needs_guardian or has_hold(case)
