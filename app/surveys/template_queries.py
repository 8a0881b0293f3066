"""Readers of survey templates, their questions and triggers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from app.core.access.actor import Actor
from app.core.access.policy import load, visible
from app.core.db import db
from app.core.errors import NotFound
from app.organizations.models import Department, Hospital
from app.surveys.models import (
    SurveyAnswer,
    SurveyContactRule,
    SurveyInstance,
    SurveyQuestion,
    SurveyTemplate,
    SurveyTrigger,
)
from app.surveys.policy import Perm
from app.surveys.rules.contact import GAP


def templates_query(actor: Actor, *, archived: bool = False) -> Select[Any]:
    """Give the SELECT of the templates that the actor may read: own hospitals' and the group's, in use or archived."""
    gone = SurveyTemplate.archived_at.is_not(None) if archived else SurveyTemplate.archived_at.is_(None)
    return select(SurveyTemplate).where(visible(SurveyTemplate, actor, Perm.TEMPLATE_READ), gone)


def questions_query(actor: Actor) -> Select[Any]:
    """Give the SELECT of the questions in force of those templates."""
    return (
        select(SurveyQuestion)
        .join(SurveyTemplate, SurveyTemplate.id == SurveyQuestion.template_id)
        .where(
            visible(SurveyQuestion, actor, Perm.TEMPLATE_READ),
            SurveyQuestion.archived_at.is_(None),
            SurveyTemplate.archived_at.is_(None),
        )
    )


def triggers_query(actor: Actor) -> Select[Any]:
    """Give the SELECT of the triggers in force that the actor may read."""
    return select(SurveyTrigger).where(
        visible(SurveyTrigger, actor, Perm.TEMPLATE_READ), SurveyTrigger.archived_at.is_(None)
    )


def get_template(template_id: UUID, *, actor: Actor, archived: bool = False) -> SurveyTemplate:
    """Find a template. NotFound outside the scope, or when it is archived and archived ones are not wanted."""
    template = load(SurveyTemplate, template_id, actor=actor, needs=Perm.TEMPLATE_READ)
    if template.archived_at is not None and not archived:
        raise NotFound()
    return template


def get_question(question_id: UUID, *, actor: Actor) -> SurveyQuestion:
    """Find a question in force of a template in use. NotFound otherwise."""
    question = load(SurveyQuestion, question_id, actor=actor, needs=Perm.TEMPLATE_READ)
    if question.archived_at is not None or question.template.archived_at is not None:
        raise NotFound()
    return question


def get_trigger(trigger_id: UUID, *, actor: Actor) -> SurveyTrigger:
    """Find a trigger in force. NotFound otherwise."""
    trigger = load(SurveyTrigger, trigger_id, actor=actor, needs=Perm.TEMPLATE_READ)
    if trigger.archived_at is not None:
        raise NotFound()
    return trigger


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One template of the list; `sent` counts the surveys that left with it."""

    template: SurveyTemplate
    hospital: Hospital | None
    sent: int


def listed(*, actor: Actor, archived: bool = False) -> list[TemplateLine]:
    """Give the templates with their hospital (none: the group's), the group's first; three statements."""
    query = (
        templates_query(actor, archived=archived)
        .add_columns(Hospital)
        .join(Hospital, Hospital.id == SurveyTemplate.hospital_id, isouter=True)
        .order_by(Hospital.name_en.nulls_first(), SurveyTemplate.name_en)
        .limit(200)
    )
    rows = db.session.execute(query).all()
    sent: dict[UUID, int] = dict(
        db.session.execute(
            select(SurveyInstance.template_id, func.count())
            .where(
                visible(SurveyInstance, actor, Perm.INSTANCE_READ),
                SurveyInstance.invited_at.is_not(None),
                SurveyInstance.template_id.in_([row[0].id for row in rows]),
            )
            .group_by(SurveyInstance.template_id)
        ).all()
    )
    return [TemplateLine(template, hospital, sent.get(template.id, 0)) for template, hospital in rows]


def options_templates(*, actor: Actor, hospital_id: UUID | None = None) -> Sequence[SurveyTemplate]:
    """Give the published templates for a choice, of one hospital and the group where `hospital_id` is given."""
    query = templates_query(actor).where(SurveyTemplate.is_published).order_by(SurveyTemplate.name_en).limit(200)
    if hospital_id is not None:
        query = query.where(SurveyTemplate.holds_in(hospital_id))
    return db.session.execute(query).scalars().all()


def answered_questions(template_id: UUID) -> frozenset[UUID]:
    """Give the questions of a template that somebody answered: their meaning is fixed."""
    has_answer = select(SurveyAnswer.id).where(SurveyAnswer.question_id == SurveyQuestion.id).exists()
    rows = db.session.execute(
        select(SurveyQuestion.id).where(SurveyQuestion.template_id == template_id, has_answer)
    ).scalars()
    return frozenset(rows)


def triggers(*, actor: Actor) -> Sequence[Any]:
    """Give (trigger, template, hospital, department), the group's first."""
    query = (
        triggers_query(actor)
        .add_columns(SurveyTemplate, Hospital, Department)
        .join(SurveyTemplate, SurveyTemplate.id == SurveyTrigger.template_id)
        .join(Hospital, Hospital.id == SurveyTrigger.hospital_id, isouter=True)
        .join(Department, Department.id == SurveyTrigger.department_id, isouter=True)
        .order_by(Hospital.name_en.nulls_first(), SurveyTrigger.journey_kind, SurveyTrigger.stage_code.nulls_last())
        .limit(200)
    )
    return db.session.execute(query).unique().all()


def gaps(*, actor: Actor) -> dict[UUID | None, int]:
    """Give the days between surveys by hospital (None: the group's); a hospital without its own rule is not in it."""
    rows = db.session.execute(
        select(SurveyContactRule.hospital_id, SurveyContactRule.gap_days).where(
            visible(SurveyContactRule, actor, Perm.TEMPLATE_READ)
        )
    ).all()
    found: dict[UUID | None, int] = {row.hospital_id: row.gap_days for row in rows}
    found.setdefault(None, GAP.days)
    return found
