"""What messages mean: who the patient is, what happened, when. Every trigger of the issue stands in a table here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.integrations.hl7.blanking import blanked
from app.integrations.hl7.people import Person, merged_numbers, person_of
from app.integrations.hl7.problems import Unreadable
from app.integrations.hl7.reader import Message, read
from app.integrations.hl7.times import birth_date, instant
from app.integrations.hl7.visits import Site, happening_of
from tests.integrations.hl7.messages import PID, message

RIYADH = ZoneInfo("Asia/Riyadh")
SITE = Site(RIYADH, {})
TODAY = date(2026, 11, 24)
OBR = "OBR|1|P1|F1|CODE^Name" + "|" * 18 + "{when}||{section}|{status}"


def of(text: str) -> Message:
    return read(text.encode(), link_charset="utf-8")


def person(pid: str = PID, *segments: str) -> Person:
    return person_of(of(message("ADT^A08", *segments, pid=pid)), TODAY)


def codes(kind: str, *segments: str, site: Site = SITE, **said: Any) -> tuple[str, ...]:
    return happening_of(of(message(kind, *segments, **said)), site).codes


@pytest.mark.parametrize(
    ("kind", "klass", "code"),
    [
        ("ADT^A01", "I", "INPATIENT_ADMISSION"),
        ("ADT^A04", "I", "INPATIENT_ADMISSION"),
        ("ADT^A03", "I", "INPATIENT_DISCHARGE"),
        ("ADT^A01", "E", "EMS_ARRIVAL"),
        ("ADT^A04", "E", "EMS_ARRIVAL"),
        ("ADT^A03", "E", "EMS_DISCHARGE"),
        ("ADT^A01", "O", "OPD_STAGE_1_REGISTRATION"),
        ("ADT^A04", "O", "OPD_STAGE_1_REGISTRATION"),
        ("ADT^A03", "O", "OPD_VISIT_COMPLETED"),
        ("ADT^A01", "D", "DAY_CASE_ADMISSION"),
        ("ADT^A03", "D", "DAY_CASE_DISCHARGE"),
        ("ADT^A02", "I", "INPATIENT_TRANSFER"),
        ("ADT^A02", "E", "PATIENT_UPDATED"),
        ("ADT^A06", "I", "INPATIENT_ADMISSION"),
        ("ADT^A07", "O", "OUTPATIENT_CONVERSION"),
        ("ADT^A08", "I", "PATIENT_UPDATED"),
        ("ADT^A11", "I", "INPATIENT_ADMISSION_CANCELLED"),
        ("ADT^A13", "I", "INPATIENT_DISCHARGE_CANCELLED"),
        ("ADT^A28", "", "PATIENT_UPDATED"),
        ("ADT^A31", "", "PATIENT_UPDATED"),
        ("ADT^A40", "", "PATIENT_MERGED"),
        ("RDS^O13", "I", "PHARMACY_DISPENSED"),
        ("RAS^O17", "I", "INPATIENT_MEDICATION"),
        ("SIU^S12", "O", "APPOINTMENT_BOOKED"),
        ("SIU^S13", "O", "APPOINTMENT_RESCHEDULED"),
        ("SIU^S14", "O", "APPOINTMENT_RESCHEDULED"),
        ("SIU^S15", "O", "APPOINTMENT_CANCELLED"),
        ("SIU^S17", "O", "APPOINTMENT_CANCELLED"),
        ("SIU^S26", "O", "APPOINTMENT_NO_SHOW"),
    ],
)
def test_trigger_and_patient_class_give_the_event_code(kind: str, klass: str, code: str) -> None:
    assert codes(kind, klass=klass) == (code,)


@pytest.mark.parametrize("kind", ["ADT^A05", "ADT^A60", "MDM^T02", "ORM^O01", "ACK", "SIU^S99", "XYZ^A01"])
def test_another_trigger_tells_nothing(kind: str) -> None:
    found = happening_of(of(message(kind)), SITE)
    assert (found.codes, found.unknown) == ((), "")


@pytest.mark.parametrize("version", ["2.3", "2.3.1"])
def test_pharmacy_messages_came_as_o01_before_2_4(version: str) -> None:
    assert codes("RDS^O01", version=version) == ("PHARMACY_DISPENSED",)
    assert codes("RAS^O01", version=version) == ("INPATIENT_MEDICATION",)
    assert codes("RDS^O13", version=version) == ()
    assert codes("RDS^O01", version="2.4") == ()


@pytest.mark.parametrize(
    ("section", "status", "code"),
    [
        ("CH", "F", "LAB_ORDER_COMPLETED"),
        ("LAB", "C", "LAB_ORDER_COMPLETED"),
        ("HM", "f", "LAB_ORDER_COMPLETED"),
        ("RAD", "F", "RADIOLOGY_REPORT_FINALIZED"),
        ("CT", "C", "RADIOLOGY_REPORT_FINALIZED"),
    ],
)
def test_a_final_or_corrected_result_ends_its_stage_by_section(section: str, status: str, code: str) -> None:
    assert codes("ORU^R01", OBR.format(when="", section=section, status=status)) == (code,)


@pytest.mark.parametrize(("section", "status"), [("CH", "P"), ("CH", "I"), ("RAD", "S"), ("CH", ""), ("PHY", "F")])
def test_a_preliminary_result_and_other_sections_tell_nothing(section: str, status: str) -> None:
    found = happening_of(of(message("ORU^R01", OBR.format(when="", section=section, status=status))), SITE)
    assert (found.codes, found.unknown) == ((), "")


def test_one_message_with_two_sections_ends_both_stages_once() -> None:
    orders = [OBR.format(when="", section=section, status="F") for section in ("CH", "HM", "RAD")]
    assert codes("ORU^R01", *orders) == ("LAB_ORDER_COMPLETED", "RADIOLOGY_REPORT_FINALIZED")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (message("ADT^A01", klass="Q"), "PV1-2"),
        (message("ADT^A01", klass=""), "PV1-2"),
        (message("ORU^R01", OBR.format(when="", section="", status="F")), "OBR-24"),
        (message("ORU^R01", OBR.format(when="", section="XX", status="F")), "OBR-24"),
    ],
)
def test_a_code_that_nobody_knows_is_said_with_its_place(text: str, place: str) -> None:
    assert happening_of(of(text), SITE).unknown == place


def test_a_sites_own_codes_come_first() -> None:
    site = Site(RIYADH, {("patient_class", "AMB"): "O", ("section", "XX"): "RADIOLOGY_REPORT_FINALIZED",
                         ("event", "ADT^A08"): "EMS_TRIAGE"})  # fmt: skip
    assert codes("ADT^A01", klass="AMB", site=site) == ("OPD_STAGE_1_REGISTRATION",)
    assert codes("ORU^R01", OBR.format(when="", section="XX", status="F"), site=site) == ("RADIOLOGY_REPORT_FINALIZED",)
    assert codes("ADT^A08", site=site) == ("EMS_TRIAGE",)


def when(text: str) -> datetime | None:
    return happening_of(of(text), SITE).occurred_at


SENT = datetime(2026, 11, 24, 8, 31, tzinfo=UTC)  # MSH-7 of every message here: 11:31 in Riyadh


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (message("ADT^A03", klass="O", occurred="20261124101500"), datetime(2026, 11, 24, 7, 15, tzinfo=UTC)),
        (message("ADT^A03", klass="O"), datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
        (message("ADT^A03", klass="O").replace("20261124113000", ""), SENT),
        (
            message("ORU^R01", OBR.format(when="202611240900+0000", section="CH", status="F")),
            datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        ),
        (message("ORU^R01", OBR.format(when="", section="CH", status="F")), SENT),
        (message("RDS^O13", "RXD|1|DRUG|20261124090000"), datetime(2026, 11, 24, 6, 0, tzinfo=UTC)),
        (message("RDS^O13"), SENT),
        (message("SIU^S12", "SCH|B1|A1|||||||||^^^20261201100000"), SENT),
    ],
)
def test_the_time_of_the_event_is_looked_for_in_its_order(text: str, expected: datetime) -> None:
    assert when(text) == expected


def test_an_appointments_time_comes_from_sch_11_4_and_its_number_names_the_visit() -> None:
    found = happening_of(of(message("SIU^S12", "SCH|B1|A1|||||||||^^^20261201100000", visit="")), SITE)
    assert found.scheduled_at == datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
    assert found.encounter == "A1"


@pytest.mark.parametrize(
    "text",
    [
        "20261324", "2026112425", "20261124", "yesterday", "2026112410", "202611241060", "20261124101500+2500", "٢٠٢٦١١٢٤١٠١٥",
    ],
)  # fmt: skip
def test_a_broken_or_vague_time_is_never_guessed(text: str) -> None:
    with pytest.raises(Unreadable, match="EVN-6"):
        instant(text, RIYADH, "EVN-6")


@pytest.mark.parametrize(
    ("text", "expected"), [("19900425", date(1990, 4, 25)), ("199004250830", date(1990, 4, 25)), ("1990", None), ("199004", None)]
)  # fmt: skip
def test_a_birth_date_is_taken_to_the_day_or_not_at_all(text: str, expected: date | None) -> None:
    assert birth_date(text, TODAY, "PID-7") == expected


@pytest.mark.parametrize("text", ["19901345", "00000000", "20261125", "14100930", "25/04/1990", "199004259"])
def test_a_broken_future_or_hijri_birth_date_stops_the_message(text: str) -> None:
    with pytest.raises(Unreadable, match="PID-7"):
        birth_date(text, TODAY, "PID-7")


def test_a_patient_is_read_whole() -> None:
    found = person()
    assert found.mrn == "1001"
    assert found.told == {
        "name_ar": "محمد سعد الحربي",
        "name_en": "Mohammed Saad Alharbi",
        "phone_e164": "+966501234567",
        "national_id": "1010101010",
        "birth_date": date(1990, 4, 25),
        "sex": "M",
        "language": "ar",
        "nationality": "SAU",
    }
    assert found.is_dead is None


@pytest.mark.parametrize(
    ("said", "phone"),
    [
        ("0501234567", "+966501234567"),
        ("٠٥٠١٢٣٤٥٦٧", "+966501234567"),
        ("(050)123-4567", "+966501234567"),
        ("^PRN^CP^^966^50^1234567", "+966501234567"),
        ("^PRN^PH^^^011^4567890~^PRN^CP^^966^50^1234567", "+966501234567"),
        ("^WPN^PH^^966^11^4567890~0501234567", "+966501234567"),
        ("^PRN^CP^^^^^^^^^+966501234567", "+966501234567"),
        ("^PRN^FX^^966^50^7654321", None),
    ],
)
def test_phones_come_plain_or_in_parts_and_mobiles_first(said: str, phone: str | None) -> None:
    assert person(f"PID|1||7^^^X^MR||||||||||{said}").told.get("phone_e164") == phone


def test_an_address_for_mail_is_found_among_the_phones() -> None:
    found = person("PID|1||7^^^X^MR||||||||||^NET^Internet^Noura@Example.com~0501234567")
    assert (found.told["email"], found.told["phone_e164"]) == ("noura@example.com", "+966501234567")


def test_a_phone_and_an_identity_number_that_can_not_be_read_are_left_out_and_noted() -> None:
    found = person("PID|1||7^^^X^MR~12345^^^MOI^NI||||||||||999")
    assert found.unreadable == ("PID-13", "PID-3")
    assert not {"phone_e164", "national_id"} & set(found.told)


def test_two_quotes_delete_and_an_empty_field_leaves() -> None:
    found = person('PID|1||7^^^X^MR||""||""||||||""')
    assert found.told == {"name_ar": None, "name_en": None, "birth_date": None, "phone_e164": None}
    assert person("PID|1||7^^^X^MR").told == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Alharbi^Noura~الحربي^نورة", {"name_ar": "نورة الحربي", "name_en": "Noura Alharbi"}),
        ("نورة الحربي Noura Alharbi", {"name_ar": "نورة الحربي", "name_en": "Noura Alharbi"}),
        ("الحربي^نورة^^^^^A~Alharbi^Noura", {"name_en": "Noura Alharbi"}),
        ("Alharbi&Al^Noura^Saad Ali", {"name_en": "Noura Saad Ali Alharbi"}),
        ("😀^Noura", {"name_en": "Noura 😀"}),
    ],
)
def test_two_scripts_in_repeated_names_are_told_apart(name: str, expected: dict[str, str]) -> None:
    assert person(f"PID|1||7^^^X^MR||{name}").told == expected


@pytest.mark.parametrize(
    ("identifiers", "number"),
    [
        ("1001^^^A^MR", "1001"),
        ("9^^^A^XX~1001^^^A^MR", "1001"),
        ("1001", "1001"),
        ("9^^^A^PPN~1001^^^A^PI", "1001"),
        ("١٠٠١^^^A^MR", "1001"),
        ("1^^^MOI^NI", ""),
        ('""', ""),
    ],
)
def test_the_file_number_is_the_one_typed_so(identifiers: str, number: str) -> None:
    assert person(f"PID|1||{identifiers}").mrn == number


@pytest.mark.parametrize(
    ("time", "flag", "expected"),
    [("", "Y", True), ("20261124", "", True), ("", "N", False), ('""', "", False), ("", "", None), ("20261124", "N", False)],
)  # fmt: skip
def test_a_death_is_told_and_can_be_taken_back(time: str, flag: str, expected: bool | None) -> None:
    assert person("PID|1||7^^^X^MR" + "|" * 26 + f"{time}|{flag}").is_dead is expected


def test_the_guardian_comes_from_nk1() -> None:
    found = person(PID, "NK1|1|الحربي^سعد~Alharbi^Saad|FTH||0507654321")
    assert found.told["guardian_name"] == "سعد الحربي"
    assert found.told["guardian_relation"] == "father"
    assert found.told["guardian_phone_e164"] == "+966507654321"


def test_merges_are_pairs_of_old_and_staying_numbers() -> None:
    text = message("ADT^A40", "MRG|77^^^X^MR", "PID|1||1002^^^X^MR", "MRG|78^^^X^MR").replace("PV1|1|O", "ZV1|1|O")
    assert list(merged_numbers(of(text))) == [("77", "1001"), ("78", "1002")]


SECRETS = (
    "Haemoglobin",
    "Malignant",
    "E11.9",
    "Penicillin",
    "Metformin",
    "Pregnancy",
    "chest pain",
    "hidden in Z",
    "dose",
)


def test_results_reports_diagnoses_and_drugs_are_blanked_and_the_rest_stays() -> None:
    text = message(
        "ORU^R01",
        "OBR|1|P1|F1|B-HCG^Pregnancy test|||||||||Pregnancy? " + "|" * 9 + "20261124100000||CH|F",
        "OBX|1|TX|GLU||Haemoglobin 9.1\nMalignant cells\rmore Malignant text",
        "NTE|1||Malignant",
        "DG1|1||E11.9",
        "AL1|1||Penicillin",
        "RXO|Metformin",
        "RXE|1|Metformin",
        "RXD|1|Metformin|20261124090000|2|dose",
        "RXA|0|1|20261124091500||Metformin",
        "PV2|||chest pain",
        "ZRX|hidden in Z",
    )
    kept = blanked(text.encode()).decode()
    for secret in SECRETS:
        assert secret in text and secret not in kept
    for needed in (
        "MSH|^~\\&|HIS",
        "1001^^^NAKHEEL^MR",
        "الحربي",
        "20261124100000||CH|F",
        "RXD|||20261124090000",
        "V-1",
    ):
        assert needed in kept
    assert [line[:3] for line in kept.split("\r")] == [
        line[:3] for line in text.split("\r") if line and line[:4] != "more"
    ]


def test_a_blanked_message_still_tells_the_same() -> None:
    text = message("ORU^R01", OBR.format(when="20261124100000", section="CH", status="F"), "OBX|1|TX|X||secret")
    again = read(blanked(text.encode()), link_charset="utf-8")
    assert happening_of(again, SITE) == happening_of(of(text), SITE)
    assert person_of(again, TODAY) == person_of(of(text), TODAY)
