"""Starting surveys from the question bank, and what they follow. Repeatable; what an administrator changed stays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db import command, db
from app.journeys.enums import JourneyKind
from app.surveys.models import SurveyQuestion, SurveyTemplate, SurveyTrigger
from app.surveys.rules.bank import BankSet, read_bank
from app.surveys.rules.questions import Question

# bank section -> the stage that must have happened for its questions to be asked
STAGE_OF_SECTION = {"lab": "LAB", "radiology": "RADIOLOGY", "pharmacy": "PHARMACY"}

NAMES: dict[str, tuple[str, str]] = {
    "opd": ("Your clinic visit", "زيارتك للعيادة"),
    "inpatient": ("Your stay in hospital", "إقامتك في المستشفى"),
    "ems": ("Your emergency visit", "زيارتك للطوارئ"),
    "day_case": ("Your day-case visit", "زيارتك لجراحة اليوم الواحد"),
}
INTRO = (
    "Tell us how it was. Your answers help us to do better.",
    "أخبرونا كيف كانت تجربتكم، فإجاباتكم تساعدنا على التحسين.",
)
DELAY_MINUTES = {"opd": 120, "inpatient": 1440, "ems": 240, "day_case": 1440}


@command
def seed_surveys(*, actor: Actor) -> None:
    """Make the group's survey for each kind of visit, published, sent once after the visit has ended."""
    bank = read_bank()
    for kind in JourneyKind:
        known = db.session.execute(
            select(SurveyTemplate.id).where(SurveyTemplate.code == kind.value, SurveyTemplate.hospital_id.is_(None))
        ).first()
        if known is None and kind.value in bank:
            _make(kind, bank[kind.value])


def _make(kind: JourneyKind, found: BankSet) -> None:
    name_en, name_ar = NAMES[kind.value]
    template = SurveyTemplate(
        code=kind.value,
        name_en=name_en,
        name_ar=name_ar,
        intro_en=INTRO[0],
        intro_ar=INTRO[1],
        journey_kind=kind.value,
        is_published=True,
    )
    db.session.add(template)
    db.session.flush()
    for position, question in enumerate(found.questions, 1):
        db.session.add(SurveyQuestion(template_id=template.id, position=position, **columns_of_bank(question, found)))
    db.session.add(
        SurveyTrigger(template_id=template.id, journey_kind=kind.value, delay_minutes=DELAY_MINUTES[kind.value])
    )
    db.session.flush()


def columns_of_bank(question: Question, found: BankSet) -> dict[str, Any]:
    """Give a question of the bank as the table keeps it."""
    return {
        "code": question.code,
        "type": question.type,
        "section": question.section,
        "stage_code": STAGE_OF_SECTION.get(question.section),
        "dimension": found.dimensions.get(question.code, ""),
        "text_en": question.text_en,
        "text_ar": question.text_ar,
        "help_en": question.help_en,
        "help_ar": question.help_ar,
        "options": [option.to_json() for option in question.options],
        "allow_na": question.allow_na,
        "is_scored": question.scored,
        "positive_answer": question.positive_answer,
        "minimum": question.minimum,
        "maximum": question.maximum,
        "top_values": sorted(question.top_values, key=str),
    }
