"""Pages and API of the KPIs: who may count what, marks of small and unsettled numbers, and lists page by key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.kpis import months, words
from app.complaints.kpis.arithmetic import Counts, Figure, Verdict, figure, value_of, verdict_of
from app.complaints.kpis.definitions import KPIS
from app.complaints.kpis.records import list_records
from app.complaints.kpis.rows import Wanted
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.i18n import in_language
from app.core.time import clock
from app.organizations.models import Patient
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening, working
from app.surveys.models import SurveyInstance, SurveyTemplate
from tests.cast import Cast, bearer, sign_in
from tests.complaints.conftest import brought_to, received
from tests.complaints.test_hearing import answer_survey, asked_after

MONTH = "2026-11"
SYSTEM = system_actor("a test of KPIs")


@pytest.mark.parametrize(
    ("code", "value", "verdict"),
    [
        ("MOH-2", 85.0, Verdict.MET),
        ("MOH-2", 84.9, Verdict.NEAR),
        ("MOH-2", 75.0, Verdict.NEAR),
        ("MOH-2", 74.9, Verdict.MISSED),
        ("MOH-2", None, Verdict.NONE),
        ("KPI-7", 5.0, Verdict.MET),
        ("KPI-7", 5.1, Verdict.NEAR),
        ("KPI-7", 10.1, Verdict.MISSED),
        ("KPI-7", 0.0, Verdict.MET),
        ("X-8", 50.0, Verdict.WATCHED),
    ],
)
def test_target_and_threshold_are_good_enough_for_their_own_colour(
    code: str, value: float | None, verdict: Verdict
) -> None:
    assert verdict_of(KPIS[code], value) is verdict


def test_nothing_to_count_is_neither_nought_nor_hundred() -> None:
    assert value_of(KPIS["MOH-2"], Counts()) is None
    assert value_of(KPIS["KPI-7"], Counts(pending=3)) is None
    assert words.value_text(KPIS["MOH-2"], None) == "–"
    assert value_of(KPIS["X-4"], Counts(3, 1500)) == 20.0
    assert value_of(KPIS["X-5"], Counts(3, 3, median=12.5)) == 12.5


@pytest.mark.parametrize(("counted", "is_low"), [(0, False), (29, True), (30, False)])
def test_few_records_are_marked(counted: int, is_low: bool) -> None:
    assert figure(KPIS["MOH-2"], Counts(0, counted), is_running=False).is_low is is_low


@pytest.mark.parametrize(("pending", "is_running", "said"), [(0, False, False), (1, False, True), (0, True, True)])
def test_what_may_still_change_is_provisional(pending: int, is_running: bool, said: bool) -> None:
    assert figure(KPIS["MOH-2"], Counts(1, 2, pending), is_running=is_running).is_provisional is said


def test_the_finding_states_the_newest_final_value(reference_data: Cast) -> None:
    final = Figure(Counts(1, 2), 50.0, Verdict.MISSED, is_provisional=False)
    running = Figure(Counts(2, 2), 100.0, Verdict.MET, is_provisional=True)
    with in_language("en"):
        assert words.finding(KPIS["MOH-2"], ("2026-10", MONTH), [final, running]) == (
            "50.0% in October 2026: Threshold missed"
        )
        assert words.finding(KPIS["MOH-2"], (MONTH,), [Figure(Counts(), None, Verdict.NONE, False)]) == (
            "There was nothing to count in these months"
        )


def test_months_know_their_neighbours_and_their_hijri_names(reference_data: Cast) -> None:
    assert months.months_until("2027-01", 3) == ("2026-11", "2026-12", "2027-01")
    assert months.month_at(datetime(2026, 10, 31, 21, 0, tzinfo=UTC)) == MONTH
    assert months.month_at(datetime(2026, 10, 31, 20, 59, tzinfo=UTC)) == "2026-10"
    assert not any(months.is_month(each) for each in ("2026-13", "2026-1", "1999-01", "2026-11 ", "x"))
    with in_language("en"):
        assert months.hijri_months("2026-11") == "Jumada al-Ula – Jumada al-Akhirah 1448 AH"
        assert months.hijri_months("2026-06") == "Dhu al-Hijjah 1447 – Muharram 1448 AH"
        assert months.hijri_months("2090-01") == ""


def opened(client: FlaskClient, path: str, status: int = 200) -> str:
    """A page in English."""
    client.set_cookie("px_lang", "en")
    answer = client.get(path)
    assert answer.status_code == status, path
    return str(answer.get_data(as_text=True))


def test_the_overview_leads_to_the_records_behind_each_number(reference_data: Cast, client: FlaskClient) -> None:
    resolved = brought_to(reference_data, "resolved")
    unresolved = received(reference_data)
    sign_in(client, reference_data["px_coordinator"])

    html = opened(client, "/complaints/kpis/")
    assert "/complaints/kpis/N-PAD-001/records?month=2026-11" in html
    assert "50.0%" in html and "few · provisional" in html.replace("\n", "")
    assert 'aria-label="Threshold missed"' in html  # never colour alone

    numerator = opened(client, f"/complaints/kpis/N-PAD-001/records?month={MONTH}")
    rest = opened(client, f"/complaints/kpis/N-PAD-001/records?month={MONTH}&side=rest")
    assert resolved.reference in numerator and unresolved.reference not in numerator
    assert unresolved.reference in rest and resolved.reference not in rest


def test_one_kpi_says_how_it_is_counted(reference_data: Cast, client: FlaskClient) -> None:
    brought_to(reference_data, "resolved")
    sign_in(client, reference_data["viewer"])
    html = opened(client, "/complaints/kpis/N-PAD-001")
    for text in ("≥ 95% / ≥ 85%", "Resolved, and not opened again since", "November 2026", "Jumada al-Ula"):
        assert text in html


@pytest.mark.parametrize(
    "path",
    [
        "/complaints/kpis/MOH-9",
        "/complaints/kpis/MOH-9/records?month=2026-11",
        "/complaints/kpis/MOH-2/records",
        "/complaints/kpis/MOH-2/records?month=2026-13",
        "/complaints/kpis/MOH-2/records?month=2026-12",
        "/complaints/kpis/MOH-2/records?month=2026-11&side=left",
    ],
)
def test_what_does_not_exist_is_not_found(reference_data: Cast, client: FlaskClient, path: str) -> None:
    sign_in(client, reference_data["px_coordinator"])
    opened(client, path, 404)


def test_a_departments_head_is_measured_by_the_departments_own_complaints(
    reference_data: Cast, client: FlaskClient
) -> None:
    received(reference_data)
    received(reference_data, department_id=reference_data.ward.id)
    sign_in(client, reference_data["department_manager"])
    html = opened(client, "/complaints/kpis/")
    assert "KPI-6" not in html and "MOH-2" in html
    opened(client, "/complaints/kpis/KPI-6", 404)
    assert api(client, reference_data, "department_manager", code="X-8")[0]["denominator"] == 1
    assert api(client, reference_data, "px_coordinator", code="X-8")[0]["denominator"] == 2
    narrowed = api(client, reference_data, "px_coordinator", code="X-8", department_id=str(reference_data.ward.id))
    assert narrowed[0]["denominator"] == 1


def test_another_hospitals_people_count_nothing_of_it(reference_data: Cast, client: FlaskClient) -> None:
    received(reference_data)
    assert api(client, reference_data, "outsider") == []
    assert api(client, reference_data, "outsider", hospital_id=str(reference_data.a.id)) == []
    assert {each["hospital_id"] for each in api(client, reference_data, "px_admin")} == {str(reference_data.a.id)}


def test_a_viewer_sees_numbers_and_records_without_words(reference_data: Cast, client: FlaskClient) -> None:
    complaint = received(reference_data)
    sign_in(client, reference_data["viewer"])
    html = opened(client, f"/complaints/kpis/X-8/records?month={MONTH}&side=rest")
    assert complaint.reference in html and complaint.title not in html and "hidden" in html


def api(client: FlaskClient, cast: Cast, who: str, **query: Any) -> Any:
    """Ask the API."""
    answer = client.get("/api/complaints/kpis/", query_string=query, headers=bearer(cast[who]))
    assert answer.status_code == query.pop("status", 200), answer.text
    return answer.get_json().get("results")


@pytest.mark.parametrize(
    "query",
    [{"since": "2026-13"}, {"since": "2026-12", "until": MONTH}, {"since": "2020-01"}, {"code": "MOH-9"}],
)
def test_the_api_refuses_months_and_codes_that_are_none(
    reference_data: Cast, client: FlaskClient, query: dict[str, str]
) -> None:
    answer = client.get("/api/complaints/kpis/", query_string=query, headers=bearer(reference_data["px_admin"]))
    assert answer.status_code == 422


def test_records_are_paged_by_key(reference_data: Cast) -> None:
    actor = reference_data.actor("px_coordinator")
    made = {received(reference_data).id for _turn in range(5)}
    seen: list[Any] = []
    key: str | None = None
    with acting_as(actor):
        while True:
            found = list_records(KPIS["X-8"], "rest", Wanted((MONTH,), actor), key=key, limit=2)
            seen += [row.subject.id for row in found.rows]
            key = found.next_key
            if key is None:
                break
    assert len(seen) == 5 and set(seen) == made


@pytest.fixture
def negative_action(reference_data: Cast, patient: Patient) -> PxAction:
    """The action of a survey that went badly."""
    officer = reference_data.actor("px_coordinator")
    with acting_as(SYSTEM), unit_of_work():
        template = db.session.execute(sa.select(SurveyTemplate.id).limit(1)).scalar_one()
        survey = SurveyInstance(
            hospital_id=patient.hospital_id, template_id=template, patient_id=patient.id, once="x", handle="badbadba",
            state="completed", send_at=clock.now(), completed_at=clock.now(), is_negative=True, score=20.0,
        )  # fmt: skip
        db.session.add(survey)
    with acting_as(officer), unit_of_work():
        action = opening.open_by_hand(
            hospital_id=patient.hospital_id, title="x", severity="high", department_id=reference_data.er.id,
            patient_id=patient.id, actor=officer,
        )  # fmt: skip
        action.source_id = survey.id
    return action


def test_a_call_after_a_negative_survey_closes_its_loop(
    reference_data: Cast, client: FlaskClient, negative_action: PxAction
) -> None:
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer), clock.frozen(clock.now() + timedelta(hours=3)):
        working.add_note(negative_action.id, "اعتذرنا", actor=officer)
    assert _loop(client, reference_data) == (0, 1)
    with acting_as(officer), clock.frozen(clock.now() + timedelta(hours=47)):
        working.add_note(negative_action.id, "تحدثنا معه", kind="call", actor=officer)
    assert _loop(client, reference_data) == (1, 1)
    with acting_as(SYSTEM):
        survey = db.session.get_one(SurveyInstance, negative_action.source_id)
        first = survey.followed_up_at
    with acting_as(officer), clock.frozen(clock.now() + timedelta(hours=60)):
        working.add_note(negative_action.id, "تحدثنا معه", kind="call", actor=officer)
    with acting_as(SYSTEM):
        db.session.refresh(survey)
        assert survey.followed_up_at == first


def test_a_negative_survey_of_a_contact_without_a_file_counts_in_the_closed_loop_too(
    reference_data: Cast, client: FlaskClient, drain: Any
) -> None:
    asked_after(reference_data, drain, contact_phone="0501112299")
    survey = answer_survey({"COMP-01": "1", "COMP-06": "1", "COMP-07": "1", "COMP-08": "0"}, drain)
    assert survey.patient_id is None
    assert _loop(client, reference_data) == (0, 1)

    officer = reference_data.actor("px_coordinator")
    with acting_as(SYSTEM):
        action = db.session.execute(sa.select(PxAction)).scalar_one()
    with acting_as(officer), clock.frozen(clock.now() + timedelta(hours=3)):
        working.add_note(action.id, "تحدثنا معه", kind="call", actor=officer)
    assert _loop(client, reference_data) == (1, 1)


def _loop(client: FlaskClient, cast: Cast) -> tuple[int, int]:
    with clock.frozen(clock.now() + timedelta(days=4)):
        found = api(client, cast, "px_coordinator", code="X-7")[0]
    return found["numerator"], found["denominator"]
