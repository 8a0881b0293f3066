"""Commands on the questions of a template: add, change, move, archive. Positions are 1, 2, 3 without gaps."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.events.record import Change
from app.core.time import clock
from app.surveys.enums import QuestionType
from app.surveys.models import SurveyAnswer, SurveyQuestion, SurveyTemplate
from app.surveys.policy import Perm
from app.surveys.rules.bank import read_bank
from app.surveys.rules.logic_check import validate_logic
from app.surveys.rules.wording import faults, is_same_meaning
from app.surveys.seeds import columns_of_bank
from app.surveys.services import templates

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
SECTION = re.compile(r"[a-z0-9_]{0,60}")
MOST_QUESTIONS = 60


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """What a question says of itself; the names are the columns'. An empty code is given the next free one."""

    type: str
    text_en: str
    text_ar: str
    code: str = ""
    section: str = ""
    stage_code: str | None = None
    dimension: str = ""
    help_en: str = ""
    help_ar: str = ""
    options: tuple[Mapping[str, Any], ...] = ()
    is_required: bool = False
    allow_na: bool = False
    weight: float = 1.0
    is_flagged: bool = False
    positive_answer: bool = True
    is_scored: bool = True
    minimum: int | None = None
    maximum: int | None = None
    top_values: tuple[int | str, ...] = ()
    show_if: Mapping[str, Any] | None = None

    def columns(self) -> dict[str, Any]:
        """Give the facts as the table keeps them."""
        kept = asdict(self)
        return {**kept, "options": list(self.options), "top_values": list(self.top_values)}


def facts_of(question: SurveyQuestion) -> QuestionFacts:
    """Give what a question says of itself now, to change a part of it."""
    known = {name: getattr(question, name) for name in QuestionFacts.__dataclass_fields__}
    return QuestionFacts(**{**known, "options": tuple(question.options), "top_values": tuple(question.top_values)})


@command
def add(template_id: UUID, facts: QuestionFacts, *, position: int | None = None, actor: Actor) -> SurveyQuestion:
    """Add a question at `position` (none: at the end). Raises NotFound, NotAllowed and Invalid."""
    template = templates.find(template_id, actor=actor)
    others = questions_of(template.id)
    made = SurveyQuestion(
        template_id=template.id,
        hospital_id=template.hospital_id,
        position=len(others) + 1,
        **{**facts.columns(), "code": facts.code or _next_code(others)},
    )
    _check(made, others)
    db.session.add(made)
    _place(others, made, position or len(others) + 1)
    _settle(template, "question_added", made, actor)
    return made


@command
def add_from_bank(template_id: UUID, codes: Collection[str], *, actor: Actor) -> list[SurveyQuestion]:
    """Add questions of the bank at the end, in the bank's order; those that the template has are left out."""
    template = templates.find(template_id, actor=actor)
    others = questions_of(template.id)
    known = {question.code for question in others}
    chosen = [
        columns_of_bank(question, found)
        for found in read_bank().values()
        for question in found.questions
        if question.code in codes and question.code not in known
    ]
    made = [
        SurveyQuestion(template_id=template.id, hospital_id=template.hospital_id, position=position, **columns)
        for position, columns in enumerate(chosen, len(others) + 1)
    ]
    if len(others) + len(made) > MOST_QUESTIONS:
        raise Invalid(codes=_("A survey has at most %(most)s questions.", most=MOST_QUESTIONS))
    db.session.add_all(made)
    for question in made:
        _settle(template, "question_added", question, actor)
    return made


@command
def change(
    question_id: UUID,
    facts: QuestionFacts,
    *,
    version: int,
    actor: Actor,
    position: int | None = None,
    new_edition: bool = False,
) -> SurveyQuestion:
    """Change a question. Once it was answered, another meaning (or `new_edition`) gives a new edition with the same code.

    Returns the question in force afterwards. Raises NotFound, NotAllowed, Conflict and Invalid.
    """
    question, template, others = _find(question_id, actor, version)
    wanted = SurveyQuestion(
        template_id=template.id,
        hospital_id=template.hospital_id,
        position=question.position,
        **{**facts.columns(), "code": facts.code or question.code},
    )
    _check(wanted, others)
    answered = is_answered(question.id)
    if answered and wanted.code != question.code:
        raise Invalid(code=_("The code of a question that was answered stays: it ties its answers together."))
    anew = answered and (new_edition or not is_same_meaning(question.as_value(), wanted.as_value()))
    in_force = _succeed(question, wanted, actor) if anew else question
    if not anew:
        for name, value in facts.columns().items():
            setattr(question, name, value if name != "code" else wanted.code)
    changed = None if anew else Change.of(question)
    if position is not None:
        _place(others, in_force, position)
    _settle(template, "question_changed", in_force, actor, changed)
    return in_force


