"""HL7 over HTTP: the table of acknowledgements, line by line."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.integrations.hl7.frames import MOST_BYTES
from app.integrations.models import CodeMapping, InboundEvent, SourceSystem
from app.integrations.services import processing
from app.journeys.models import Journey
from app.organizations.models import Patient
from tests.cast import Cast, bearer
from tests.guards.test_pages import counted
from tests.integrations.hl7.door import ADDRESS, SYSTEM, events, kept, post, rows, work
from tests.integrations.hl7.messages import HEADER, PID, message


@pytest.fixture(autouse=True)
def ready(reference_data: Cast) -> None:
    """Journey templates are there."""


def change_source(**values: object) -> None:
    """Set fields of the one source there is."""
    with acting_as(SYSTEM), unit_of_work():
        source = db.session.execute(sa.select(SourceSystem)).scalar_one()
        for name, value in values.items():
            setattr(source, name, value)


def map_code(cast: Cast, kind: str, said: str, stands_for: str) -> None:
    """Map a site's own code."""
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(CodeMapping(hospital_id=cast.a.id, kind=kind, from_code=said, to_code=stands_for))


def test_a_new_message_is_accepted_and_moves_the_visit(client: FlaskClient, source_key: str) -> None:
    answer = post(client, source_key, message())
    work()

    assert (answer.code, answer.control) == ("AA", "C-1")
    assert "MSH|^~\\&|PX360||HIS|NAKHEEL|" in answer.text and "|ACK^A04^ACK|" in answer.text
    assert [(each.state, each.code) for each in events()] == [("processed", "OPD_STAGE_1_REGISTRATION")]
    assert [each.encounter for each in rows(Journey)] == ["V-1"]
    (patient,) = rows(Patient)
    assert (patient.name_ar, patient.name_en) == ("محمد سعد الحربي", "Mohammed Saad Alharbi")


def test_a_message_is_taken_in_seven_statements_that_of_a_known_patient_in_five(
    client: FlaskClient, source_key: str
) -> None:
    """Who sends, its turn, whether it came, its patient; a new patient and what is told of it; itself."""
    post(client, source_key, message())  # the sender was heard of just now: that is noted once a minute
    with counted() as of_new:
        post(client, source_key, message(control="C-2", visit="V-2", pid=PID.replace("1001", "1002")))
    with counted() as of_known:
        post(client, source_key, message("ADT^A03", control="C-3"))

    assert [each.mrn for each in rows(Patient)] == ["1001", "1002"]
    assert (len(of_new), len(of_known)) == (7, 5)


def test_a_visit_of_two_messages_is_carried_out_in_few_statements(client: FlaskClient, source_key: str) -> None:
    post(client, source_key, message())
    with counted() as first:
        assert processing.process_due() == 1
    post(client, source_key, message("ADT^A03", control="C-2"))
    with counted() as second:
        assert processing.process_due() == 1

    (visit,) = rows(Journey)
    assert visit.status == "completed"
    assert (len(first), len(second)) == (12, 14)


def test_an_exact_repeat_is_accepted_and_does_nothing(client: FlaskClient, source_key: str) -> None:
    first = post(client, source_key, message())
    work()
    version = rows(Patient)[0].version
    again = post(client, source_key, message())
    work()

    assert (first.code, again.code) == ("AA", "AA")
    assert len(events()) == 1 and rows(Patient)[0].version == version
    assert [stage.times_seen for stage in rows(Journey)[0].stages if stage.status == "completed"] == [1]


def test_another_trigger_is_accepted_and_ignored(client: FlaskClient, source_key: str) -> None:
    answer = post(client, source_key, message("ADT^A60"))

    assert answer.code == "AA" and "ERR" not in answer.text
    assert [(each.state, each.next_try_at) for each in events()] == [("ignored", None)]
    assert rows(Patient) == []


@pytest.mark.parametrize(
    ("text", "problem", "place"),
    [
        (message(occurred="2026-11-24"), "bad_content", "EVN-6"),
        (message(occurred="14480601113000"), "bad_content", "EVN-6"),
        (message(klass="X"), "unknown_code", "PV1-2"),
        (message(visit=""), "no_encounter", "PV1-19"),
        (message(pid="PID|1||"), "no_patient", "PID-3"),
        (message(control=""), "bad_content", "MSH-10"),
        (message(charset="JIS X 0208"), "bad_content", "MSH-18"),
        (message("ADT^A40"), "no_merge", "MRG-1"),
    ],
)
def test_what_can_not_be_carried_out_is_ae_kept_and_ae_again(
    client: FlaskClient, source_key: str, text: str, problem: str, place: str
) -> None:
    first, again = post(client, source_key, text), post(client, source_key, text)

    assert (first.code, again.code) == ("AE", "AE")
    assert "ERR|" in first.text and place.split("-")[0] in first.text
    (event,) = events()
    assert (event.state, event.error_code, event.error_field) == ("failed", problem, place)
    assert event.raw is not None
    assert rows(Patient) == []


