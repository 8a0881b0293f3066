"""Figures of surveys for first pages: a period against the one before, months, departments that moved, newest comments.

Small numbers say nothing and may name somebody: a mean of fewer than five answers is left out, one of fewer than thirty is
marked (domain.md section 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select

from app.core.access.actor import Actor
from app.core.access.policy import can, visible
from app.core.db import db
from app.core.time import clock
from app.organizations.models import Department, Hospital, Physician
from app.surveys.enums import InstanceState
from app.surveys.models import SurveyAnswer, SurveyInstance
from app.surveys.policy import Perm

LEAST_ANSWERS = 5
LOW_SAMPLE = 30
ZONE = "Asia/Riyadh"  # a day in reports is a Riyadh day


@dataclass(frozen=True, slots=True)
class Period:
    """Surveys invited in a span, what came of them, and the mean score of enough answers (0-100)."""

    invited: int
    completed: int
    mean: float | None
    negative: int

    @property
    def rate(self) -> float | None:
        """Answers of a hundred invitations; None where nobody was invited."""
        return 100 * self.completed / self.invited if self.invited else None


@dataclass(frozen=True, slots=True)
class Month:
    """A local month (YYYY-MM): answers and their mean score; None where too few answered."""

    month: str
    answers: int
    mean: float | None

    @property
    def is_low(self) -> bool:
        """Whether so few answered that the mean must be read with care."""
        return self.mean is not None and self.answers < LOW_SAMPLE


@dataclass(frozen=True, slots=True)
class Mover:
    """A department with its mean score in a span and in the one before."""

    department: Department
    hospital: Hospital
    answers: int
    mean: float
    before: float | None

    @property
    def change(self) -> float | None:
        """Points up or down; None where too few answered before."""
        return None if self.before is None else self.mean - self.before


@dataclass(frozen=True, slots=True)
class Comment:
    """What a patient wrote, of which survey."""

    survey: SurveyInstance
    department: Department | None
    text: str
    language: str


def physician_of(actor: Actor) -> UUID | None:
    """Give the physician that the actor is, for their own ratings; None for everybody else."""
    if not can(actor, Perm.OWN_RATINGS) or actor.id is None:
        return None
    query = select(Physician.id).where(Physician.user_id == actor.id, Physician.archived_at.is_(None)).limit(1)
    return db.session.execute(query).scalar_one_or_none()


def _seen(actor: Actor, physician_id: UUID | None) -> ColumnElement[bool]:
    """What the actor's figures are made of: the scope of their role, or the visits of the physician that they are."""
    if physician_id is not None:
        return SurveyInstance.physician_id == physician_id
    return visible(SurveyInstance, actor, Perm.FIGURES_READ)


def two_periods(
    since: datetime, middle: datetime, until: datetime, *, actor: Actor, physician_id: UUID | None = None
) -> tuple[Period, Period]:
    """Give the figures of [middle, until) and of [since, middle), by the instant of the invitation; one statement."""
    spans = [(middle, until), (since, middle)]
    done = SurveyInstance.state == InstanceState.COMPLETED
    columns: list[Any] = []
    for start, end in spans:
        inside = and_(SurveyInstance.invited_at >= start, SurveyInstance.invited_at < end)
        columns += [
            func.count().filter(inside),
            func.count().filter(inside, done),
            func.avg(SurveyInstance.score).filter(inside),
            func.count(SurveyInstance.score).filter(inside),
            func.count().filter(inside, SurveyInstance.is_negative.is_(True)),
        ]
    row = db.session.execute(
        select(*columns).where(
            _seen(actor, physician_id), SurveyInstance.invited_at >= since, SurveyInstance.invited_at < until
        )
    ).one()
    return _period(row[:5]), _period(row[5:])


def _period(row: Sequence[Any]) -> Period:
    invited, completed, mean, scored, negative = row
    return Period(invited, completed, float(mean) if scored >= LEAST_ANSWERS else None, negative)


def months(since: datetime, *, actor: Actor, physician_id: UUID | None = None) -> list[Month]:
    """Give every month since an instant by the local time of the answer, oldest first; one statement. Empty: no answer."""
    month = func.to_char(func.timezone(ZONE, SurveyInstance.completed_at), "YYYY-MM")
    rows = db.session.execute(
        select(month, func.count(), func.avg(SurveyInstance.score))
        .where(_seen(actor, physician_id), SurveyInstance.completed_at >= since, SurveyInstance.score.is_not(None))
        .group_by(month)
        .order_by(month)
    ).all()
    known = {name: Month(name, count, float(mean) if count >= LEAST_ANSWERS else None) for name, count, mean in rows}
    return [known.get(name, Month(name, 0, None)) for name in _names(since)] if known else []


def _names(since: datetime) -> list[str]:
    """Name every local month from an instant to now."""
    first, last = (each.astimezone(ZoneInfo(ZONE)) for each in (since, clock.now()))
    return [
        f"{number // 12:04d}-{number % 12 + 1:02d}"
        for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]


def movers(since: datetime, middle: datetime, until: datetime, *, actor: Actor, limit: int = 40) -> list[Mover]:
    """Give departments with enough answers in [middle, until), the lowest mean first, with [since, middle) beside."""
    now = and_(SurveyInstance.completed_at >= middle, SurveyInstance.completed_at < until)
    before = and_(SurveyInstance.completed_at >= since, SurveyInstance.completed_at < middle)
    mean = func.avg(SurveyInstance.score)
    rows = db.session.execute(
        select(
            Department, Hospital, func.count().filter(now), mean.filter(now), func.count().filter(before),
            mean.filter(before),
        )
        .join(SurveyInstance, SurveyInstance.department_id == Department.id)
        .join(Hospital, Hospital.id == Department.hospital_id)
        .where(
            visible(SurveyInstance, actor, Perm.FIGURES_READ),
            SurveyInstance.completed_at >= since,
            SurveyInstance.completed_at < until,
            SurveyInstance.score.is_not(None),
        )
        .group_by(Department.id, Hospital.id)
        .having(func.count().filter(now) >= LEAST_ANSWERS)
        .order_by(mean.filter(now))
        .limit(limit)
    ).all()  # fmt: skip
    return [
        Mover(department, hospital, count, float(now_mean), float(earlier) if earlier_count >= LEAST_ANSWERS else None)
        for department, hospital, count, now_mean, earlier_count, earlier in rows
    ]


def comments(since: datetime, *, actor: Actor, physician_id: UUID | None = None, limit: int = 6) -> list[Comment]:
    """Give the newest comments since an instant that the actor may read; one statement."""
    if physician_id is None and not can(actor, Perm.COMMENTS_READ):
        return []
    scope = SurveyInstance.physician_id == physician_id if physician_id else visible(
        SurveyInstance, actor, Perm.COMMENTS_READ
    )  # fmt: skip
    rows = db.session.execute(
        select(SurveyInstance, Department, SurveyAnswer.value, SurveyAnswer.text_language)
        .join(SurveyAnswer, SurveyAnswer.instance_id == SurveyInstance.id)
        .join(Department, Department.id == SurveyInstance.department_id, isouter=True)
        .where(scope, SurveyInstance.completed_at >= since, SurveyAnswer.text_language != "")
        .order_by(SurveyInstance.completed_at.desc(), SurveyInstance.id)
        .limit(limit)
    ).all()
    return [Comment(survey, department, text or "", language) for survey, department, text, language in rows]