@command
def move(question_id: UUID, position: int, *, version: int | None = None, actor: Actor) -> SurveyQuestion:
    """Put a question at another place; the others close up. Raises NotFound, NotAllowed, Conflict and Invalid (show-if)."""
    question, template, others = _find(question_id, actor, version)
    _place(others, question, position)
    _settle(template, "question_moved", question, actor)
    return question


@command
def archive(question_id: UUID, *, version: int | None = None, actor: Actor) -> None:
    """Take a question out of its template; its answers stay. Raises NotFound, NotAllowed, Conflict and Invalid (show-if)."""
    question, template, others = _find(question_id, actor, version)
    question.archived_at, question.archived_by_id = clock.now(), actor.id
    for position, other in enumerate(others, 1):
        other.position = position
    _settle(template, "question_archived", question, actor)


def is_answered(question_id: UUID) -> bool:
    """Tell whether anybody answered this edition."""
    query = select(SurveyAnswer.id).where(SurveyAnswer.question_id == question_id).limit(1)
    return db.session.execute(query).first() is not None


def questions_of(template_id: UUID) -> list[SurveyQuestion]:
    """Give the questions in force, in order."""
    return list(
        db.session.execute(
            select(SurveyQuestion)
            .where(SurveyQuestion.template_id == template_id, SurveyQuestion.archived_at.is_(None))
            .order_by(SurveyQuestion.position, SurveyQuestion.id)
        ).scalars()
    )


def _find(
    question_id: UUID, actor: Actor, version: int | None
) -> tuple[SurveyQuestion, SurveyTemplate, list[SurveyQuestion]]:
    """Load a question for a change; its template is locked first, so that two people do not renumber at once."""
    seen = load(SurveyQuestion, question_id, actor=actor, needs=Perm.TEMPLATE_WRITE, sees=Perm.TEMPLATE_READ)
    template = templates.find(seen.template_id, actor=actor)
    question = load(SurveyQuestion, question_id, actor=actor, needs=Perm.TEMPLATE_WRITE, version=version, lock=True)
    if question.archived_at is not None:
        raise NotFound()
    return question, template, [each for each in questions_of(template.id) if each.id != question.id]


def _succeed(question: SurveyQuestion, wanted: SurveyQuestion, actor: Actor) -> SurveyQuestion:
    """Archive the edition that was answered and write its successor in its place."""
    question.archived_at, question.archived_by_id = clock.now(), actor.id
    db.session.flush()
    wanted.edition, wanted.replaces_id = question.edition + 1, question.id
    db.session.add(wanted)
    return wanted


def _place(others: list[SurveyQuestion], question: SurveyQuestion, position: int) -> None:
    at = max(0, min(position - 1, len(others)))
    for number, each in enumerate([*others[:at], question, *others[at:]], 1):
        if each.position != number:
            each.position = number


def _settle(
    template: SurveyTemplate, what: str, question: SurveyQuestion, actor: Actor, change: Change | None = None
) -> None:
    """Write the change, see that a published survey still works for patients, and say what happened."""
    db.session.flush()
    db.session.refresh(template, ["questions"])
    if template.is_published:
        templates.must_hold(template)
    templates.said(template, what, actor, change, question.id)


def _check(question: SurveyQuestion, others: list[SurveyQuestion]) -> None:
    if question.type not in set(QuestionType):
        raise Invalid(type=_("Choose one of the list."))
    wrong = faults(question.as_value())
    if not CODE.fullmatch(question.code):
        wrong["code"] = _("Use letters, digits, dashes and underscores, such as OPD-05.")
    elif any(other.code == question.code for other in others):
        wrong["code"] = _("Another question has the same code.")
    if not SECTION.fullmatch(question.section):
        wrong["section"] = _("Use small letters, digits and underscores, such as waiting.")
    if len(others) >= MOST_QUESTIONS:
        wrong["code"] = _("A survey has at most %(most)s questions.", most=MOST_QUESTIONS)
    values = [*(each.as_value() for each in others if each.code != question.code), question.as_value()]
    own = [each for each in validate_logic(tuple(values)) if each.question == question.code]
    if own and question.show_if is not None:
        wrong["show_if"] = own[0].code.message
    if wrong:
        raise Invalid(**wrong)


def _next_code(others: list[SurveyQuestion]) -> str:
    taken = {question.code for question in others}
    number = len(others) + 1
    while f"Q{number}" in taken:
        number += 1
    return f"Q{number}"