def test_after_a_repair_by_hand_the_same_message_is_accepted(client: FlaskClient, cast: Cast, source_key: str) -> None:
    text = message(klass="X")
    assert post(client, source_key, text).code == "AE"
    (event,) = events()
    map_code(cast, "patient_class", "X", "O")
    address, headers = f"/api/integrations/events/{event.id}/reprocess/", bearer(cast["hospital_admin"])
    answer = client.post(address, headers=headers)

    assert (answer.status_code, answer.get_json()["state"]) == (200, "received")
    assert post(client, source_key, text).code == "AA"
    work()
    assert [each.state for each in events()] == ["processed"]
    assert [each.kind for each in rows(Journey)] == ["opd"]


def test_a_repaired_message_that_comes_again_is_read_again(client: FlaskClient, cast: Cast, source_key: str) -> None:
    text = message(klass="X")
    assert post(client, source_key, text).code == "AE"
    map_code(cast, "patient_class", "X", "O")

    assert post(client, source_key, text).code == "AA"
    work()
    assert [each.state for each in events()] == ["processed"]


def test_a_message_that_somebody_set_aside_is_accepted_from_then_on(
    client: FlaskClient, cast: Cast, source_key: str
) -> None:
    text = message(visit="")
    post(client, source_key, text)
    address = f"/api/integrations/events/{events()[0].id}/set_aside/"
    answer = client.post(address, headers=bearer(cast["hospital_admin"]))

    assert (answer.status_code, answer.get_json()["state"]) == (200, "ignored")
    assert post(client, source_key, text).code == "AA"
    assert client.post(address, headers=bearer(cast["hospital_admin"])).status_code == 409


def test_an_ignored_message_is_not_processed_by_hand_either(client: FlaskClient, cast: Cast, source_key: str) -> None:
    post(client, source_key, message("ADT^A60"))
    address = f"/api/integrations/events/{events()[0].id}/reprocess/"
    answer = client.post(address, headers=bearer(cast["hospital_admin"]))

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "no_interest")
    map_code(cast, "event", "ADT^A60", "OPD_STAGE_1_REGISTRATION")
    assert client.post(address, headers=bearer(cast["hospital_admin"])).status_code == 200
    work()
    assert [each.state for each in events()] == ["processed"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", ""),
        (b"\x0b\x1c\r", ""),
        (b"PID|1||1001\r", ""),
        (b"MSH", ""),
        (b"MSHMSHMSH", ""),
        ((message() + message(control="C-2")).encode(), ""),
        (message(processing="T").encode(), "202^Unsupported processing id"),
        (message(processing="").encode(), "202^Unsupported processing id"),
        (message(version="2.2").encode(), "203^Unsupported version id"),
        (message(version="3.0").encode(), "203^Unsupported version id"),
    ],
)
def test_what_is_not_for_us_is_ar_and_not_kept(client: FlaskClient, source_key: str, raw: bytes, reason: str) -> None:
    answer = post(client, source_key, raw)

    assert answer.code == "AR" and reason in answer.text
    assert rows(InboundEvent) == []


def test_a_test_link_takes_its_own_processing_id(client: FlaskClient, source_key: str) -> None:
    change_source(processing_ids=["T", "D"])

    assert post(client, source_key, message(processing="T")).code == "AA"
    assert post(client, source_key, message(processing="P", control="C-2")).code == "AR"


def test_a_reused_control_id_with_other_content_is_processed_and_flagged(client: FlaskClient, source_key: str) -> None:
    post(client, source_key, message())
    answer = post(client, source_key, message("ADT^A03"))
    work()

    assert answer.code == "AA"
    assert [(each.state, each.flag) for each in events()] == [("processed", ""), ("processed", "reused_id")]
    assert [each.status for each in rows(Journey)] == ["completed"]


