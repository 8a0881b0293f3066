"""What a survey asks, read once by a process, and what was answered so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select

from app.core.access.wall import passage
from app.core.db import db
from app.surveys.enums import NOT_STARTED, InstanceState
from app.surveys.models import SurveyAnswer, SurveyInstance, SurveyQuestion
from app.surveys.rules.questions import Question

MOST_KNOWN = 5_000  # questions that a process remembers
MOST_ASKED = 1_000  # lists of them: there are as many as ways through a visit
Edition = tuple[UUID, int, datetime]  # id, version and last change: whatever is changed on a question gives another

_known: dict[Edition, Question] = {}
_asked: dict[tuple[tuple[str, ...], str], tuple[AskedQuestion, ...]] = {}


class AskedQuestion(NamedTuple):
    """One question of a survey."""

    id: UUID
    question: Question


class KeptAnswer(NamedTuple):
    """What is kept of an answer: what was said, or that it does not apply."""

    value: str | None
    is_na: bool


def edition_of(template_id: ColumnElement[UUID]) -> ColumnElement[str]:
    """Give the SQL of the edition of a template's questions: whatever is changed on one of them gives another."""
    stamp = func.concat(func.sum(SurveyQuestion.version), " ", func.max(SurveyQuestion.updated_at))
    return select(stamp).where(SurveyQuestion.template_id == template_id).scalar_subquery()


def asked_of(instance: SurveyInstance, edition: str) -> tuple[AskedQuestion, ...]:
    """Give what this person may be asked, in order, in the editions that were in force when the survey left."""
    key = (tuple(instance.questions), edition)
    found = _asked.get(key)
    if found is None:
        if len(_asked) >= MOST_ASKED:
            _asked.clear()
        found = _asked[key] = _read([UUID(name) for name in instance.questions])
    return found


def _read(asked: Sequence[UUID]) -> tuple[AskedQuestion, ...]:
    rows = db.session.execute(
        select(SurveyQuestion.id, SurveyQuestion.version, SurveyQuestion.updated_at).where(SurveyQuestion.id.in_(asked))
    )
    editions = {row[0]: (row[0], row[1], row[2]) for row in rows}
    ids = [each for each in asked if each in editions]
    return tuple(map(AskedQuestion, ids, _questions([editions[each] for each in ids])))


_ANSWER = SurveyAnswer.__table__.c
_ANSWERS = select(_ANSWER.question_id, _ANSWER.value, _ANSWER.is_na).where(
    _ANSWER.instance_id == bindparam("instance_id")
)


def answers_to(instance: SurveyInstance) -> Mapping[UUID, KeptAnswer]:
    """Give what is kept of each question that was answered; a survey that nobody began needs no look."""
    if InstanceState(instance.state) in NOT_STARTED:
        return {}
    with passage("the answers of a survey that the caller has in hand"):
        rows = db.session.connection().execute(_ANSWERS, {"instance_id": instance.id})
        return {row[0]: KeptAnswer(row[1], row[2]) for row in rows}


def of_templates(template_ids: Collection[UUID]) -> Mapping[UUID, list[AskedQuestion]]:
    """Give the questions in force of each survey, in order; one statement for any number."""
    rows = db.session.execute(
        select(SurveyQuestion.id, SurveyQuestion.version, SurveyQuestion.updated_at, SurveyQuestion.template_id)
        .where(SurveyQuestion.template_id.in_(template_ids), SurveyQuestion.archived_at.is_(None))
        .order_by(SurveyQuestion.position)
    ).all()
    questions = _questions([(row[0], row[1], row[2]) for row in rows])
    found: dict[UUID, list[AskedQuestion]] = {each: [] for each in template_ids}
    for row, question in zip(rows, questions, strict=True):
        found[row[3]].append(AskedQuestion(row[0], question))
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
