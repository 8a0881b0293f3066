"""Sending the invitation of an open survey again, because the person says that it never came."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db
from app.core.errors import Conflict
from app.core.events import record
from app.core.time import clock
from app.notifications.models import Message
from app.surveys.enums import ALL_INVITATIONS, SkipReason
from app.surveys.events import SurveyResent
from app.surveys.models import SurveyInstance
from app.surveys.policy import Perm
from app.surveys.services.contacting import case_of
from app.surveys.services.reminding import is_barred
from app.surveys.services.sending import invite
from app.surveys.services.sheets import is_open

LEAST_BETWEEN = timedelta(minutes=10)  # a message on its way may still arrive
MOST = 3


@command
def resend(instance_id: UUID, *, version: int | None = None, actor: Actor) -> SurveyInstance:
    """Send the same link again, to where the person is reached today; at most three times, ten minutes apart.

    Raises NotFound, NotAllowed and Conflict: never sent, answered, closed, run out, too soon, or a contact rule says no.
    """
    instance = load(
        SurveyInstance,
        instance_id,
        actor=actor,
        needs=Perm.SEND,
        sees=Perm.INSTANCE_READ,
        version=version,
        lock=True,
    )
    if instance.invited_at is None or not is_open(instance):
        raise Conflict(_("Only a survey that was sent and is still open can be sent again."), code="wrong_state")
    case = case_of(instance)
    if is_barred(case):
        raise Conflict(_("This person may not be contacted now."), code="barred")
    if not case.has_consent:
        reason = SkipReason.NO_CONSENT if case.channels else SkipReason.NO_ADDRESS
        raise Conflict(reason.label, code=reason)
    count, last = _invitations(instance.id)
    if count > MOST or (last is not None and clock.now() - last < LEAST_BETWEEN):
        raise Conflict(_("It was sent a short while ago, or often enough."), code="too_soon")
    invite(case, once=f"survey:{instance.id}:invitation:{count + 1}", actor=actor)
    record(
        SurveyResent(
            instance.id, instance.hospital_id, instance.patient_id, instance.journey_id, instance.department_id
        ),
        actor=actor,
    )
    return instance


def _invitations(instance_id: UUID) -> tuple[int, datetime | None]:
    """Give how many invitations were queued, and when the last."""
    count, last = db.session.execute(
        select(func.count(), func.max(Message.created_at)).where(
            Message.about_id == instance_id, Message.template.in_(ALL_INVITATIONS)
        )
    ).one()
    return count, last
