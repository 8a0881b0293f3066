"""Messages about one patient at the same time, on real connections: one record, which has what each of them told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.events.models import EventLog
from app.organizations.events import PatientCreated, PatientUpdated
from app.organizations.models import Hospital, Patient
from app.organizations.services import patients
from app.organizations.services.patients import PatientFacts
from app.settings import from_environment
from devstack.testing import Servers
from tests.conftest import environment
from tests.meanwhile import while_held

SYSTEM = system_actor("test")
TOLD: tuple[dict[str, Any], ...] = (
    {"name_en": "Noura"},
    {"name_ar": "نورة"},
    {"phone_e164": "+966501234567"},
    {"email": "n@example.org"},
)


@pytest.fixture
def house(servers: Servers, clone: Any, tmp_path: Path) -> Iterator[tuple[Flask, UUID]]:
    """An application on a database of its own, whose transactions are real, and the id of its hospital."""
    app = create_app(from_environment(environment(servers, clone(), tmp_path)))
    with app.app_context(), acting_as(SYSTEM):
        with unit_of_work():
            hospital = Hospital(code="A", name_en="Al Noor", name_ar="النور")
            db.session.add(hospital)
        yield app, hospital.id
        db.session.remove()
        db.engine.dispose()


def all_at_once(app: Flask, hospital_id: UUID, mrn: str) -> None:
    together = Barrier(len(TOLD))

    def send(given: dict[str, Any]) -> None:
        with app.app_context(), acting_as(SYSTEM), unit_of_work():
            db.session.execute(sa.text("SELECT 1"))  # the transaction has begun
            together.wait(timeout=20)
            patients.tell(hospital_id, PatientFacts(mrn, given), actor=SYSTEM)

    with ThreadPoolExecutor(len(TOLD)) as pool:
        for done in [pool.submit(send, each) for each in TOLD]:
            done.result(timeout=60)


def heard_while(app: Flask, hospital_id: UUID, mrn: str, change: Callable[[], Any]) -> UUID:
    """Let a message about a patient come while `change` holds the record; gives the record that the message told of."""

    def hear() -> UUID:
        with app.app_context(), acting_as(SYSTEM):
            return patients.tell(hospital_id, PatientFacts(mrn, {"name_en": "Sarah"}), actor=SYSTEM)

    return while_held(change, hear)


def check(mrn: str, *, updates: int) -> None:
    (patient,) = db.session.execute(sa.select(Patient).where(Patient.mrn == mrn)).scalars()
    assert (patient.name_en, patient.name_ar, patient.phone_e164, patient.phone_tail, patient.email) == (
        "Noura",
        "نورة",
        "+966501234567",
        "501234567",
        "n@example.org",
    )
    said = db.session.execute(
        sa.select(EventLog.kind, sa.func.count()).where(EventLog.subject_id == patient.id).group_by(EventLog.kind)
    )
    assert dict(said.all()) == {PatientCreated.kind: 1, PatientUpdated.kind: updates}  # type: ignore[arg-type]


def test_messages_about_a_new_patient_that_come_at_once_make_one_record(house: tuple[Flask, UUID]) -> None:
    app, hospital_id = house
    for mrn in ("1", "2", "3"):
        all_at_once(app, hospital_id, mrn)
        check(mrn, updates=len(TOLD) - 1)


def test_messages_about_a_known_patient_that_come_at_once_are_all_heard(house: tuple[Flask, UUID]) -> None:
    app, hospital_id = house
    with app.app_context():
        patients.tell(hospital_id, PatientFacts("1"), actor=SYSTEM)
    all_at_once(app, hospital_id, "1")
    check("1", updates=len(TOLD))


def test_a_message_that_comes_while_its_patient_is_erased_gives_nothing_back(house: tuple[Flask, UUID]) -> None:
    app, hospital_id = house
    patient_id = patients.tell(hospital_id, PatientFacts("1", {"name_en": "Noura"}), actor=SYSTEM)

    other_id = heard_while(app, hospital_id, "1", lambda: patients.erase(patient_id, actor=SYSTEM))

    db.session.expire_all()
    erased, other = db.session.get_one(Patient, patient_id), db.session.get_one(Patient, other_id)
    assert erased.erased_at is not None and "Sarah" not in (erased.name_en, erased.name_ar)
    assert (other.mrn, other.name_en) == ("1", "Sarah") and other.id != erased.id


def test_a_message_that_comes_while_its_patient_is_merged_tells_the_record_that_stays(
    house: tuple[Flask, UUID],
) -> None:
    app, hospital_id = house
    source_id, into_id = (patients.tell(hospital_id, PatientFacts(mrn), actor=SYSTEM) for mrn in ("1", "2"))

    told_id = heard_while(app, hospital_id, "1", lambda: patients.merge(source_id, into_id, actor=SYSTEM))

    db.session.expire_all()
    assert told_id == into_id and db.session.get_one(Patient, into_id).name_en == "Sarah"
    assert db.session.get_one(Patient, source_id).name_en == ""
