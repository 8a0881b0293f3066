"""Patients: facts applied once, duplicates merged, erased without losing counts, reached through a guardian."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.events.models import EventDetail, EventLog
from app.core.resources import commands
from app.core.resources.resource import resource_at
from app.organizations import queries
from app.organizations.models import Patient, PatientIdentifier
from app.organizations.services import patients
from app.organizations.services.patients import PatientFacts
from tests.cast import Cast, count

TODAY = date(2026, 11, 24)


def told(cast: Cast, mrn: str, **given: Any) -> UUID:
    """A hospital system tells facts; gives the patient's id."""
    facts = PatientFacts(mrn, given)
    return patients.apply_facts(cast.a.id, facts, actor=system_actor("hospital system", cast.a.id)).id


def row(patient_id: UUID) -> Patient:
    """The record as the database has it."""
    with acting_as(system_actor("look")):
        return db.session.get_one(Patient, patient_id, populate_existing=True)


def kinds(patient_id: UUID) -> list[str]:
    """What the log holds of a patient."""
    with acting_as(system_actor("look")):
        query = sa.select(EventLog.kind).where(EventLog.subject_id == patient_id).order_by(EventLog.id)
        return [kind.removeprefix("organizations.patient.") for kind in db.session.execute(query).scalars()]


def test_the_same_facts_again_change_nothing(cast: Cast) -> None:
    first = told(cast, "1", name_ar="محمد", phone_e164="+966501234567")

    assert told(cast, "1", name_ar="محمد", phone_e164="+966501234567") == first
    assert kinds(first) == ["created"]
    assert row(first).version == 1


def test_what_is_not_named_stays_and_none_deletes(cast: Cast) -> None:
    patient_id = told(cast, "1", name_ar="محمد", email="m@example.org", phone_e164="+966501234567", language="en")

    told(cast, "1", phone_e164=None, language=None)

    found = row(patient_id)
    assert (found.name_ar, found.email) == ("محمد", "m@example.org")
    assert (found.phone_e164, found.phone_tail, found.language) == ("", "", "ar")
    assert kinds(patient_id) == ["created", "updated"]


def test_the_log_says_which_facts_changed_and_never_what_they_hold(cast: Cast) -> None:
    patient_id = told(cast, "1", name_ar="محمد")
    told(cast, "1", name_ar="أحمد")

    with acting_as(system_actor("look")):
        entries = db.session.execute(sa.select(EventLog).where(EventLog.subject_id == patient_id)).scalars().all()
    assert entries[-1].data["fields"] == ["name_ar"]
    assert all("حمد" not in str(entry.data) for entry in entries)


def test_a_name_of_any_length_is_bounded_and_does_not_stop_the_message(cast: Cast) -> None:
    assert len(row(told(cast, "1", name_ar="ابجد " * 500)).name_ar) == 200


def test_the_same_number_in_two_hospitals_is_two_patients(cast: Cast) -> None:
    first = told(cast, "1", name_ar="محمد")
    facts = PatientFacts("1", {"name_ar": "محمد"})

    second = patients.apply_facts(cast.b.id, facts, actor=system_actor("other system", cast.b.id)).id

    assert first != second


def test_a_merge_fills_gaps_and_the_old_number_finds_the_record_that_stays(cast: Cast) -> None:
    old = told(cast, "1", name_ar="محمد", phone_e164="+966501234567")
    new = told(cast, "2", name_en="Mohammed", email="m@example.org")

    patients.merge(old, new, actor=cast.actor("px_coordinator"))

    assert (row(new).phone_e164, row(new).phone_tail, row(new).email) == ("+966501234567", "501234567", "m@example.org")
    assert row(old).archived_at is not None and row(old).merged_into_id == new
    assert told(cast, "1", name_ar="محمد") == new
    assert kinds(old)[-1] == "merged"


def test_a_chain_of_merges_ends_at_the_last_record_whatever_number_is_asked(cast: Cast) -> None:
    one, two, three = (told(cast, mrn, name_ar="محمد") for mrn in "123")

    patients.merge(one, two, actor=cast.actor("px_coordinator"))
    patients.merge(two, three, actor=cast.actor("px_coordinator"))

    with acting_as(system_actor("look")):
        assert {queries.find_by_mrn(cast.a.id, mrn).id for mrn in "123"} == {three}  # type: ignore[union-attr]
    assert row(one).merged_into_id == three


def test_merging_twice_is_harmless_and_a_circle_is_refused(cast: Cast) -> None:
    one, two = told(cast, "1", name_ar="محمد"), told(cast, "2", name_ar="محمد")
    actor = cast.actor("px_coordinator")

    patients.merge(one, two, actor=actor)
    assert patients.merge(one, two, actor=actor).id == two
    assert count(PatientIdentifier) == 1
    for source, target in ((two, one), (two, two)):
        with pytest.raises(Invalid):
            patients.merge(source, target, actor=actor)


def test_a_refusal_of_messages_survives_the_merge(cast: Cast) -> None:
    one, two = told(cast, "1", name_ar="محمد"), told(cast, "2", name_ar="محمد")
    actor = cast.actor("px_coordinator")
    patients.record_consent(one, "sms", False, version=1, actor=actor)
    patients.record_consent(two, "sms", True, version=1, actor=actor)

    patients.merge(one, two, actor=actor)

    assert row(two).refuses == {"sms"}


