"""Which survey follows what: the end of a visit, a stage, whose lines count, and for how many visits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from app.journeys.models import Journey
from app.organizations.models import Patient
from app.surveys.models import SurveyInstance, SurveyQuestion, SurveyTrigger
from app.surveys.services import creation, sending
from tests.cast import Cast
from tests.conftest import NOON
from tests.surveys.conftest import SYSTEM, add, change, later, make_patient, make_template, one, rows, tell, template_of

Visit = Callable[..., Journey]


def asked(instance: SurveyInstance) -> set[str]:
    """The codes of what a survey asks."""
    ids = set(instance.questions)
    return {question.code for question in rows(SurveyQuestion) if str(question.id) in ids}


def test_the_end_of_a_visit_plans_one_survey_two_hours_later(patient: Patient, visit: Visit) -> None:
    journey = visit(patient)

    instance = one(SurveyInstance)
    assert (instance.state, instance.journey_id, instance.template_id) == ("pending", journey.id, template_of().id)
    assert instance.send_at == NOON + timedelta(hours=2)


def test_the_same_end_told_twice_plans_nothing_new(patient: Patient, visit: Visit, drain: Any) -> None:
    journey = visit(patient)
    tell(patient, "OPD_VISIT_COMPLETED")
    drain()

    again = creation.plan_for_stage(journey.id, None, department_id=None, physician_id=None, actor=SYSTEM)
    assert again == []
    assert len(rows(SurveyInstance)) == 1


def test_a_survey_asks_only_about_stages_that_happened(patient: Patient, visit: Visit) -> None:
    visit(patient, codes=("LAB_ORDER_COMPLETED",))
    with later():
        sending.send_due()

    codes = asked(one(SurveyInstance))
    by_stage = {question.stage_code: question.code for question in template_of().questions if question.stage_code}
    assert by_stage["LAB"] in codes
    assert by_stage["RADIOLOGY"] not in codes and by_stage["PHARMACY"] not in codes
    assert {"OPD-01", "OPD-17"} <= codes


def test_a_question_that_hangs_on_an_answer_is_kept_for_later(house: Cast, patient: Patient, visit: Visit) -> None:
    if_no = {"question": "Q1", "op": "eq", "value": 0}
    for_men = {"context": "sex", "op": "eq", "value": "M"}
    own = make_template(
        house.a.id, {"type": "yes_no"}, {"show_if": if_no}, {"show_if": for_men}, {"show_if": {"not": for_men}}
    )
    change(patient, sex="F")
    add(SurveyTrigger(hospital_id=house.a.id, template_id=own.id, journey_kind="opd", delay_minutes=0))
    visit(patient)
    sending.send_due()

    assert asked(one(SurveyInstance)) & {"Q1", "Q2", "Q3", "Q4"} == {"Q1", "Q2", "Q4"}


def test_a_stage_plans_its_own_survey(house: Cast, patient: Patient, drain: Any) -> None:
    own = make_template(house.a.id, {}, {})
    trigger = SurveyTrigger(hospital_id=house.a.id, template_id=own.id, journey_kind="opd", stage_code="LAB")
    add(trigger)
    tell(patient, "OPD_STAGE_1_REGISTRATION")
    drain()
    assert rows(SurveyInstance) == []

    tell(patient, "LAB_ORDER_COMPLETED")
    drain()
    assert one(SurveyInstance).once == f"LAB:{own.id}"


def test_a_hospitals_own_line_replaces_the_groups(house: Cast, patient: Patient, visit: Visit) -> None:
    own = make_template(house.a.id, {}, {})
    add(SurveyTrigger(hospital_id=house.a.id, template_id=own.id, journey_kind="opd", delay_minutes=5))
    visit(patient)

    assert one(SurveyInstance).template_id == own.id


def test_a_line_of_one_department_asks_nobody_of_another(house: Cast, patient: Patient, visit: Visit) -> None:
    own = make_template(house.a.id, {}, {})
    facts = {"hospital_id": house.a.id, "template_id": own.id, "journey_kind": "opd"}
    add(SurveyTrigger(**facts, department_id=house.ward.id))
    visit(patient)

    assert rows(SurveyInstance) == []


def test_a_draft_an_archived_survey_and_a_line_that_is_off_plan_nothing(
    house: Cast, patient: Patient, visit: Visit
) -> None:
    template = template_of()
    trigger = one(SurveyTrigger, template_id=template.id)
    change(template, is_published=False)
    visit(patient, "V-1")
    change(template, is_published=True, archived_at=NOON)
    visit(patient, "V-2")
    change(template, archived_at=None)
    change(trigger, is_active=False)
    visit(patient, "V-3")

    assert rows(SurveyInstance) == []


def test_a_sample_draws_about_its_share_and_the_same_visits_each_time(
    house: Cast, patient: Patient, visit: Visit, drain: Any
) -> None:
    trigger = one(SurveyTrigger, template_id=template_of().id)
    change(trigger, sample_percent=50)
    for number in range(40):
        visit(patient, f"V-{number}")
    drawn = {instance.journey_id for instance in rows(SurveyInstance)}

    assert 8 <= len(drawn) <= 32  # of 40 at one half: fails by chance less than once in ten thousand
    for journey in rows(Journey):
        creation.plan_for_stage(journey.id, None, department_id=None, physician_id=None, actor=SYSTEM)
    assert {instance.journey_id for instance in rows(SurveyInstance)} == drawn


def test_what_the_visit_was_stays_frozen_when_it_changes_later(house: Cast, patient: Patient, visit: Visit) -> None:
    visit(patient, codes=("LAB_ORDER_COMPLETED",))
    with later():
        sending.send_due()
        before = dict(one(SurveyInstance).context)
        tell(patient, "PHARMACY_DISPENSED")
        change(house.er, name_en="Renamed")

    context = one(SurveyInstance).context
    assert context == before
    assert context["stages"] == ["REGISTRATION", "LAB", "CONSULTATION"]
    assert (context["department_en"], context["facts"]["journey_type"]) == ("Emergency", "opd")
    assert (one(SurveyInstance).department_id, one(SurveyInstance).language) == (house.er.id, "ar")


def test_a_survey_of_a_cancelled_visit_never_leaves(house: Cast, drain: Any) -> None:
    patient = make_patient(house.a.id)
    own = make_template(house.a.id, {}, {})
    add(SurveyTrigger(hospital_id=house.a.id, template_id=own.id, journey_kind="inpatient", stage_code="ADMISSION"))
    tell(patient, "INPATIENT_ADMISSION")
    drain()
    tell(patient, "INPATIENT_ADMISSION_CANCELLED")
    drain()

    instance = one(SurveyInstance)
    assert (instance.state, instance.skip_reason) == ("cancelled", "visit_cancelled")
