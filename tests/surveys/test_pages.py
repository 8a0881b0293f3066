"""The pages on which surveys are built, sent by hand and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.journeys.models import Journey
from app.organizations.models import Patient
from app.surveys.models import SurveyContactRule, SurveyInstance, SurveyQuestion, SurveyTemplate, SurveyTrigger
from tests.cast import Cast, sign_in
from tests.surveys.conftest import (
    answer_all,
    change,
    fill,
    forget_language,
    hidden,
    highest,
    one,
    path_of,
    rows,
    template_of,
)

BASE = "/admin/survey-templates"
SETTINGS = {
    "name_en": "Our clinic", "name_ar": "عيادتنا", "weighting": "sections", "minimum_items": 1, "threshold": 60,
    "link_days": 10, "reminder_hours": 48, "offers_callback": "y", "journey_kind": "opd",
}  # fmt: skip
QUESTION = {
    "type": "yes_no", "text_en": "Did you wait?", "text_ar": "هل انتظرت؟", "weight": "1", "positive_answer": "no",
    "show_mode": "always", "is_scored": "y",
}  # fmt: skip


@pytest.fixture
def office(client: FlaskClient, house: Cast, plain_forms: None) -> FlaskClient:
    """The browser of hospital A's coordinator."""
    return sign_in(client, house["px_coordinator"])


def make_own(office: FlaskClient, cast: Cast) -> SurveyTemplate:
    answer = office.post(f"{BASE}/", data={**SETTINGS, "hospital_id": str(cast.a.id)})
    assert answer.status_code == 303, answer.text
    return one(SurveyTemplate, hospital_id=cast.a.id)


def add_question(office: FlaskClient, template: SurveyTemplate, **fields: Any) -> SurveyQuestion:
    answer = office.post(f"{BASE}/{template.id}/questions", data={**QUESTION, **fields})
    assert answer.status_code == 303, answer.text
    return rows(SurveyQuestion, template_id=template.id)[-1]


def test_a_survey_is_built_without_writing_json(office: FlaskClient, house: Cast) -> None:
    own = make_own(office, house)
    first = add_question(office, own)
    page = office.get(f"{BASE}/{own.id}/questions/new").text
    subject = '{"question":"Q1","value":1}'
    assert subject.replace('"', "&#34;") in page and "Q1: Did you wait?" in page

    second = add_question(
        office, own, type="multiple_choice", text_en="How long?", show_mode="all",
        show_comparator=["is", "is_not"], show_subject=[subject, '{"stage":"LAB"}'],
        option_value=["", "", ""], option_en=["Short", "Long", ""], option_ar=["قصير", "طويل", ""],
        option_score=["2", "١", ""],
    )  # fmt: skip
    assert (first.positive_answer, first.type) == (False, "yes_no")
    assert second.show_if == {"all": [{"question": "Q1", "op": "eq", "value": 1}, {"not": {"stage": "LAB"}}]}
    assert [(each["value"], each["score"]) for each in second.options] == [(1, 2), (2, 1)]
    shown = office.get(f"{BASE}/questions/{second.id}").text
    assert "selected>Q1: Did you wait?: Yes</option>" in shown and 'value="طويل"' in shown
    listed = office.get(f"{BASE}/{own.id}").text
    assert "Shown if:" in listed and "Laboratory" in listed

    assert office.post(f"{BASE}/{own.id}/publication", data={"version": own.version}).status_code == 303
    assert one(SurveyTemplate, id=own.id).is_published


def test_a_draft_says_what_forbids_publishing(office: FlaskClient, house: Cast) -> None:
    own = make_own(office, house)
    assert "The survey has no question yet." in office.get(f"{BASE}/{own.id}").text
    refused = office.post(f"{BASE}/{own.id}/publication", data={"version": own.version})

    assert refused.status_code == 422 and "This was not done." in refused.text


