"""What messages do to patients and visits: deaths, minors, merges, cancellations, conversions, any order of arrival."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.journeys.models import Journey
from app.notifications.models import Message
from app.notifications.models import Provider as ProviderRow
from app.notifications.services import providers
from app.organizations.models import Patient, PatientIdentifier
from app.surveys.models import SurveyInstance
from app.surveys.services import sending
from tests.cast import Cast
from tests.conftest import NOON
from tests.integrations.hl7.door import SYSTEM, events, post, rows, work
from tests.integrations.hl7.messages import PID, message

Send = Callable[..., None]


@pytest.fixture(autouse=True)
def ready(reference_data: Cast) -> Iterator[None]:
    """Journey templates and surveys are there, and a provider that nobody calls."""
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(
            ProviderRow(
                channel="sms",
                kind="http",
                name="SMS",
                settings={"base_url": "http://127.0.0.1:1"},
                secrets=providers.sealed({"token": "t", "receipt_secret": "s"}),
                receipt_handle=providers.fresh_handle(),
            )
        )
    yield


@pytest.fixture
def send(client: FlaskClient, source_key: str) -> Send:
    """Give a function that sends a message, which must be accepted; each has a control id of its own."""
    numbers = iter(range(1000))

    def sent(kind: str, *segments: str, **said: Any) -> None:
        answer = post(client, source_key, message(kind, *segments, control=f"N-{next(numbers)}", **said))
        assert answer.code == "AA", answer.text

    return sent


def local(hour: int, minute: int = 0, day: int = 24) -> str:
    """A time of the hospital's clock as HL7 writes it."""
    return f"202611{day}{hour:02}{minute:02}00"


def stages(encounter: str = "V-1") -> dict[str, str]:
    """The states of a visit's stages."""
    (journey,) = [each for each in rows(Journey) if each.encounter == encounter]
    return {stage.code: stage.status for stage in journey.stages}


def invite(drain: Any) -> None:
    """Let the surveys become due and be sent or skipped."""
    drain()
    with clock.frozen(NOON + timedelta(hours=3)):
        sending.send_due()
        drain()


def test_a_death_closes_the_stage_and_sends_no_survey(send: Send, drain: Any) -> None:
    died = PID + "|" + local(11) + "|Y"
    send("ADT^A04", occurred=local(9))
    send("ADT^A03", occurred=local(11), pid=died)
    work()
    invite(drain)

    assert rows(Patient)[0].deceased_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert stages()["CONSULTATION"] == "completed"
    assert {(each.state, each.skip_reason) for each in rows(SurveyInstance)} == {("cancelled", "deceased")}
    assert rows(Message) == []


def test_a_discharge_as_expired_is_a_death_too(client: FlaskClient, source_key: str, send: Send) -> None:
    send("ADT^A01", klass="I", occurred=local(8), visit="I-1")
    text = message("ADT^A03", klass="I", visit="I-1", occurred=local(11), control="X-1")
    assert post(client, source_key, text.rstrip("\r") + "|" * 17 + "20").code == "AA"
    work()

    assert rows(Patient)[0].deceased_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert stages("I-1")["DISCHARGE"] == "completed"


def test_a_minors_survey_goes_to_the_guardian(send: Send, drain: Any) -> None:
    child = PID.replace("19900425", "20180425").replace("^^966^50^1234567", "")
    kin = "NK1|1|الحربي^سعد|FTH||^PRN^CP^^966^55^7654321"
    send("ADT^A04", kin, occurred=local(9), pid=child)
    send("ADT^A03", kin, occurred=local(11), pid=child)
    work()
    invite(drain)

    (patient,) = rows(Patient)
    assert (patient.guardian_name, patient.guardian_relation) == ("سعد الحربي", "father")
    assert {each.phone for each in rows(Message)} == {"+966557654321"}


def test_a_minor_without_guardian_gets_no_message(send: Send, drain: Any) -> None:
    child = PID.replace("19900425", "20180425")
    send("ADT^A04", occurred=local(9), pid=child)
    send("ADT^A03", occurred=local(11), pid=child)
    work()
    invite(drain)

    assert {each.skip_reason for each in rows(SurveyInstance)} == {"no_guardian"}
    assert rows(Message) == []


def test_a40_merges_the_old_record_with_its_visits_into_the_one_that_stays(send: Send, drain: Any) -> None:
    old = PID.replace("|1001^", "|0990^")
    send("ADT^A04", occurred=local(9), pid=old, visit="V-OLD")
    work()
    send("ADT^A40", "MRG|0990^^^NAKHEEL^MR")
    work()
    drain()

    merged, staying = rows(Patient)
    assert merged.merged_into_id == staying.id and staying.mrn == "1001"
    assert [each.patient_id for each in rows(Journey)] == [staying.id]
    assert [(each.mrn, each.patient_id) for each in rows(PatientIdentifier)] == [("0990", staying.id)]

    send("ADT^A04", occurred=local(10), pid=old, visit="V-NEW")
    work()
    assert {each.patient_id for each in rows(Journey)} == {staying.id}


