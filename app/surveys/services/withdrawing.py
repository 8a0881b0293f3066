"""Closing a survey by hand: its link takes no more answers, what was answered stays."""

from __future__ import annotations

from uuid import UUID

from app.core.access.actor import Actor, system_actor
from app.core.access.policy import load
from app.core.db import command
from app.core.events import record
from app.core.web.live import touch
from app.notifications.services import messages
from app.surveys.enums import ALL_INVITATIONS, REMINDER
from app.surveys.events import SurveyWithdrawn
from app.surveys.models import SurveyInstance
from app.surveys.policy import Perm
from app.surveys.workflow import INSTANCE


@command
def withdraw(instance_id: UUID, *, version: int | None = None, actor: Actor) -> SurveyInstance:
    """Close a survey: a planned one never leaves, a link is revoked, waiting messages are taken back.

    Raises NotFound, NotAllowed and Conflict (it has ended, or `version` is stale).
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
    INSTANCE.apply(instance, "cancel", actor=actor)
    instance.remind_at = None
    by_px360 = system_actor("a survey was withdrawn", instance.hospital_id)
    messages.withdraw(instance.id, [*ALL_INVITATIONS, REMINDER], actor=by_px360)
    record(
        SurveyWithdrawn(
            instance.id, instance.hospital_id, instance.patient_id, instance.journey_id, instance.department_id
        ),
        actor=actor,
    )
    touch("surveys", hospital_id=instance.hospital_id)
    return instance
