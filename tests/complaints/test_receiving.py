"""Taking a complaint in: what it becomes, what is refused, who may, and what it asks of surveys."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from app.complaints.services import stepping, working
from app.complaints.services.stepping import StepFacts
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.time import clock
from app.organizations.models import Patient
from app.surveys.models import ContactHold
from tests.cast import Cast
from tests.complaints.conftest import WORDS, received, step

SYSTEM = system_actor("a test of complaints")


def test_it_has_a_number_an_owner_a_title_and_a_deadline_at_once(reference_data: Cast) -> None:
    complaint = received(reference_data)

    assert complaint.reference.startswith("CMP-2026-")
    assert complaint.assignee_id == reference_data["px_coordinator"].id
    assert (complaint.title, complaint.words_language, complaint.language) == (WORDS, "ar", "ar")
    assert complaint.due_at is not None


def test_long_words_give_a_short_title(reference_data: Cast) -> None:
    complaint = received(reference_data, words="word " * 60)
    assert complaint.title.endswith("…")
    assert len(complaint.title) <= 91


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"words": "   "}, "words"),
        ({"channel": "pigeon"}, "channel"),
        ({"severity": "awful"}, "severity"),
        ({"contact_relation": "neighbour's cat"}, "contact_relation"),
        ({"channel": "moh"}, "outside_number"),
        ({"contact_phone": "12"}, "contact_phone"),
        ({"happened_on": date(2026, 12, 1)}, "happened_on"),
        ({"received_at": datetime(2026, 11, 25, tzinfo=UTC)}, "received_at"),
        ({"received_at": datetime(2024, 1, 1, tzinfo=UTC)}, "received_at"),
        ({"patient_id": uuid4()}, "patient_id"),
    ],
)
def test_what_can_not_be_is_refused_by_field(reference_data: Cast, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        received(reference_data, **facts)
    assert field in refusal.value.fields


def test_a_department_or_patient_of_another_hospital_is_refused(reference_data: Cast, patient: Patient) -> None:
    with pytest.raises(Invalid) as refusal:
        received(reference_data, department_id=reference_data.elsewhere.id)
    assert "department_id" in refusal.value.fields

    with acting_as(SYSTEM):
        foreign = Patient(hospital_id=reference_data.b.id, mrn="78", name_en="Somebody", name_ar="")
        db.session.add(foreign)
        db.session.flush()
    with pytest.raises(Invalid) as refusal:
        received(reference_data, patient_id=foreign.id)
    assert "patient_id" in refusal.value.fields


def test_phones_in_arabic_digits_are_kept_in_the_one_form(reference_data: Cast) -> None:
    assert received(reference_data, contact_phone="٠٥٠١١١٢٢٣٣").contact_phone == "+966501112233"


def test_an_anonymous_complaint_keeps_no_name_and_no_phone(reference_data: Cast) -> None:
    complaint = received(reference_data, is_anonymous=True, contact_name="Somebody", contact_phone="0501112233")
    assert (complaint.contact_name, complaint.contact_phone) == ("", "")


def test_the_ministrys_case_comes_in_once_and_counts_from_its_own_receipt(reference_data: Cast) -> None:
    then = clock.now() - timedelta(hours=3)
    first = received(reference_data, channel="moh", outside_number="937-55", received_at=then)
    assert first.due_at == then + timedelta(hours=24)

    with pytest.raises(Conflict) as refusal:
        received(reference_data, channel="moh", outside_number="937-55")
    assert refusal.value.code == "known"
    assert refusal.value.current.id == first.id


def test_no_survey_reaches_the_patient_while_it_is_open(reference_data: Cast, patient: Patient) -> None:
    def held() -> bool:
        with acting_as(SYSTEM):
            db.session.expire_all()
            query = sa.select(ContactHold.lifted_at).where(ContactHold.patient_id == patient.id)
            return db.session.execute(query).scalar_one() is None

    complaint = received(reference_data, patient_id=patient.id)
    assert held()
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        ended = StepFacts(reason="x", cancel_reason="patient_withdrew")
        stepping.move(complaint.id, "cancel", ended, version=None, actor=officer)
    assert not held()


def test_who_reopens_it_holds_surveys_back_again(reference_data: Cast, patient: Patient) -> None:
    complaint = received(reference_data, patient_id=patient.id)
    for verb in ("activate", "start", "resolve", "close", "reopen"):
        complaint = step(reference_data, complaint, verb)
    with acting_as(SYSTEM):
        assert db.session.execute(sa.select(ContactHold.lifted_at)).scalar_one() is None


@pytest.mark.parametrize("who", ["physician", "nurse", "viewer", "outsider"])
def test_who_may_not_enter_complaints_is_refused(reference_data: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        received(reference_data, by=who)


def test_a_partners_desk_may_enter_one(reference_data: Cast) -> None:
    complaint = received(reference_data, by="source_user", channel="moh", outside_number="1", contact_name="Ali")
    assert complaint.channel == "partner"
    assert complaint.created_by_id == reference_data["source_user"].id
    assert complaint.assignee_id == reference_data["px_coordinator"].id  # the office works on it


def test_an_officer_finds_whose_file_a_public_complaint_belongs_to(reference_data: Cast, patient: Patient) -> None:
    complaint = received(reference_data, contact_name="محمد", contact_phone="0501112233")
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        found = working.identify(complaint.id, patient.id, version=complaint.version, actor=officer)
        with pytest.raises(Conflict):  # somebody else's stale page
            working.identify(complaint.id, patient.id, version=1, actor=officer)
    assert found.patient_id == patient.id
    with acting_as(SYSTEM):
        assert db.session.execute(sa.select(ContactHold.patient_id)).scalar_one() == patient.id


def test_who_wants_to_stay_unnamed_is_not_looked_for(reference_data: Cast, patient: Patient) -> None:
    complaint = received(reference_data, is_anonymous=True)
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer), pytest.raises(Conflict) as refusal:
        working.identify(complaint.id, patient.id, version=complaint.version, actor=officer)
    assert refusal.value.code == "anonymous"


def test_a_head_who_may_not_look_patients_up_names_none(reference_data: Cast, patient: Patient) -> None:
    complaint = received(reference_data)
    head = reference_data.actor("department_manager")
    with acting_as(head), pytest.raises(Invalid):
        working.identify(complaint.id, patient.id, version=complaint.version, actor=head)
