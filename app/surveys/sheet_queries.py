"""One survey as those who follow up read it: every question with its answer, and how the score came about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from app.core.access.actor import Actor
from app.core.access.policy import can, load
from app.core.db import db
from app.core.i18n import language, named
from app.notifications.models import Message
from app.notifications.policy import Perm as MessagePerm
from app.organizations.models import Department, Physician
from app.surveys.enums import FREE_TEXT, QuestionType
from app.surveys.models import SurveyAnswer, SurveyInstance, SurveyQuestion, SurveyTemplate
from app.surveys.policy import Perm
from app.surveys.rules.bank import read_sections
from app.surveys.rules.scoring import FLAG_LIMIT


@dataclass(frozen=True, slots=True)
class Line:
    """One question that the person was asked, and what they said."""

    question: SurveyQuestion
    answer: SurveyAnswer | None
    words: str  # the answer in words of the reader's language; what was written as it was written
    is_alarming: bool

    @property
    def is_text(self) -> bool:
        """Whether the person wrote this."""
        return self.question.type in FREE_TEXT

    @property
    def points(self) -> float | None:
        """What the answer counts, 0-100; None where it does not."""
        return self.answer.score if self.answer is not None and self.question.is_scored else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One survey with its answers, for those who follow up."""

    instance: SurveyInstance
    template: SurveyTemplate
    department: Department | None
    physician: Physician | None
    lines: list[Line]
    messages: Sequence[Message]

    @property
    def has_answers(self) -> bool:
        """Whether anything was answered."""
        return any(line.answer is not None for line in self.lines)

    @property
    def sections(self) -> list[tuple[str, float]]:
        """The sections that count with their means, in words."""
        names = read_sections()
        return [
            (named(names[code], "label") if code in names else code or _("Other"), value)
            for code, value in (self.instance.sections or {}).items()
        ]

    @property
    def reasons(self) -> list[str]:
        """Why the survey is negative, in sentences; empty when it is not."""
        if not self.instance.is_negative:
            return []
        found = []
        score = self.instance.score
        if score is not None and score < self.template.threshold:
            found.append(
                _("The score %(score).1f is below %(threshold).0f.", score=score, threshold=self.template.threshold)
            )
        found += [
            _("The answer to “%(question)s” alone raises the alarm.", question=named(line.question, "text"))
            for line in self.lines
            if line.is_alarming
        ]
        return found


def get(instance_id: UUID, *, actor: Actor) -> Sheet:
    """Find a survey through the actor, with its answers and messages. NotFound outside the scope."""
    instance = load(SurveyInstance, instance_id, actor=actor, needs=Perm.INSTANCE_READ)
    return Sheet(
        instance,
        db.session.get_one(SurveyTemplate, instance.template_id, options=[lazyload(SurveyTemplate.questions)]),
        db.session.get(Department, instance.department_id) if instance.department_id else None,
        db.session.get(Physician, instance.physician_id) if instance.physician_id else None,
        _lines(instance),
        _messages(instance_id) if can(actor, MessagePerm.LOG_READ) else [],
    )


def comments_of(instance_ids: Collection[UUID], *, actor: Actor) -> dict[UUID, list[SurveyAnswer]]:
    """Give what people wrote in surveys that the actor has found, by survey; nothing for those who may not read comments."""
    if not instance_ids or not can(actor, Perm.COMMENTS_READ):
        return {}
    found: dict[UUID, list[SurveyAnswer]] = {}
    query = select(SurveyAnswer).where(SurveyAnswer.instance_id.in_(instance_ids), SurveyAnswer.text_language != "")
    for answer in db.session.execute(query.order_by(SurveyAnswer.id)).scalars():
        if answer.value:
            found.setdefault(answer.instance_id, []).append(answer)
    return found


def _lines(instance: SurveyInstance) -> list[Line]:
    """Give what was asked in order; a question that hung on another answer and was not asked has no answer."""
    given = {
        row.question_id: row
        for row in db.session.execute(select(SurveyAnswer).where(SurveyAnswer.instance_id == instance.id)).scalars()
    }
    asked = {UUID(name) for name in instance.questions} | set(given)
    rows = db.session.execute(
        select(SurveyQuestion).where(SurveyQuestion.id.in_(asked)).order_by(SurveyQuestion.position)
    ).scalars()
    return [_line(row, given.get(row.id)) for row in rows]


def _line(question: SurveyQuestion, answer: SurveyAnswer | None) -> Line:
    if answer is not None and answer.value is None and not answer.is_na:
        answer = None
    bad = answer is not None and answer.score is not None and answer.score <= FLAG_LIMIT
    return Line(question, answer, in_words(question, answer), question.is_flagged and bad)


def in_words(question: SurveyQuestion, answer: SurveyAnswer | None) -> str:
    """Give an answer in the reader's words; empty without one."""
    if answer is None:
        return ""
    if answer.is_na:
        return _("not applicable")
    value = answer.value or ""
    label: dict[str, Any] = {
        str(option["value"]): option.get(f"label_{language()}") or option.get("label_ar") for option in question.options
    }
    if value in label:
        return str(label[value])
    if question.type == QuestionType.YES_NO:
        return _("Yes") if value == "1" else _("No")
    return value


def _messages(instance_id: UUID) -> Sequence[Message]:
    query = select(Message).where(Message.about_id == instance_id).order_by(Message.created_at).limit(20)
    return db.session.execute(query).scalars().all()