def test_the_number_of_a_merged_record_is_not_given_again(cast: Cast) -> None:
    one, two = told(cast, "1", name_ar="محمد"), told(cast, "2", name_ar="محمد")
    actor = cast.actor("px_coordinator")
    patients.merge(one, two, actor=actor)

    with pytest.raises(Invalid):
        commands.create(resource_at("patients"), {"hospital_id": cast.a.id, "mrn": "1", "name_ar": "آخر"}, actor=actor)


def test_a_patient_of_another_hospital_is_neither_found_nor_merged(cast: Cast) -> None:
    mine = told(cast, "1", name_ar="محمد")
    theirs = patients.apply_facts(cast.b.id, PatientFacts("9"), actor=system_actor("their system", cast.b.id)).id

    with pytest.raises(NotFound):
        patients.merge(mine, theirs, actor=cast.actor("px_coordinator"))
    with pytest.raises(Invalid):
        patients.merge(mine, theirs, actor=cast.actor("px_admin"))
    with pytest.raises(Invalid):
        patients.merge_into_number(mine, "9", actor=cast.actor("px_admin"))


def test_erasing_leaves_nothing_that_identifies_in_any_merged_record_or_the_log(cast: Cast) -> None:
    secret = {"name_ar": "محمد", "name_en": "Mohammed", "phone_e164": "+966501234567", "national_id": "1000000008"}
    old, new = told(cast, "111", **secret), told(cast, "222", **secret, email="m@example.org")
    told(cast, "222", guardian_name="عبدالله", birth_date=date(2015, 1, 1))
    patients.merge(old, new, actor=cast.actor("px_coordinator"))

    patients.erase(new, actor=cast.actor("hospital_admin"))

    with acting_as(system_actor("look")):
        columns = [column.key for column in sa.inspect(Patient).column_attrs]
        left = [str({name: getattr(row(each), name) for name in columns}) for each in (old, new)]
        events = sa.select(EventLog.id).where(EventLog.subject_id.in_([old, new]))
        details = db.session.execute(sa.select(EventDetail).where(EventDetail.event_id.in_(events))).all()
    for word in ("محمد", "Mohammed", "501234567", "1000000008", "m@example.org", "عبدالله", "'111'", "'222'", "2015"):
        assert all(word not in text for text in left), word
    assert details == [] and count(PatientIdentifier) == 0
    assert kinds(new)[-1] == kinds(old)[-1] == "erased"
    assert count(Patient) == 2


def test_an_erased_patient_takes_no_changes_and_erasing_again_is_harmless(cast: Cast) -> None:
    patient_id = told(cast, "1", name_ar="محمد")
    admin = cast.actor("hospital_admin")
    patients.erase(patient_id, actor=admin)
    patients.erase(patient_id, actor=admin)

    assert kinds(patient_id).count("erased") == 1
    with pytest.raises(Conflict):
        patients.record_consent(patient_id, "sms", True, version=row(patient_id).version, actor=admin)
    assert told(cast, "1", name_ar="محمد") != patient_id


def test_coordinators_do_not_erase(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        patients.erase(told(cast, "1", name_ar="محمد"), actor=cast.actor("px_coordinator"))


@pytest.mark.parametrize(
    ("born", "phone", "is_guardian"),
    [
        (date(2008, 11, 24), "+966500000001", False),  # eighteen today
        (date(2008, 11, 25), "+966500000002", True),  # eighteen tomorrow
        (None, "+966500000001", False),
    ],
)
def test_a_minor_is_reached_through_the_guardian_until_the_day_of_majority(
    born: date | None, phone: str, is_guardian: bool
) -> None:
    patient = Patient(
        birth_date=born, phone_e164="+966500000001", guardian_phone_e164="+966500000002", email="", language="ar"
    )

    contact = queries.contact_of(patient, TODAY)

    assert (contact.phone, contact.is_guardian) == (phone, is_guardian)


def test_a_minor_without_a_guardian_is_reached_by_nobody() -> None:
    patient = Patient(
        birth_date=date(2020, 1, 1),
        phone_e164="+966500000001",
        guardian_phone_e164="",
        email="a@b.example",
        language="ar",
    )

    contact = queries.contact_of(patient, TODAY)

    assert (contact.phone, contact.email, contact.needs_guardian) == ("", "", True)


def test_a_consent_keeps_its_time_and_can_be_taken_back(cast: Cast) -> None:
    patient_id = told(cast, "1", name_ar="محمد")
    actor = cast.actor("px_coordinator")

    patients.record_consent(patient_id, "sms", False, version=1, actor=actor)
    assert row(patient_id).consents["sms"] == {"given": False, "at": "2026-11-24T09:00:00+00:00"}
    patients.record_consent(patient_id, "sms", None, version=2, actor=actor)

    assert row(patient_id).consents == {}
    assert kinds(patient_id)[-2:] == ["consent", "consent"]
    with pytest.raises(Conflict):
        patients.record_consent(patient_id, "sms", True, version=2, actor=actor)
    with pytest.raises(Invalid):
        patients.record_consent(patient_id, "pigeon", True, version=3, actor=actor)
