"""What a show-if row may name: earlier questions with their answers, stages, and facts of the visit, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.db import db
from app.core.i18n import LANGUAGES, language, named
from app.journeys.enums import JourneyKind
from app.journeys.models import JourneyTemplate, StageTemplate
from app.organizations.models import Department
from app.surveys.enums import FREE_TEXT, QuestionType
from app.surveys.models import SurveyQuestion, SurveyTemplate
from app.surveys.rules.conditions import Mode, Row, read, write_subject
from app.surveys.rules.questions import Question

Group = tuple[str, list[tuple[str, str]]]
AGES = (18, 30, 40, 50, 60, 70, 80)


def groups(
    template: SurveyTemplate, before: Sequence[SurveyQuestion], stages: Sequence[tuple[str, str]]
) -> list[Group]:
    """Give the subjects that a question may depend on, grouped as a select shows them."""
    found = [_of_question(question) for question in before]
    if stages:
        found.append((_("The visit had the stage"), [(write_subject({"stage": code}), name) for code, name in stages]))
    return found + _of_visit(template.hospital_id)


def stage_options(kind: str | None, hospital_id: UUID | None) -> list[tuple[str, str]]:
    """Give the stages of a kind of visit (None: of every kind) as (code, name), each code once, in order."""
    query = (
        select(StageTemplate)
        .join(JourneyTemplate, JourneyTemplate.id == StageTemplate.template_id)
        .where(
            JourneyTemplate.archived_at.is_(None),
            StageTemplate.archived_at.is_(None),
            JourneyTemplate.holds_in(hospital_id),
        )
        .order_by(JourneyTemplate.kind, StageTemplate.position)
    )
    if kind:
        query = query.where(JourneyTemplate.kind == kind)
    found: dict[str, str] = {}
    for stage in db.session.execute(query).unique().scalars():
        found.setdefault(stage.code, named(stage))
    return list(found.items())


def in_words(condition: Mapping[str, Any] | None, known: Sequence[Group]) -> list[str] | None:
    """Give the lines of a condition in words; None for one that rows cannot say, empty without a condition."""
    mode, rows = read(condition)
    if mode is Mode.KEPT:
        return None
    names = {subject: (group, label) for group, listed in known for subject, label in listed}
    return [_line(row, names) for row in rows]


def _line(row: Row, names: Mapping[str, tuple[str, str]]) -> str:
    group, label = names.get(row.subject, (_("something that is no longer there"), row.subject))
    return f"{group} {row.comparator.label} {label}"


def _of_question(row: SurveyQuestion) -> Group:
    question = row.as_value()
    title = f"{question.code}: {named(row, 'text')}"[:90]
    answered = write_subject({"question": question.code, "answered": True})
    if question.type in FREE_TEXT:
        return title, [(answered, _("answered"))]
    listed = [
        (write_subject({"question": question.code, "value": value}), label) for value, label in _answers(question)
    ]
    return title, [*listed, (answered, _("answered"))]


def _answers(question: Question) -> list[tuple[int | str, str]]:
    if question.options:
        label = f"label_{language()}"
        return [(option.value, getattr(option, label) or option.label_ar) for option in question.options]
    if question.type is QuestionType.YES_NO:
        return [(1, _("Yes")), (0, _("No"))]
    return [(value, str(value)) for value in question.values or ()]


def _of_visit(hospital_id: UUID | None) -> list[Group]:
    facts: list[tuple[str, str, list[tuple[int | str, str]]]] = [
        ("journey_type", _("Kind of visit"), [(str(kind), str(kind.label)) for kind in JourneyKind]),
        ("language", _("Language of the patient"), list(LANGUAGES.items())),
        ("sex", _("Sex of the patient"), [("F", _("female")), ("M", _("male"))]),
        ("age_years", _("Age of the patient"), [(age, str(age)) for age in AGES]),
    ]
    if hospital_id is not None:
        facts.append(("department_code", _("Department"), _departments(hospital_id)))
    return [
        (title, [(write_subject({"context": name, "value": value}), label) for value, label in values])
        for name, title, values in facts
        if values
    ]


def _departments(hospital_id: UUID) -> list[tuple[int | str, str]]:
    rows = db.session.execute(
        select(Department)
        .where(Department.hospital_id == hospital_id, Department.archived_at.is_(None))
        .order_by(Department.code)
        .limit(100)
    ).scalars()
    return [(row.code, named(row)) for row in rows]
