"""What a survey asks and what was answered so far: one statement; the questions themselves are read once by a process."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, any_, bindparam, select

from app.core.access.wall import passage
from app.core.db import db
from app.notifications.services import messages
from app.surveys.enums import ALL_INVITATIONS, REMINDER
from app.surveys.models import SurveyAnswer, SurveyInstance, SurveyQuestion
from app.surveys.rules.questions import Question

MOST_KNOWN = 5_000  # questions that a process remembers
Edition = tuple[UUID, int, datetime]  # id, version and last change: whatever is changed on a question gives another

_known: dict[Edition, Question] = {}


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question of a survey and the answer that is kept to it."""

    id: UUID
    question: Question
    is_answered: bool
    value: str | None
    is_na: bool


def read(instance: SurveyInstance) -> tuple[list[AskedQuestion], bool]:
    """Give what this person may be asked, in order, in the editions that were in force when the survey left; and whether
    an invitation or a reminder to it still waits.
    """
    asked = [UUID(name) for name in instance.questions]
    with passage("the questions and answers of a survey that the caller has in hand"):
        found = db.session.connection().execute(_READ, {"instance_id": instance.id, "asked": asked})
        by_id = {row[0]: row for row in found}
    rows = [by_id[question_id] for question_id in asked if question_id in by_id]
    questions = _questions([(row[0], row[1], row[2]) for row in rows])
    asked_questions = [
        AskedQuestion(row[0], question, bool(row[3]), row[4], bool(row[5]))
        for row, question in zip(rows, questions, strict=True)
    ]
    return asked_questions, not rows or bool(rows[0][6])


_QUESTION, _ANSWER = SurveyQuestion.__table__, SurveyAnswer.__table__
_READ = (
    select(
        _QUESTION.c.id,
        _QUESTION.c.version,
        _QUESTION.c.updated_at,
        _ANSWER.c.instance_id.is_not(None),
        _ANSWER.c.value,
        _ANSWER.c.is_na,
        messages.any_waits(bindparam("instance_id", type_=Uuid()), [*ALL_INVITATIONS, REMINDER]),
    )
    .outerjoin_from(
        _QUESTION,
        _ANSWER,
        and_(_ANSWER.c.question_id == _QUESTION.c.id, _ANSWER.c.instance_id == bindparam("instance_id")),
    )
    .where(_QUESTION.c.id == any_(bindparam("asked", type_=ARRAY(Uuid()))))
)


def of_templates(template_ids: Collection[UUID]) -> Mapping[UUID, list[AskedQuestion]]:
    """Give the questions in force of each survey, in order, with nothing answered; one statement for any number."""
    rows = db.session.execute(
        select(SurveyQuestion.id, SurveyQuestion.version, SurveyQuestion.updated_at, SurveyQuestion.template_id)
        .where(SurveyQuestion.template_id.in_(template_ids), SurveyQuestion.archived_at.is_(None))
        .order_by(SurveyQuestion.position)
    ).all()
    questions = _questions([(row[0], row[1], row[2]) for row in rows])
    found: dict[UUID, list[AskedQuestion]] = {each: [] for each in template_ids}
    for row, question in zip(rows, questions, strict=True):
        found[row[3]].append(AskedQuestion(row[0], question, False, None, False))
    return found


def _questions(editions: list[Edition]) -> Iterable[Question]:
    """Give the questions of these editions, from memory where this process has read them before."""
    known = {edition[0]: _known[edition] for edition in editions if edition in _known}
    missing = [edition[0] for edition in editions if edition[0] not in known]
    if missing:
        if len(_known) + len(missing) > MOST_KNOWN:
            _known.clear()
        for row in db.session.execute(select(SurveyQuestion).where(SurveyQuestion.id.in_(missing))).scalars():
            known[row.id] = _known[(row.id, row.version, row.updated_at)] = row.as_value()
    return [known[edition[0]] for edition in editions]
