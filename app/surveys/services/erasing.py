"""Erasing a patient: what they wrote in surveys goes, scores and choices stay; links that are still open take no more words."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.events.erasure import ERASED, blank, forget_details
from app.notifications.services import messages
from app.surveys.enums import FREE_TEXT
from app.surveys.models import ContactRecord, SurveyAnswer, SurveyInstance, SurveyQuestion
from app.surveys.workflow import rise


@command
def forget(patient_id: UUID, *, actor: Actor) -> None:
    """Remove the words of a patient from every survey to them, and that their phone was asked; the scores stay."""
    _forget(SurveyInstance.patient_id == patient_id, actor)


@command
def forget_cases(cause_ids: Collection[UUID], *, actor: Actor) -> None:
    """The same for surveys about cases of another domain, also of who has no file."""
    _forget(SurveyInstance.cause_id.in_(cause_ids), actor)


def _forget(which: ColumnElement[bool], actor: Actor) -> None:
    instances = db.session.execute(select(SurveyInstance).where(which).with_for_update()).scalars().all()
    for instance in instances:
        rise(instance, "cancel", actor=actor)
        instance.remind_at = None
    db.session.flush()
    ids = [instance.id for instance in instances]
    written = select(SurveyQuestion.id).where(SurveyQuestion.type.in_(FREE_TEXT))
    answers = SurveyAnswer.instance_id.in_(ids) & SurveyAnswer.question_id.in_(written)
    blank(SurveyAnswer, answers & SurveyAnswer.value.is_not(None), value=ERASED, text_language="")
    db.session.execute(delete(ContactRecord).where(ContactRecord.instance_id.in_(ids)))
    messages.forget(ids, actor=actor)
    forget_details(ids)
