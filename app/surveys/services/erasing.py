"""Erasing a patient: what they wrote in surveys goes, scores and choices stay, and of the person at most an age band and the sex;
links that are still open take no more words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select

from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.events.erasure import ERASED, blank, forget_details
from app.notifications.services import messages
from app.surveys.enums import FREE_TEXT
from app.surveys.models import ContactRecord, SurveyAnswer, SurveyInstance, SurveyQuestion
from app.surveys.rules.coarsening import AGE, BAND, LEAST_ALIKE, PERSONAL, SEX, band_of, coarse, named
from app.surveys.workflow import rise

AROUND = timedelta(days=365)


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
        _coarsen(instance)
    db.session.flush()
    ids = [instance.id for instance in instances]
    written = select(SurveyQuestion.id).where(SurveyQuestion.type.in_(FREE_TEXT))
    answers = SurveyAnswer.instance_id.in_(ids) & SurveyAnswer.question_id.in_(written)
    blank(SurveyAnswer, answers & SurveyAnswer.value.is_not(None), value=ERASED, text_language="")
    db.session.execute(delete(ContactRecord).where(ContactRecord.instance_id.in_(ids)))
    messages.forget(ids, actor=actor)
    forget_details(ids)


def _coarsen(instance: SurveyInstance) -> None:
    """Leave an age band and the sex as statistics where enough others are alike; else neither (docs/adr/0013)."""
    kept = {name: value for name, value in instance.context.items() if name != "guardian"}
    facts = kept.get("facts", {})
    if not PERSONAL.isdisjoint(facts):
        kept["facts"] = coarse(facts, alike=_others_alike(instance, facts))
    if kept != instance.context:
        instance.context = kept


def _others_alike(instance: SurveyInstance, facts: dict[str, Any]) -> int:
    """Count other patients of the department within a year of the same age band and sex, as far as `LEAST_ALIKE`."""
    told = SurveyInstance.context["facts"]
    alike: list[ColumnElement[bool]] = [told[SEX].as_string().is_not_distinct_from(facts.get(SEX))]
    if AGE in facts:
        first, last = band_of(facts[AGE])
        years = told[AGE].as_integer()
        within = years >= first if last is None else years.between(first, last)
        alike.append(or_(within, told[BAND].as_string() == named((first, last))))
    others = (
        select(SurveyInstance.patient_id)
        .where(
            SurveyInstance.hospital_id == instance.hospital_id,
            SurveyInstance.created_at.between(instance.created_at - AROUND, instance.created_at + AROUND),
            SurveyInstance.department_id.is_not_distinct_from(instance.department_id),
            SurveyInstance.patient_id != instance.patient_id,
            *alike,
        )
        .distinct()
        .limit(LEAST_ALIKE)
    )
    return db.session.execute(select(func.count()).select_from(others.subquery())).scalar_one()