def test_a_refused_question_keeps_what_was_typed(office: FlaskClient, house: Cast) -> None:
    own = make_own(office, house)
    typed = {**QUESTION, "type": "multiple_choice", "option_value": ["1"], "option_en": ["Only"], "option_ar": ["وحيد"]}
    answer = office.post(f"{BASE}/{own.id}/questions", data={**typed, "option_score": [""]})

    assert answer.status_code == 422
    assert "A choice needs at least two answers." in answer.text and 'value="Only"' in answer.text


def test_a_question_moves_changes_and_is_archived_and_a_stale_form_says_so(office: FlaskClient, house: Cast) -> None:
    own = make_own(office, house)
    first, second = add_question(office, own), add_question(office, own, text_en="Again?")
    moved = office.post(f"{BASE}/questions/{second.id}/position", data={"position": 1, "version": 1})
    assert moved.status_code == 303
    assert one(SurveyQuestion, id=second.id).position == 1

    stale = office.post(f"{BASE}/questions/{first.id}", data={**QUESTION, "version": 1, "code": "Q1"})
    assert stale.status_code == 409
    fresh = office.post(f"{BASE}/questions/{first.id}", data={**QUESTION, "version": 2, "code": "Q1"})
    assert fresh.status_code == 303
    version = one(SurveyQuestion, id=first.id).version
    assert office.post(f"{BASE}/questions/{first.id}/archive", data={"version": version}).status_code == 303


def test_questions_come_from_the_bank(office: FlaskClient, house: Cast) -> None:
    own = make_own(office, house)
    assert "How would you rate the ease of booking" in office.get(f"{BASE}/{own.id}/bank").text
    office.post(f"{BASE}/{own.id}/bank", data={"codes": ["OPD-01", "OPD-17"]})

    assert [each.code for each in rows(SurveyQuestion, template_id=own.id)] == ["OPD-01", "OPD-17"]


def test_the_phones_show_the_real_form_in_both_languages_and_may_stand_in_a_frame(
    office: FlaskClient, house: Cast
) -> None:
    template = template_of()
    arabic = office.get(f"{BASE}/{template.id}/preview?lang=ar")
    forget_language()
    english = office.get(f"{BASE}/{template.id}/preview?lang=en")
    assert 'dir="rtl"' in arabic.text and 'dir="ltr"' in english.text
    assert "frame-ancestors 'self'" in arabic.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in office.get(f"{BASE}/{template.id}").headers["Content-Security-Policy"]

    own = make_own(office, house)
    forget_language()
    sketch = office.post(f"{BASE}/{own.id}/sketch?lang=ar", data=QUESTION)
    assert "هل انتظرت؟" in sketch.text
    assert rows(SurveyQuestion, template_id=own.id) == []


def test_a_trial_goes_to_its_end_and_stores_nothing(office: FlaskClient, house: Cast) -> None:
    where = f"{BASE}/{template_of().id}/trial"
    page = office.post(where, data={**hidden(office.get(where).text), "stage": ["LAB"]}).text
    for _turn in range(30):
        if "Nothing was stored." in page:
            break
        page = office.post(where, data={**fill(page, highest), "stage": ["LAB"], "step": "next"}).text

    assert "Not negative: no action." in page
    assert rows(SurveyInstance) == []


def test_a_department_manager_reads_surveys_and_builds_none(app: Flask, house: Cast, plain_forms: None) -> None:
    manager = sign_in(app.test_client(), house["department_manager"])
    page = manager.get(f"{BASE}/{template_of().id}").text
    assert "Add question" not in page and "Archive survey" not in page
    assert manager.post(f"{BASE}/{template_of().id}/copy", data={"hospital_id": str(house.a.id)}).status_code == 403


def test_another_hospitals_survey_has_no_page(office: FlaskClient, app: Flask, house: Cast) -> None:
    own = make_own(office, house)
    question = add_question(office, own)
    stranger = sign_in(app.test_client(), house["outsider"])

    for path in (f"/{own.id}", f"/{own.id}/preview", f"/{own.id}/trial", f"/questions/{question.id}"):
        assert stranger.get(f"{BASE}{path}").status_code == 404


