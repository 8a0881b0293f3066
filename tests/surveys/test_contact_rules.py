"""Each contact rule says no with its own reason; the gap counts per patient, and per phone across the group."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.db.ids import uuid7
from app.core.errors import Invalid, NotAllowed
from app.core.time import clock
from app.journeys.models import Journey
from app.notifications.models import Message
from app.organizations.models import Patient
from app.surveys.models import ContactHold, ContactRecord, SurveyContactRule, SurveyInstance, SurveyQuestion
from app.surveys.services import contact_rules, erasing, sending
from tests.cast import Cast
from tests.conftest import NOON
from tests.surveys.conftest import SYSTEM, add, change, later, make_patient, one, rows, template_of

Visit = Callable[..., Journey]
REFUSES = {channel: {"given": False, "at": "2026-01-01"} for channel in ("sms", "whatsapp", "email")}

PEOPLE: dict[str, dict[str, Any]] = {
    "deceased": {"deceased_at": NOON},
    "test_patient": {"is_test": True},
    "do_not_contact": {"no_contact": True},
    "no_guardian": {"birth_date": (NOON - timedelta(days=3000)).date()},
    "no_address": {"phone_e164": "", "phone_tail": ""},
    "no_consent": {"consents": REFUSES},
}


def reason_of(journey: Journey | None = None, *, at: float = 121) -> str:
    """Decide what is due; gives why the (visit's) survey was not sent, or its state."""
    with later(at):
        sending.send_due()
    instance = one(SurveyInstance, journey_id=journey.id) if journey is not None else rows(SurveyInstance)[-1]
    return instance.skip_reason or ("invited" if instance.invited_at else instance.state)


@pytest.mark.parametrize("reason", PEOPLE)
def test_a_fact_of_the_person_forbids_asking(patient: Patient, visit: Visit, reason: str) -> None:
    change(patient, **PEOPLE[reason])
    visit(patient)

    assert reason_of() == reason
    assert (one(SurveyInstance).state, rows(Message), rows(ContactRecord)) == ("cancelled", [], [])


def test_nobody_in_the_way_means_one_message_and_one_record_of_the_phone(patient: Patient, visit: Visit) -> None:
    visit(patient)

    assert reason_of() == "invited"
    assert one(Message).about_id == one(SurveyInstance).id
    assert one(ContactRecord).instance_id == one(SurveyInstance).id
    assert patient.phone_e164.encode() not in bytes(one(ContactRecord).phone_digest)


def test_a_minor_with_a_guardian_is_asked_through_the_guardian(patient: Patient, visit: Visit) -> None:
    change(patient, birth_date=(NOON - timedelta(days=3000)).date(), guardian_phone_e164="+966509999999")
    visit(patient)

    assert reason_of() == "invited"
    assert one(Message).phone == "+966509999999"
    assert one(SurveyInstance).context["guardian"] is True


def test_that_a_guardian_was_asked_goes_with_an_erased_patient_of_whom_nothing_else_is_known(
    patient: Patient, visit: Visit
) -> None:
    change(patient, birth_date=(NOON - timedelta(days=3000)).date(), guardian_phone_e164="+966509999999")
    visit(patient)
    with acting_as(SYSTEM), unit_of_work():
        asked = one(SurveyInstance)
        asked.context = {**asked.context, "facts": {"language": "ar"}}  # neither age nor sex came from the hospital
    erasing.forget(patient.id, actor=SYSTEM)

    assert "guardian" not in one(SurveyInstance).context


def test_a_cancelled_visit_is_not_asked_about(patient: Patient, visit: Visit) -> None:
    journey = visit(patient)
    with (
        acting_as(SYSTEM),
        unit_of_work(),
    ):  # another worker cancelled it; the event that takes the plan back comes later
        db.session.execute(sa.update(Journey).where(Journey.id == journey.id).values(status="cancelled"))

    assert reason_of() == "visit_cancelled"


@pytest.mark.parametrize("whole", [True, False])
def test_an_open_hold_of_the_patient_or_of_the_visit_waits(patient: Patient, visit: Visit, whole: bool) -> None:
    journey = visit(patient)
    hold = ContactHold(
        hospital_id=patient.hospital_id,
        patient_id=patient.id,
        journey_id=None if whole else journey.id,
        placed_by="complaints",
        cause_id=uuid7(),
    )
    add(hold)

    assert reason_of() == "hold"


def test_a_lifted_hold_and_a_hold_of_another_visit_hinder_nobody(patient: Patient, visit: Visit) -> None:
    other = visit(patient, "V-0")
    change(one(SurveyInstance), once="elsewhere", journey_id=other.id, send_at=NOON + timedelta(days=30))
    visit(patient, "V-1")
    facts = {"hospital_id": patient.hospital_id, "patient_id": patient.id, "placed_by": "complaints"}
    add(
        ContactHold(**facts, journey_id=None, cause_id=uuid7(), lifted_at=NOON),
        ContactHold(**facts, journey_id=other.id, cause_id=uuid7()),
    )

    assert reason_of() == "invited"


def test_a_patient_is_left_alone_for_thirty_days_and_asked_on_the_thirtieth(patient: Patient, visit: Visit) -> None:
    assert reason_of(visit(patient, "V-1")) == "invited"
    change(patient, phone_e164="+966508888888")  # another phone: only the patient's own gap is left

    second = visit(patient, "V-2")
    change(one(SurveyInstance, journey_id=second.id), send_at=NOON + timedelta(days=29))
    assert reason_of(second, at=29 * 1440 + 60) == "patient_asked_recently"

    third = visit(patient, "V-3")
    change(one(SurveyInstance, journey_id=third.id), send_at=NOON + timedelta(days=30))
    assert reason_of(third, at=30 * 1440 + 121) == "invited"


def test_a_phone_is_left_alone_across_hospitals(house: Cast, patient: Patient, visit: Visit) -> None:
    sibling = make_patient(house.b.id, "7")
    ours, theirs = visit(patient, "V-1"), visit(sibling, "V-9", department_id=house.elsewhere.id)
    change(one(SurveyInstance, journey_id=theirs.id), send_at=NOON + timedelta(minutes=121))

    assert reason_of(theirs, at=122) == "phone_asked_recently"
    assert one(SurveyInstance, journey_id=ours.id).invited_at is not None


def test_a_hospital_sets_its_own_days_and_the_group_the_rest(house: Cast, patient: Patient, visit: Visit) -> None:
    admin, group = house.actor("hospital_admin"), house.actor("px_admin")
    contact_rules.set_gap(0, hospital_id=house.a.id, actor=admin)
    assert reason_of(visit(patient, "V-1")) == "invited"
    assert reason_of(visit(patient, "V-2")) == "invited"

    contact_rules.set_gap(90, hospital_id=None, actor=group)
    contact_rules.set_gap(45, hospital_id=house.a.id, actor=admin)
    assert {rule.hospital_id: rule.gap_days for rule in rows(SurveyContactRule)} == {house.a.id: 45, None: 90}
    assert reason_of(visit(patient, "V-3")) == "patient_asked_recently"


def test_only_administrators_set_the_days_of_their_own_place(house: Cast) -> None:
    with pytest.raises(NotAllowed):
        contact_rules.set_gap(7, hospital_id=house.a.id, actor=house.actor("px_coordinator"))
    with pytest.raises(NotAllowed):
        contact_rules.set_gap(7, hospital_id=None, actor=house.actor("hospital_admin"))
    with pytest.raises(NotAllowed):
        contact_rules.set_gap(7, hospital_id=house.a.id, actor=house.actor("outsider"))
    with pytest.raises(Invalid):
        contact_rules.set_gap(366, hospital_id=house.a.id, actor=house.actor("hospital_admin"))


def test_a_second_survey_about_one_visit_is_not_sent(house: Cast, patient: Patient, visit: Visit) -> None:
    contact_rules.set_gap(0, hospital_id=None, actor=house.actor("px_admin"))
    visit(patient)
    assert reason_of() == "invited"
    instance = one(SurveyInstance)
    facts = {"hospital_id": instance.hospital_id, "template_id": instance.template_id, "patient_id": patient.id}
    add(SurveyInstance(**facts, journey_id=instance.journey_id, once="again", handle="another1", send_at=NOON))

    assert reason_of() == "visit_already_asked"


def test_without_a_question_that_fits_nobody_is_asked(patient: Patient, visit: Visit) -> None:
    visit(patient)
    for question in rows(SurveyQuestion, template_id=template_of().id):
        change(question, stage_code="NOWHERE")

    assert reason_of() == "no_questions"


def test_an_invitation_that_waited_four_days_is_not_sent(patient: Patient, visit: Visit) -> None:
    visit(patient)

    assert reason_of(at=4 * 1440) == "too_late"


def test_at_night_the_message_waits_for_the_morning(patient: Patient, visit: Visit) -> None:
    visit(patient)
    night = NOON.replace(hour=20)  # 23:00 in Riyadh
    change(one(SurveyInstance), send_at=night)
    with clock.frozen(night):
        sending.send_due()

    message = one(Message)
    assert message.not_before > night + timedelta(hours=8)
    assert one(SurveyInstance).expires_at == message.not_before + timedelta(days=10)
