"""Reactions of surveys to visits and to what became of their messages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.core.access.actor import Actor, system_actor
from app.core.db import db
from app.core.events import Entry, on
from app.journeys.events import JourneyCancelled, JourneyCompleted, JourneyMoved, StageCompleted
from app.notifications.events import MessageDelivered, MessageFailed, MessageSent
from app.notifications.services import retry
from app.organizations.events import PatientErased
from app.surveys.enums import InstanceState, SkipReason
from app.surveys.models import SurveyInstance
from app.surveys.services import creation, erasing
from app.surveys.workflow import INSTANCE, rise


def no_longer_wanted(instance_id: UUID) -> Any:
    """Say why a message about a survey is not sent again by hand, or None: it was answered, ended or taken back."""
    instance = db.session.get(SurveyInstance, instance_id)
    over = (InstanceState.COMPLETED, InstanceState.ABANDONED, InstanceState.EXPIRED, InstanceState.CANCELLED)
    if instance is None or instance.state in over or instance.revoked_at is not None:
        return _l("The survey is over: it was answered, has ended, or was taken back.")
    return None


retry.ask_first("survey", no_longer_wanted)


def _actor(entry: Entry) -> Actor:
    return system_actor("surveys follow visits", entry.hospital_id)


@on(StageCompleted)
def plan_survey_of_stage(entry: Entry) -> None:
    """Plan what follows a completed stage."""
    creation.plan_for_stage(
        entry.subject_id,
        entry.data["stage_code"],
        department_id=entry.uuid("department_id"),
        physician_id=entry.uuid("physician_id"),
        actor=_actor(entry),
    )


@on(JourneyCompleted)
def plan_survey_of_visit(entry: Entry) -> None:
    """Plan what follows the end of a visit."""
    creation.plan_for_stage(
        entry.subject_id,
        None,
        department_id=entry.uuid("department_id"),
        physician_id=entry.uuid("physician_id"),
        actor=_actor(entry),
    )


@on(JourneyCancelled)
def drop_surveys_of_cancelled_visit(entry: Entry) -> None:
    """Do not ask about a visit that was called off."""
    for instance in _waiting(entry):
        INSTANCE.apply(instance, "skip", actor=_actor(entry))
        instance.skip_reason = SkipReason.VISIT_CANCELLED


@on(JourneyMoved)
def move_surveys_of_merged_patient(entry: Entry) -> None:
    """Let surveys follow a visit to the patient record that stays."""
    into = entry.uuid("patient_id")
    for instance in db.session.execute(
        select(SurveyInstance).where(SurveyInstance.journey_id == entry.subject_id)
    ).scalars():
        instance.patient_id = into


@on(PatientErased)
def forget_erased_patient_of_surveys(entry: Entry) -> None:
    """Remove what the patient wrote; scores and choices stay for statistics (domain.md section 1.4)."""
    erasing.forget(entry.subject_id, actor=_actor(entry))


def _waiting(entry: Entry) -> list[SurveyInstance]:
    return list(
        db.session.execute(
            select(SurveyInstance)
            .where(
                SurveyInstance.journey_id == entry.subject_id,
                SurveyInstance.state == InstanceState.PENDING,
                SurveyInstance.invited_at.is_(None),
            )
            .with_for_update()
        ).scalars()
    )


@on(MessageSent, MessageDelivered, MessageFailed)
def raise_survey_by_message(entry: Entry) -> None:
    """Sent, delivered or failed: the survey's state follows its messages, and only rises."""
    if entry.subject_type != "survey":
        return
    instance = db.session.execute(
        select(SurveyInstance).where(SurveyInstance.id == entry.subject_id).with_for_update()
    ).scalar_one_or_none()
    verb = {MessageSent.kind: "send", MessageDelivered.kind: "deliver", MessageFailed.kind: "fail"}[entry.kind]
    is_reminder = entry.data["template"].endswith("reminder")
    if instance is not None and not (verb == "fail" and is_reminder):
        rise(instance, verb, actor=_actor(entry))