def test_an_archived_survey_is_restored_from_its_list(office: FlaskClient, house: Cast) -> None:
    own = make_own(office, house)
    office.post(f"{BASE}/{own.id}/archive", data={"version": own.version})
    assert "Our clinic" not in office.get(f"{BASE}/").text
    assert "Our clinic" in office.get(f"{BASE}/?view=archived").text

    office.post(f"{BASE}/{own.id}/restore")
    assert "Our clinic" in office.get(f"{BASE}/").text


def test_what_surveys_follow_is_set_on_pages(office: FlaskClient, app: Flask, house: Cast) -> None:
    body = {"template_id": str(template_of().id), "journey_kind": "opd", "delay_minutes": 30, "sample_percent": 50}
    made = office.post("/admin/survey-triggers/", data={**body, "hospital_id": str(house.a.id), "stage_code": "LAB"})
    assert made.status_code == 303
    trigger = one(SurveyTrigger, hospital_id=house.a.id)
    assert (trigger.stage_code, trigger.is_active) == ("LAB", False)
    assert "Laboratory" in office.get("/admin/survey-triggers/").text
    wrong = office.post(f"/admin/survey-triggers/{trigger.id}", data={**body, "sample_percent": 0, "version": 1})
    assert wrong.status_code == 422
    office.post(f"/admin/survey-triggers/{trigger.id}/archive", data={"version": 1})
    assert one(SurveyTrigger, id=trigger.id).archived_at is not None

    admin = sign_in(app.test_client(), house["hospital_admin"])
    admin.post("/admin/survey-triggers/days", data={"hospital_id": str(house.a.id), "gap_days": 14})
    assert one(SurveyContactRule).gap_days == 14
    assert admin.post("/admin/survey-triggers/days", data={"gap_days": 14}).status_code == 403


def test_a_survey_is_sent_from_the_visit_and_a_list_is_previewed_and_taken_back(
    office: FlaskClient, house: Cast, patient: Patient, visit: Callable[..., Journey]
) -> None:
    for trigger in rows(SurveyTrigger):
        change(trigger, is_active=False)
    journey = visit(patient)
    body = {"template_id": str(template_of().id)}
    assert "Send survey" in office.get(f"/surveys/visits/{journey.id}/panel").text
    assert "Send survey" in office.get(f"/surveys/patients/{patient.id}/panel").text
    assert "V-1" in office.get("/surveys/sending").text
    chosen = office.post("/surveys/sending/preview", data={**body, "ids": [str(journey.id)]})
    assert "is asked" in chosen.text and "1 survey would be sent" in chosen.text
    office.post("/surveys/sending", data={**body, "ids": [str(journey.id)]})
    office.post("/surveys/sending/undo", data={"ids": [str(one(SurveyInstance).id)]})
    assert one(SurveyInstance).state == "cancelled"

    assert office.post(f"/surveys/visits/{journey.id}/sending", data=body).status_code == 303
    again = office.post(f"/surveys/visits/{journey.id}/sending", data=body)
    assert again.status_code == 409 and "already sent" in again.text
    assert office.post("/surveys/sending/preview", data=body).status_code == 422


def test_the_page_of_a_survey_explains_its_score(
    app: Flask, house: Cast, invited: SurveyInstance, plain_forms: None
) -> None:
    answer_all(app.test_client(), path_of(invited))
    forget_language()
    manager = sign_in(app.test_client(), house["department_manager"])
    page = manager.get(f"/surveys/{invited.id}").text

    assert "The score 0.0 is below 60." in page and "Very poor" in page and "انتظرت طويلاً" in page
    assert "Send again" not in page and "Withdraw" not in page


def test_the_page_of_a_survey_that_was_not_sent_says_why(
    app: Flask, house: Cast, invited: SurveyInstance, plain_forms: None
) -> None:
    office = sign_in(app.test_client(), house["px_coordinator"])
    page = office.get(f"/surveys/{invited.id}").text
    assert "Send again" in page and "Withdraw" in page and "SMS" in page
    assert office.post(f"/surveys/{invited.id}/sending").status_code == 409
    assert office.post(f"/surveys/{invited.id}/withdrawal", data={"version": invited.version}).status_code == 303
    assert "Send again" not in office.get(f"/surveys/{invited.id}").text
