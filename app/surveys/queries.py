"""Readers of surveys: the list of what was sent, and figures of a period. One survey with its answers: `sheet_queries.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select, tuple_
from sqlalchemy.orm import lazyload

from app.core.access.actor import Actor
from app.core.access.policy import visible
from app.core.db import db
from app.organizations.models import Department
from app.surveys.enums import OPEN, QuestionType
from app.surveys.models import SurveyAnswer, SurveyInstance, SurveyQuestion, SurveyTemplate
from app.surveys.policy import Perm

PAGE = 40
VIEWS = ("all", "open", "negative", "completed", "skipped")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What narrows the list beside its view: the department, and a span in which the answer came."""

    department_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_page(
    *,
    actor: Actor,
    view: str = "all",
    before: tuple[datetime, UUID] | None = None,
    narrowing: Narrowing = Narrowing(),
) -> Sequence[Any]:
    """Give surveys, newest first, by key, one more than a page."""
    query = (
        select(SurveyInstance, Department, SurveyTemplate)
        .join(SurveyTemplate, SurveyTemplate.id == SurveyInstance.template_id)
        .join(Department, Department.id == SurveyInstance.department_id, isouter=True)
        .where(visible(SurveyInstance, actor, Perm.INSTANCE_READ))
        .options(lazyload(SurveyTemplate.questions))
        .order_by(SurveyInstance.created_at.desc(), SurveyInstance.id.desc())
        .limit(PAGE + 1)
    )
    if view == "negative":
        query = query.where(SurveyInstance.is_negative.is_(True))
    elif view == "open":
        query = query.where(SurveyInstance.state.in_(OPEN))
    elif view == "completed":
        query = query.where(SurveyInstance.state == "completed")
    elif view == "skipped":
        query = query.where(SurveyInstance.skip_reason != "")
    if narrowing.department_id is not None:
        query = query.where(SurveyInstance.department_id == narrowing.department_id)
    if narrowing.since is not None and narrowing.until is not None:
        query = query.where(
            SurveyInstance.completed_at >= narrowing.since, SurveyInstance.completed_at < narrowing.until
        )
    if before is not None:
        query = query.where(tuple_(SurveyInstance.created_at, SurveyInstance.id) < before)
    return db.session.execute(query).all()


def instances_query(actor: Actor) -> Select[Any]:
    """Give the SELECT of the surveys that the actor may see."""
    return select(SurveyInstance).where(visible(SurveyInstance, actor, Perm.INSTANCE_READ))


def of_visit(journey_id: UUID, *, actor: Actor) -> Sequence[Any]:
    """Give (survey, template) of one visit, newest first."""
    return _about(SurveyInstance.journey_id == journey_id, actor)


def of_patient(patient_id: UUID, *, actor: Actor) -> Sequence[Any]:
    """Give (survey, template) of one patient, newest first; at most twenty."""
    return _about(SurveyInstance.patient_id == patient_id, actor)


def _about(clause: ColumnElement[bool], actor: Actor) -> Sequence[Any]:
    return db.session.execute(
        select(SurveyInstance, SurveyTemplate)
        .join(SurveyTemplate, SurveyTemplate.id == SurveyInstance.template_id)
        .where(clause, visible(SurveyInstance, actor, Perm.INSTANCE_READ))
        .options(lazyload(SurveyTemplate.questions))
        .order_by(SurveyInstance.created_at.desc())
        .limit(20)
    ).all()


@dataclass(frozen=True, slots=True)
class Figures:
    """What a period says: how many were asked and answered, the mean score, and how many were negative."""

    invited: int
    completed: int
    mean: float | None
    negative: int

    @property
    def rate(self) -> float | None:
        """Answers of a hundred invitations; None where nobody was invited."""
        return 100 * self.completed / self.invited if self.invited else None


def figures(since: datetime, until: datetime, *, actor: Actor) -> Figures:
    """Give the figures of the surveys invited in [since, until) that the actor may see; one statement."""
    done = SurveyInstance.state == "completed"
    row = db.session.execute(
        select(
            func.count(),
            func.count().filter(done),
            func.avg(SurveyInstance.score),
            func.count().filter(SurveyInstance.is_negative.is_(True)),
        ).where(
            visible(SurveyInstance, actor, Perm.INSTANCE_READ),
            SurveyInstance.invited_at >= since,
            SurveyInstance.invited_at < until,
        )
    ).one()
    return Figures(row[0], row[1], None if row[2] is None else float(row[2]), row[3])


LEAST_ANSWERS = 5  # below that a mean says nothing and may name somebody (domain.md section 3)


def by_department(since: datetime, until: datetime, *, actor: Actor) -> Sequence[Any]:
    """Give (department, answers, mean score) of a period, the lowest mean first; small numbers are left out."""
    mean = func.avg(SurveyInstance.score)
    return db.session.execute(
        select(Department, func.count(), mean)
        .join(SurveyInstance, SurveyInstance.department_id == Department.id)
        .where(
            visible(SurveyInstance, actor, Perm.INSTANCE_READ),
            SurveyInstance.completed_at >= since,
            SurveyInstance.completed_at < until,
            SurveyInstance.score.is_not(None),
        )
        .group_by(Department.id)
        .having(func.count() >= LEAST_ANSWERS)
        .order_by(mean)
        .limit(40)
    ).all()


def by_month(since: datetime, zone: str, *, actor: Actor) -> Sequence[Any]:
    """Give (month, answers, mean score, negative) by the local month of completion, oldest first."""
    month = func.to_char(func.timezone(zone, SurveyInstance.completed_at), "YYYY-MM")
    return db.session.execute(
        select(
            month,
            func.count(),
            func.avg(SurveyInstance.score),
            func.sum(case((SurveyInstance.is_negative.is_(True), 1), else_=0)),
        )
        .where(
            visible(SurveyInstance, actor, Perm.INSTANCE_READ),
            SurveyInstance.completed_at >= since,
        )
        .group_by(month)
        .order_by(month)
    ).all()


OUTCOME = "outcome"  # the dimension of the bank's questions that ask whether the result is right
SATISFIED_FROM = 4  # of 5 (domain.md section 5, MOH-3)


def is_satisfied(instance_id: UUID) -> bool | None:
    """Tell whether the outcome of what a survey asks about satisfied: 4 or 5 of 5, else a yes; None: nobody said."""
    answered = db.session.execute(
        select(SurveyQuestion.type, SurveyAnswer.value)
        .join(SurveyQuestion, SurveyQuestion.id == SurveyAnswer.question_id)
        .where(
            SurveyAnswer.instance_id == instance_id,
            SurveyQuestion.dimension == OUTCOME,
            SurveyAnswer.is_na.is_(False),
        )
        .order_by(SurveyQuestion.position)
    ).all()
    for kind, value in answered:
        if value is None:
            continue
        if kind == QuestionType.YES_NO:
            return bool(value == "1")
        if kind in (QuestionType.RATING, QuestionType.LIKERT):
            return int(value) >= SATISFIED_FROM
    return None


def words_of(instance_id: UUID) -> str:
    """Give what somebody wrote in a survey, one paragraph for each answer, in the order of the questions."""
    rows = db.session.execute(
        select(SurveyAnswer.value)
        .join(SurveyQuestion, SurveyQuestion.id == SurveyAnswer.question_id)
        .where(SurveyAnswer.instance_id == instance_id, SurveyAnswer.text_language != "")
        .order_by(SurveyQuestion.position)
    ).scalars()
    return "\n\n".join(text.strip() for text in rows if text and text.strip())
