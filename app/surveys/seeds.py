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
    "complaint_resolution": ("How we handled your complaint", "كيف تعاملنا مع شكواك"),
}
INTRO = (
    "Tell us how it was. Your answers help us to do better.",
    "أخبرونا كيف كانت تجربتكم، فإجاباتكم تساعدنا على التحسين.",
)
RESOLUTIONS = ("complaint_resolution",)  # surveys that follow the end of a case, not of a visit
DELAY_MINUTES = {"opd": 120, "inpatient": 1440, "ems": 240, "day_case": 1440}


@command
def seed_surveys(*, actor: Actor) -> None:
    """Make the group's survey for each kind of visit, published, sent once after the visit has ended; and of cases."""
    bank = read_bank()
    for code in (*(kind.value for kind in JourneyKind), *RESOLUTIONS):
        known = db.session.execute(
            select(SurveyTemplate.id).where(SurveyTemplate.code == code, SurveyTemplate.hospital_id.is_(None))
        ).first()
        if known is None and code in bank:
            _make(code, bank[code])


def _make(code: str, found: BankSet) -> None:
    name_en, name_ar = NAMES[code]
    template = SurveyTemplate(
        code=code,
        name_en=name_en,
        name_ar=name_ar,
        intro_en=INTRO[0],
        intro_ar=INTRO[1],
        journey_kind=code if code in DELAY_MINUTES else None,
        is_published=True,
    )
    db.session.add(template)
    db.session.flush()
    for position, question in enumerate(found.questions, 1):
        db.session.add(SurveyQuestion(template_id=template.id, position=position, **columns_of_bank(question, found)))
    if code in DELAY_MINUTES:
        db.session.add(SurveyTrigger(template_id=template.id, journey_kind=code, delay_minutes=DELAY_MINUTES[code]))
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
