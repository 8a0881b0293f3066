"""Building surveys: templates, questions and their editions, publishing, copying, and what surveys follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from app.core.db.ids import uuid7
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.surveys.models import SurveyAnswer, SurveyInstance, SurveyQuestion, SurveyTemplate, SurveyTrigger
from app.surveys.services import questions, templates, triggers
from app.surveys.services.questions import QuestionFacts
from app.surveys.services.templates import TemplateFacts
from app.surveys.services.triggers import TriggerFacts
from tests.cast import Cast
from tests.conftest import NOON
from tests.surveys.conftest import add, make_template, one, rows, template_of

FACTS = TemplateFacts("Clinic", "العيادة")
STARS = QuestionFacts(type="rating", text_en="How was it?", text_ar="كيف كانت؟")


def draft(cast: Cast, *facts: QuestionFacts) -> SurveyTemplate:
    """A draft of hospital A with these questions."""
    office = cast.actor("px_coordinator")
    made = templates.create(hospital_id=cast.a.id, facts=FACTS, actor=office)
    for each in facts:
        questions.add(made.id, each, actor=office)
    return made


def codes(template_id: UUID) -> list[str]:
    found = rows(SurveyQuestion, template_id=template_id, archived_at=None)
    return [question.code for question in sorted(found, key=lambda each: each.position)]


def answer_to(question: SurveyQuestion, cast: Cast) -> None:
    """Somebody answered this question."""
    facts = {"hospital_id": cast.a.id, "template_id": question.template_id}
    survey = add(SurveyInstance(**facts, once="x", handle=str(uuid7())[-12:], send_at=NOON))
    add(SurveyAnswer(hospital_id=cast.a.id, instance_id=survey.id, question_id=question.id, code="Q", value="1"))


def test_a_coordinator_makes_a_draft_and_publishes_it_when_it_has_questions(house: Cast) -> None:
    office = house.actor("px_coordinator")
    made = draft(house)
    assert not made.is_published
    with pytest.raises(Invalid) as refused:
        templates.publish(made.id, actor=office)
    assert set(refused.value.fields) == {"questions"}

    questions.add(made.id, STARS, actor=office)
    questions.add(made.id, STARS, actor=office)
    assert templates.publish(made.id, actor=office).is_published
    assert codes(made.id) == ["Q1", "Q2"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name_ar", ""), ("threshold", 101), ("link_days", 0), ("reminder_hours", 999), ("intro_ar", "x"),
     ("minimum_items", 0), ("journey_kind", "spa")],
)  # fmt: skip
def test_what_a_template_says_of_itself_is_checked(house: Cast, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        templates.create(hospital_id=house.a.id, facts=replace(FACTS, **{field: value}), actor=house.actor("px_admin"))

    assert field.removesuffix("_ar") in {name.removesuffix("_en").removesuffix("_ar") for name in refused.value.fields}


def test_the_groups_survey_is_read_by_all_and_written_by_px_admin_alone(house: Cast) -> None:
    group = template_of()
    with pytest.raises(NotAllowed):
        templates.change(group.id, FACTS, version=group.version, actor=house.actor("hospital_admin"))
    with pytest.raises(NotAllowed):
        questions.add(group.id, STARS, actor=house.actor("px_coordinator"))

    changed = templates.change(group.id, FACTS, version=group.version, actor=house.actor("px_admin"))
    assert changed.name_en == "Clinic"


def test_a_hospital_copies_the_groups_survey_with_its_questions_and_changes_its_own(house: Cast) -> None:
    admin = house.actor("hospital_admin")
    own = templates.copy(template_of().id, hospital_id=house.a.id, actor=admin)
    assert (own.hospital_id, own.is_published, own.code) == (house.a.id, False, "opd")
    assert codes(own.id) == codes(template_of().id)

    first = own.questions[0]
    questions.change(first.id, replace(questions.facts_of(first), text_en="Ours?"), version=1, actor=admin)
    assert template_of().questions[0].text_en != "Ours?"
    with pytest.raises(NotAllowed):
        templates.copy(template_of().id, hospital_id=house.b.id, actor=admin)


def test_a_stale_version_is_a_conflict(house: Cast) -> None:
    made = draft(house, STARS)
    office = house.actor("px_coordinator")
    templates.change(made.id, replace(FACTS, name_en="New"), version=1, actor=office)

    with pytest.raises(Conflict):
        templates.change(made.id, FACTS, version=1, actor=office)


def test_an_archived_survey_takes_its_triggers_along_and_comes_back_as_a_draft(house: Cast) -> None:
    admin = house.actor("px_admin")
    group = template_of()
    templates.archive(group.id, actor=admin)
    assert one(SurveyTrigger, template_id=group.id).archived_at is not None
    with pytest.raises(NotFound):
        templates.change(group.id, FACTS, version=2, actor=admin)

    back = templates.restore(group.id, actor=admin)
    assert (back.archived_at, back.is_published) == (None, False)
    with pytest.raises(Conflict):
        templates.restore(group.id, actor=admin)


def test_questions_move_and_close_up(house: Cast) -> None:
    made = draft(house, STARS, STARS, STARS)
    office = house.actor("px_coordinator")
    third = rows(SurveyQuestion, template_id=made.id)[2]
    questions.move(third.id, 1, actor=office)
    assert codes(made.id) == ["Q3", "Q1", "Q2"]

    questions.archive(third.id, actor=office)
    assert codes(made.id) == ["Q1", "Q2"]
    assert [each.position for each in rows(SurveyQuestion, template_id=made.id, archived_at=None)] == [1, 2]


WRONG: dict[str, dict[str, Any]] = {
    "text_ar": {"text_ar": ""},
    "options": {"type": "multiple_choice", "options": ({"value": 1, "label_en": "a", "label_ar": "أ"},)},
    "weight": {"weight": 0},
    "is_flagged": {"type": "text", "is_flagged": True},
    "maximum": {"type": "text", "maximum": 9000},
    "code": {"code": "no spaces"},
    "section": {"section": "Not Small"},
    "type": {"type": "slider"},
    "show_if": {"show_if": {"question": "Q9", "op": "eq", "value": 1}},
}


@pytest.mark.parametrize("field", WRONG)
def test_a_faulty_question_names_its_field(house: Cast, field: str) -> None:
    made = draft(house)
    with pytest.raises(Invalid) as refused:
        questions.add(made.id, replace(STARS, **WRONG[field]), actor=house.actor("px_coordinator"))

    assert field in refused.value.fields


def test_a_forward_reference_is_refused_in_a_published_survey_and_told_in_a_draft(house: Cast) -> None:
    office = house.actor("px_coordinator")
    waits = replace(STARS, show_if={"question": "Q1", "op": "eq", "value": 1})
    made = draft(house, STARS, waits)
    templates.publish(made.id, actor=office)
    second = rows(SurveyQuestion, template_id=made.id)[1]

    with pytest.raises(Invalid) as refused:
        questions.move(second.id, 1, actor=office)
    assert "Q2" in refused.value.fields


def test_words_of_an_answered_question_are_corrected_in_place(house: Cast) -> None:
    made = draft(house, STARS)
    question = one(SurveyQuestion, template_id=made.id)
    answer_to(question, house)

    facts = replace(questions.facts_of(question), text_en="How was it, then?", weight=2)
    kept = questions.change(question.id, facts, version=1, actor=house.actor("px_coordinator"))
    assert (kept.id, kept.edition, kept.text_en) == (question.id, 1, "How was it, then?")


def test_another_meaning_of_an_answered_question_is_a_new_edition(house: Cast) -> None:
    made = draft(house, STARS, STARS)
    question = rows(SurveyQuestion, template_id=made.id)[0]
    answer_to(question, house)
    office = house.actor("px_coordinator")

    anew = questions.change(question.id, replace(questions.facts_of(question), type="nps"), version=1, actor=office)
    assert (anew.edition, anew.replaces_id, anew.code, anew.position) == (2, question.id, "Q1", 1)
    assert codes(made.id) == ["Q1", "Q2"]
    before = one(SurveyQuestion, id=question.id)
    assert (before.type, before.archived_at is not None) == ("rating", True)
    assert one(SurveyAnswer).question_id == question.id


def test_an_editor_may_begin_a_new_edition_for_words_alone(house: Cast) -> None:
    made = draft(house, STARS)
    question = one(SurveyQuestion, template_id=made.id)
    answer_to(question, house)
    facts = replace(questions.facts_of(question), text_en="Something else?")

    anew = questions.change(question.id, facts, version=1, new_edition=True, actor=house.actor("px_coordinator"))
    assert anew.edition == 2


def test_a_question_nobody_answered_changes_its_type_in_place_and_an_answered_one_keeps_its_code(house: Cast) -> None:
    made = draft(house, STARS)
    question = one(SurveyQuestion, template_id=made.id)
    office = house.actor("px_coordinator")
    kept = questions.change(question.id, replace(questions.facts_of(question), type="nps"), version=1, actor=office)
    assert (kept.id, kept.type) == (question.id, "nps")

    answer_to(question, house)
    with pytest.raises(Invalid) as refused:
        questions.change(question.id, replace(questions.facts_of(kept), code="Z1"), version=kept.version, actor=office)
    assert "code" in refused.value.fields


def test_the_bank_gives_questions_once(house: Cast) -> None:
    made = draft(house)
    office = house.actor("px_coordinator")
    questions.add_from_bank(made.id, {"OPD-05", "EMS-01", "NOPE"}, actor=office)
    questions.add_from_bank(made.id, {"OPD-05", "OPD-01"}, actor=office)

    assert codes(made.id) == ["OPD-05", "EMS-01", "OPD-01"]


def test_a_trigger_is_checked_against_its_place(house: Cast) -> None:
    admin = house.actor("hospital_admin")
    own = make_template(house.a.id, {}, {})
    facts = TriggerFacts(own.id, "opd", stage_code="LAB", department_id=house.ward.id)
    made = triggers.create(hospital_id=house.a.id, facts=facts, actor=admin)
    assert (made.stage_code, made.sample_percent) == ("LAB", 100)

    for field, wrong in {
        "stage_code": facts,
        "department_id": replace(facts, department_id=house.elsewhere.id),
        "delay_minutes": replace(facts, delay_minutes=-1),
        "sample_percent": replace(facts, sample_percent=0),
        "template_id": replace(facts, template_id=make_template(house.b.id, {}, code="theirs").id),
        "journey_kind": replace(facts, journey_kind="spa"),
    }.items():
        with pytest.raises(Invalid) as refused:
            triggers.create(hospital_id=house.a.id, facts=wrong, actor=admin)
        assert field in refused.value.fields
    with pytest.raises(NotAllowed):
        triggers.create(hospital_id=None, facts=facts, actor=admin)


def test_a_trigger_is_changed_and_archived(house: Cast) -> None:
    trigger = one(SurveyTrigger, template_id=template_of().id)
    admin = house.actor("px_admin")
    changed = triggers.change(trigger.id, replace(triggers.facts_of(trigger), delay_minutes=5), version=1, actor=admin)
    assert changed.delay_minutes == 5
    with pytest.raises(Conflict):
        triggers.change(trigger.id, triggers.facts_of(trigger), version=1, actor=admin)
    triggers.archive(trigger.id, actor=admin)
    with pytest.raises(NotFound):
        triggers.archive(trigger.id, actor=admin)
