"""A survey as the bearer of its link sees it: which one it is, what it asks, what was answered so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import contains_eager

from app.core.access.actor import Actor, acting_as, system_actor, token_actor
from app.core.access.wall import standing
from app.core.db import db
from app.core.errors import NotFound
from app.core.keys.links import handle_of
from app.core.time import clock
from app.surveys.enums import FREE_TEXT
from app.surveys.models import SurveyInstance, SurveyTemplate
from app.surveys.rules.answers import clean
from app.surveys.rules.logic import visible
from app.surveys.rules.questions import Answer, Question
from app.surveys.services import asking
from app.surveys.services.asking import KeptAnswer
from app.surveys.services.sending import PURPOSE


class ScoredBy(NamedTuple):
    """The template's rules of the score."""

    weighting: str
    minimum_items: int
    threshold: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A survey as its bearer sees it: the questions of the visit and the answers so far."""

    instance: SurveyInstance
    scored_by: ScoredBy
    questions: tuple[Question, ...]
    answers: dict[str, Answer]
    ids: Mapping[str, UUID]  # question code -> the row in force for this survey

    @property
    def shown(self) -> tuple[Question, ...]:
        """The questions that are visible with these answers, in order."""
        return visible(self.questions, self.answers, self.instance.visit_context)


def bearer(token: str) -> Actor:
    """Give the actor of a link. NotFound when the token is not ours or its survey is gone."""
    with acting_as(system_actor("find the survey of a link")):
        found = db.session.execute(_BEARER, {"handle": _handle(token)}).one_or_none()
    if found is None:
        raise NotFound()
    return _holder(found[0], found[1])


def _handle(token: str) -> str:
    handle = handle_of(PURPOSE, token)
    if handle is None:
        raise NotFound()
    return handle


def _holder(instance_id: UUID, hospital_id: UUID) -> Actor:
    return token_actor(instance_id, hospital_id, "survey link")


_OF_HANDLE = SurveyInstance.handle == bindparam("handle")
_BEARER = standing(select(SurveyInstance.id, SurveyInstance.hospital_id).where(_OF_HANDLE))
_FOUND = select(
    SurveyInstance,
    asking.edition_of(SurveyInstance.__table__.c.template_id),
    SurveyTemplate.weighting,
    SurveyTemplate.minimum_items,
    SurveyTemplate.threshold,
).join(SurveyTemplate, SurveyTemplate.id == SurveyInstance.template_id)
_LOCK = _FOUND.with_for_update(of=SurveyInstance).execution_options(populate_existing=True)
_READ = standing(
    _FOUND.where(SurveyInstance.id == bindparam("id")).options(
        contains_eager(SurveyInstance.template).lazyload(SurveyTemplate.questions)
    )
)
_LOCK_BY_ID = standing(_LOCK.where(SurveyInstance.id == bindparam("id")))
_LOCK_BY_HANDLE = standing(_LOCK.where(_OF_HANDLE))


def sheet(actor: Actor) -> Sheet:
    """Read the survey of the link's bearer; opens any number of times."""
    return _sheet(*db.session.execute(_READ, {"id": actor.id}).one())


def locked(actor: Actor) -> Sheet:
    """The same for a command that writes to it: whoever comes meanwhile waits."""
    return _sheet(*db.session.execute(_LOCK_BY_ID, {"id": actor.id}).one())


def locked_by(token: str) -> tuple[Sheet, Actor]:
    """The same for whoever shows a link's token, and the actor that this is, in one statement. NotFound as `bearer`."""
    with acting_as(system_actor("find the survey of a link")):
        row = db.session.execute(_LOCK_BY_HANDLE, {"handle": _handle(token)}).one_or_none()
    if row is None:
        raise NotFound()
    with acting_as(_holder(row[0].id, row[0].hospital_id)) as holder:
        return _sheet(*row), holder


def _sheet(instance: SurveyInstance, edition: str, *scored_by: Any) -> Sheet:
    rows = asking.asked_of(instance, edition)
    kept = asking.answers_to(instance)
    answers = {each.question.code: _answer_of(each.question, kept[each.id]) for each in rows if each.id in kept}
    ids = {each.question.code: each.id for each in rows}
    return Sheet(instance, ScoredBy(*scored_by), tuple(each.question for each in rows), answers, ids)


def _answer_of(question: Question, kept: KeptAnswer) -> Answer:
    if kept.value is None or kept.is_na:
        return Answer(question.code, is_na=kept.is_na)
    if question.type in FREE_TEXT:
        return Answer(question.code, kept.value)
    found = clean(question, kept.value)
    return found if isinstance(found, Answer) else Answer(question.code)


def is_open(instance: SurveyInstance) -> bool:
    """Tell whether the link still takes answers."""
    late = instance.expires_at is not None and instance.expires_at <= clock.now()
    return not instance.is_closed and not late
