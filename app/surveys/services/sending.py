"""Sending surveys: contact rules first, each skip with its reason; the context of the visit is frozen when it leaves."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, select

from app.core.access.actor import Actor, acting_as, system_actor
from app.core.access.wall import standing
from app.core.db import command, db, unit_of_work, uuid7
from app.core.events import record
from app.core.i18n import in_language, named
from app.core.time import clock
from app.notifications.enums import Channel as MessageChannel
from app.notifications.enums import MessageClass
from app.notifications.models import Message
from app.notifications.services import messages
from app.surveys.enums import INVITATION, INVITATIONS, InstanceState, SkipReason
from app.surveys.events import SurveyInvited, SurveySkipped
from app.surveys.models import ContactRecord, SurveyInstance
from app.surveys.services.contacting import Case, case_of, freeze, one_at_a_time
from app.surveys.services.deciding import decide
from app.surveys.workflow import INSTANCE

BATCH = 50
PURPOSE = "survey"
PATH = "/s/"

_PLANNED = standing(
    select(SurveyInstance)
    .where(
        SurveyInstance.id == bindparam("id"),
        SurveyInstance.state == InstanceState.PENDING,
        SurveyInstance.invited_at.is_(None),
    )
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)


def send_due() -> int:
    """Decide and send one batch of surveys whose time has come; returns how many were decided."""
    with acting_as(system_actor("send surveys")) as actor:
        with unit_of_work():
            due = (
                db.session.execute(
                    select(SurveyInstance.id)
                    .where(
                        SurveyInstance.state == InstanceState.PENDING,
                        SurveyInstance.invited_at.is_(None),
                        SurveyInstance.send_at <= clock.now(),
                    )
                    .order_by(SurveyInstance.send_at, SurveyInstance.id)
                    .limit(BATCH)
                )
                .scalars()
                .all()
            )
        for instance_id in due:
            send(instance_id, actor=actor)
        db.session.expunge_all()
        return len(due)


@command
def send(instance_id: UUID, *, actor: Actor) -> SkipReason | None:
    """Send one planned survey, or skip it; gives the reason of a skip. A survey already decided is left alone."""
    instance = db.session.execute(_PLANNED, {"id": instance_id}).scalar_one_or_none()
    if instance is None or (instance.patient_id or instance.cause_id) is None:
        return None
    one_at_a_time(instance.patient_id or instance.cause_id)
    case = case_of(instance)
    if case.digest is not None:
        one_at_a_time(case.digest.hex())
    freeze(case)
    reason = decide(case)
    if reason is not None:
        _skip(case, reason, actor)
        return reason
    _invite(case, actor)
    return None


def _skip(case: Case, reason: SkipReason, actor: Actor) -> None:
    instance = case.instance
    INSTANCE.apply(instance, "skip", actor=actor)
    instance.skip_reason = reason
    record(
        SurveySkipped(
            instance.id, instance.hospital_id, instance.patient_id, instance.journey_id, instance.department_id, reason
        ),
        actor=actor,
    )


def _invite(case: Case, actor: Actor) -> None:
    instance, template = case.instance, case.template
    message = invite(case, once=f"survey:{instance.id}:invitation", actor=actor)
    instance.invited_at = clock.now()
    instance.expires_at = message.not_before + timedelta(days=template.link_days)
    if template.reminder_hours:
        instance.remind_at = message.not_before + timedelta(hours=template.reminder_hours)
    if case.digest is not None:
        db.session.add(
            ContactRecord(id=uuid7(), phone_digest=case.digest, asked_at=instance.invited_at, instance_id=instance.id)
        )
    record(
        SurveyInvited(
            instance.id, instance.hospital_id, instance.patient_id, instance.journey_id, instance.department_id
        ),
        actor=actor,
    )


def invite(case: Case, *, once: str, actor: Actor) -> Message:
    """Queue the invitation in the words for what the survey asks about; `once` names the decision."""
    words = INVITATIONS.get(case.instance.cause_type, INVITATION)
    return write(case, words, MessageClass.SURVEY, once=once, actor=actor)


def write(case: Case, template: str, kind: MessageClass, *, once: str, actor: Actor) -> Message:
    """Queue one message about a survey, with its link, to whom the case says; `once` names the decision."""
    instance, contact = case.instance, case.contact
    with in_language(contact.language):
        words = {"hospital": named(case.hospital)}
    return messages.send(
        template,
        to=messages.Recipient(
            language=contact.language,
            phone=contact.phone,
            email=contact.email,
            patient_id=case.patient.id if case.patient else None,
            refuses=contact.refuses,
        ),
        params=words,
        once=once,
        hospital_id=instance.hospital_id,
        about=("survey", instance.id),
        message_class=kind,
        link=messages.Link(PURPOSE, instance.handle, PATH),
        channels=[MessageChannel(channel) for channel in case.channels],
        actor=actor,
    )