def test_a_repeat_is_known_among_many_messages_of_the_same_id(client: FlaskClient, source_key: str) -> None:
    for number in range(60):
        assert post(client, source_key, message("ADT^A60", visit=f"V-{number}")).code == "AA"
    assert post(client, source_key, message("ADT^A60", visit="V-55")).code == "AA"

    assert len(events()) == 60


def test_the_stored_row_holds_no_result_report_or_drug(client: FlaskClient, source_key: str) -> None:
    secret = (
        "OBR|1|||GLU^Glucose|||||||||||||||||20261124110000|||LAB|F",
        "OBX|1|NM|GLU^Glucose||SECRET-9.9|mmol/l",
        "second line of SECRET report",
        " OBX|2|TX|X||SECRET after a blank",
        "obx|3|TX|X||SECRET in small letters",
        "NTE|1||SECRET note",
        "DG1|1||E11^SECRET",
        "AL1|1||SECRET",
        "ZZZ|SECRET",
    )
    assert post(client, source_key, message("ORU^R01", *secret)).code == "AA"

    (event,) = events()
    assert b"PID" not in (event.raw or b"")
    plain = kept(event)
    assert "SECRET" not in plain and "Glucose" not in plain
    assert "PID|1||1001" in plain and "OBR|1|||" in plain and "OBX\r" in plain + "\r"
    everything = f"{event.facts} {event.answer} {event.codes} {event.error_field}"
    assert "SECRET" not in everything


def test_windows_1256_of_the_link_is_read_and_answered_in_its_bytes(client: FlaskClient, source_key: str) -> None:
    change_source(charset="windows-1256")
    assert post(client, source_key, message(charset="").encode("cp1256")).code == "AA"
    (patient,) = rows(Patient)
    assert patient.name_ar == "محمد سعد الحربي"

    broken = message(control="C-2", charset="UNICODE UTF-8").encode("cp1256")
    assert post(client, source_key, broken).code == "AE"
    assert (events()[-1].error_code, events()[-1].error_field) == ("bad_content", "MSH-18")


def test_a_huge_message_is_refused_before_it_is_read(client: FlaskClient, source_key: str) -> None:
    headers = {"Authorization": f"Bearer {source_key}"}
    answer = client.post(ADDRESS, data=b"MSH|" + b"x" * MOST_BYTES, headers=headers)

    assert answer.status_code == 413
    assert rows(InboundEvent) == []


def test_without_the_database_there_is_no_acknowledgement(
    client: FlaskClient, source_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("the connection is lost"))

    monkeypatch.setattr("app.integrations.services.intake._row", away)
    answer = client.post(ADDRESS, data=message().encode(), headers={"Authorization": f"Bearer {source_key}"})

    assert answer.status_code == 503 and b"MSA" not in answer.get_data()


def test_a_wrong_key_is_401_and_a_person_403(client: FlaskClient, cast: Cast, source_key: str) -> None:
    for headers, status in (({"Authorization": "Bearer px360_wrong"}, 401), (bearer(cast["px_admin"]), 403)):
        assert client.post(ADDRESS, data=message().encode(), headers=headers).status_code == status


def test_separators_come_from_msh_and_the_answer_uses_them(client: FlaskClient, source_key: str) -> None:
    plain = message(charset="")
    swapped = plain.translate(str.maketrans({"|": "#", "^": "@", "~": "*", "\\": "%", "&": "$"}))

    answer = post(client, source_key, swapped)

    assert answer.code == "AA" and answer.text.startswith("MSH#@*%$#PX360#")
    assert rows(Patient)[0].mrn == "1001"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_lines_may_end_in_any_of_three_ways(client: FlaskClient, source_key: str, end: str) -> None:
    assert post(client, source_key, message(end=end)).code == "AA"
    assert rows(Patient)[0].mrn == "1001"


def test_many_unreadable_numbers_do_not_break_the_door(client: FlaskClient, source_key: str) -> None:
    numbers = "~".join(f"12{number}^^^MOI^NI" for number in range(40))
    pid = PID.replace("1010101010^^^MOI^NI", numbers)
    assert post(client, source_key, message(pid=pid)).code == "AA"

    (event,) = events()
    assert (event.flag, event.error_field) == ("contact", "PID-3")


def test_a_header_without_further_separators_is_answered_too(client: FlaskClient, source_key: str) -> None:
    header = HEADER.replace("^~\\&", "^").format(
        sent="20261124113100", kind="ADT^A04", control="C-1", processing="P", version="2.3", charset=""
    )
    answer = post(client, source_key, f"{header}\rPID|1||1001\r")

    assert answer.code == "AE" and "\0" not in answer.text