def test_a_merge_into_itself_or_circular_is_told_and_changes_nothing(
    client: FlaskClient, source_key: str, send: Send
) -> None:
    send("ADT^A28", pid=PID.replace("|1001^", "|0990^"))
    good, itself = "MRG|0990^^^NAKHEEL^MR", PID + "\rMRG|1001^^^NAKHEEL^MR"
    answer = post(client, source_key, message("ADT^A40", good, itself, control="M-1"))

    assert (answer.code, events()[-1].error_code) == ("AE", "no_merge")
    assert [(each.mrn, each.merged_into_id) for each in rows(Patient)] == [("0990", None)]


def test_a11_cancels_an_admission_and_a13_takes_a_discharge_back(send: Send) -> None:
    send("ADT^A01", klass="I", occurred=local(8), visit="I-1")
    send("ADT^A11", klass="I", occurred=local(9), visit="I-1")
    send("ADT^A01", klass="I", occurred=local(8), visit="I-2")
    send("ADT^A03", klass="I", occurred=local(10), visit="I-2")
    work()
    assert [each.status for each in rows(Journey)] == ["cancelled", "completed"]

    send("ADT^A13", klass="I", occurred=local(11), visit="I-2")
    work()
    assert [each.status for each in rows(Journey)] == ["cancelled", "active"]
    assert stages("I-2")["DISCHARGE"] != "completed"


def test_a06_makes_an_admission_of_a_clinic_visit_and_a07_the_other_way(send: Send) -> None:
    send("ADT^A04", occurred=local(8))
    send("ADT^A06", klass="I", occurred=local(9))
    work()
    assert [each.kind for each in rows(Journey)] == ["inpatient"]

    send("ADT^A07", occurred=local(10))
    work()
    assert [(each.kind, each.status) for each in rows(Journey)] == [("opd", "active")]


def test_messages_in_any_order_give_the_same_visit(send: Send) -> None:
    lab = f"OBR|1|||||||||||||||||||||{local(10)}||LAB|F"
    send("ADT^A03", occurred=local(11))
    send("ORU^R01", lab)
    send("ADT^A04", occurred=local(9))
    work()

    found = {stage.code: (stage.status, stage.completed_at) for stage in rows(Journey)[0].stages}
    assert found["REGISTRATION"] == ("completed", datetime(2026, 11, 24, 6, 0, tzinfo=UTC))
    assert found["LAB"] == ("completed", datetime(2026, 11, 24, 7, 0, tzinfo=UTC))
    assert found["CONSULTATION"] == ("completed", datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    assert rows(Journey)[0].status == "completed"


def test_a_result_before_its_visit_waits_and_is_healed(send: Send) -> None:
    send("ORU^R01", f"OBR|1|||||||||||||||||||||{local(10)}||RAD|C")
    work()
    assert [(each.state, each.error_code) for each in events()] == [("failed", "unknown_visit")]

    send("ADT^A04", occurred=local(9))
    with clock.frozen(NOON + timedelta(minutes=1)):
        work()
    assert [each.state for each in events()] == ["processed", "processed"]
    assert stages()["RADIOLOGY"] == "completed"


def test_two_quotes_take_a_phone_away_and_an_empty_field_leaves_it(send: Send) -> None:
    phone = "^PRN^CP^^966^50^1234567"
    send("ADT^A28")
    send("ADT^A08", pid=PID.replace(phone, ""))
    assert rows(Patient)[0].phone_e164 == "+966501234567"

    send("ADT^A08", pid=PID.replace(phone, '""'))
    assert rows(Patient)[0].phone_e164 == ""


def test_an_appointment_is_booked_moved_and_missed(send: Send) -> None:
    booking = "SCH|P-1|F-1|||||||||^^^20261201100000"
    send("SIU^S12", booking, visit="")
    work()
    (visit,) = rows(Journey)
    assert visit.scheduled_at == datetime(2026, 12, 1, 7, 0, tzinfo=UTC)

    send("SIU^S13", booking.replace("20261201", "20261202"), visit="")
    send("SIU^S26", booking.replace("20261201", "20261202"), visit="", sent=local(12))
    work()
    (visit,) = rows(Journey)
    assert (visit.status, visit.scheduled_at.day) == ("cancelled", 2)
