"""The REST doors of surveys: templates, questions, triggers and surveys, with versions, errors and walls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.accounts.models import User
from app.journeys.models import Journey
from app.organizations.models import Patient
from app.surveys.models import SurveyInstance, SurveyTrigger
from tests.cast import Cast, bearer
from tests.surveys.conftest import answer_all, change, one, path_of, rows, template_of

BASE = "/api/surveys"
NAMES = {"name_en": "Clinic", "name_ar": "العيادة"}
STARS = {"type": "rating", "text_en": "How was it?", "text_ar": "كيف كانت؟"}


@pytest.fixture
def call(client: FlaskClient, house: Cast) -> Callable[..., Any]:
    """Give `call(person, method, path, body)`: (status, JSON)."""
    ids = {who: user.id for who, user in house.people.items()}

    def ask(who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = bearer(one(User, id=ids[who]))  # made now: a token lives a quarter of an hour
        answer = client.open(f"{BASE}{path}", method=method, json=body, headers=headers)
        return answer.status_code, answer.json if answer.data else None

    return ask


def test_a_template_is_made_filled_published_copied_archived_and_restored(house: Cast, call: Any) -> None:
    status, made = call("px_coordinator", "POST", "/templates/", {**NAMES, "hospital_id": str(house.a.id)})
    assert (status, made["is_published"], made["questions"]) == (201, False, [])
    here = f"/templates/{made['id']}/"

    status, problem = call("px_coordinator", "POST", f"{here}publish/", {})
    assert (status, problem["error"]["code"]) == (422, "invalid")
    status, question = call("px_coordinator", "POST", "/questions/", {**STARS, "template_id": made["id"]})
    assert (status, question["code"], question["position"], question["edition"]) == (201, "Q1", 1, 1)
    assert call("px_coordinator", "POST", f"{here}publish/", {})[1]["is_published"] is True
    assert call("px_coordinator", "POST", f"{here}unpublish/", {})[1]["is_published"] is False

    status, copied = call("px_coordinator", "POST", f"{here}copy/", {"hospital_id": str(house.a.id)})
    assert (status, len(copied["questions"])) == (201, 1)
    assert call("px_coordinator", "DELETE", here)[0] == 204
    assert call("px_coordinator", "GET", here)[0] == 404
    assert call("px_coordinator", "POST", f"{here}restore/")[0] == 200


def test_put_and_patch_need_the_version_and_answer_the_new_state(house: Cast, call: Any) -> None:
    made = call("px_coordinator", "POST", "/templates/", {**NAMES, "hospital_id": str(house.a.id)})[1]
    here = f"/templates/{made['id']}/"
    status, changed = call("px_coordinator", "PATCH", here, {"version": 1, "threshold": 70, "reminder_hours": None})
    assert (status, changed["threshold"], changed["reminder_hours"], changed["name_en"]) == (200, 70, None, "Clinic")

    assert call("px_coordinator", "PUT", here, {**NAMES, "version": 1})[0] == 409
    status, whole = call("px_coordinator", "PUT", here, {**NAMES, "version": changed["version"]})
    assert (status, whole["threshold"]) == (200, 60)
    assert call("px_coordinator", "PATCH", here, {"threshold": 1})[0] == 422
    assert call("px_coordinator", "PATCH", here, {"version": 9, "nonsense": 1})[0] == 422


def test_questions_are_changed_moved_and_archived(house: Cast, call: Any) -> None:
    made = call("px_coordinator", "POST", "/templates/", {**NAMES, "hospital_id": str(house.a.id)})[1]
    ids = [call("px_coordinator", "POST", "/questions/", {**STARS, "template_id": made["id"]})[1]["id"] for _ in "ab"]
    patch = {"version": 1, "position": 1, "show_if": {"question": "Q1", "op": "eq", "value": 1}}
    assert call("px_coordinator", "PATCH", f"/questions/{ids[1]}/", patch)[0] == 200

    found = call("px_coordinator", "GET", f"/templates/{made['id']}/")[1]["questions"]
    assert [each["code"] for each in found] == ["Q2", "Q1"]
    put = {**STARS, "type": "multiple_choice", "version": found[1]["version"]}
    status, problem = call("px_coordinator", "PUT", f"/questions/{ids[0]}/", put)
    assert status == 422 and "options" in problem["error"]["fields"]
    assert call("px_coordinator", "DELETE", f"/questions/{ids[0]}/")[0] == 204
    listed = call("px_coordinator", "GET", f"/questions/?template_id={made['id']}")[1]
    assert [each["id"] for each in listed["results"]] == [ids[1]]
    assert call("px_coordinator", "GET", f"/questions/{ids[0]}/")[0] == 404


def test_triggers_are_made_changed_and_archived(house: Cast, call: Any) -> None:
    body = {"template_id": str(template_of().id), "journey_kind": "opd", "hospital_id": str(house.a.id)}
    status, made = call("px_coordinator", "POST", "/triggers/", {**body, "stage_code": "LAB"})
    assert (status, made["delay_minutes"]) == (201, 120)
    here = f"/triggers/{made['id']}/"
    status, changed = call("px_coordinator", "PATCH", here, {"version": 1, "stage_code": None, "sample_percent": 50})
    assert (status, changed["stage_code"], changed["sample_percent"]) == (200, None, 50)
    put = {"template_id": body["template_id"], "journey_kind": "ems", "version": changed["version"]}
    assert call("px_coordinator", "PUT", here, put)[1]["journey_kind"] == "ems"
    assert call("px_coordinator", "DELETE", here)[0] == 204
    assert call("px_coordinator", "GET", here)[0] == 404
    assert call("px_coordinator", "GET", "/triggers/?journey_kind=opd")[1]["count"] == 1


def test_a_survey_is_sent_by_hand_read_and_withdrawn(
    house: Cast, call: Any, patient: Patient, visit: Callable[..., Journey]
) -> None:
    for trigger in rows(SurveyTrigger):
        change(trigger, is_active=False)
    journey = visit(patient)
    body = {"template_id": str(template_of().id), "journey_id": str(journey.id)}
    check = {"template_id": body["template_id"], "journey_ids": [body["journey_id"]]}
    assert call("px_coordinator", "POST", "/instances/check/", check)[1]["results"][0]["reason"] is None

    status, sent = call("px_coordinator", "POST", "/instances/", body)
    assert (status, sent["state"], sent["is_by_hand"]) == (201, "pending", True)
    status, refused = call("px_coordinator", "POST", "/instances/", body)
    assert (status, refused["error"]["code"]) == (409, "visit_already_asked")
    verdict = call("px_coordinator", "POST", "/instances/check/", check)[1]["results"][0]
    assert verdict["reason"] == "visit_already_asked" and verdict["message"]
    assert call("px_coordinator", "POST", "/instances/bulk_create/", check) == (202, {"planned": []})
    assert call("px_coordinator", "POST", f"/instances/{sent['id']}/resend/", {})[0] == 409
    assert call("px_coordinator", "POST", "/instances/", {"template_id": body["template_id"]})[0] == 422

    here = f"/instances/{sent['id']}/"
    assert call("px_coordinator", "POST", f"{here}cancel/", {"version": 99})[0] == 409
    assert call("px_coordinator", "POST", f"{here}cancel/", {})[1]["state"] == "cancelled"
    assert call("px_coordinator", "DELETE", here)[0] == 409


def test_an_answered_survey_is_read_question_by_question(
    call: Any, invited: SurveyInstance, client: FlaskClient
) -> None:
    answer_all(client, path_of(invited))
    status, found = call("px_coordinator", "GET", f"/instances/{invited.id}/")
    by_code = {each["code"]: each for each in found["answers"]}

    assert (status, found["state"], found["score"], found["is_negative"]) == (200, "completed", 0, True)
    assert (by_code["OPD-01"]["value"], by_code["OPD-01"]["score"]) == ("1", 0)
    assert by_code["OPD-01"]["words"] and found["reasons"]
    for query in ("is_negative=true", "state=completed", f"patient_id={invited.patient_id}", "wants_callback=false"):
        expected = 0 if query.startswith("wants") else 1
        assert call("px_coordinator", "GET", f"/instances/?{query}")[1]["count"] == expected
    assert call("px_coordinator", "GET", "/instances/?completed_from=yesterday")[0] == 422
    assert call("px_coordinator", "GET", "/instances/?nonsense=1")[0] == 422


def test_people_of_other_places_see_and_change_nothing(house: Cast, call: Any, invited: SurveyInstance) -> None:
    assert call("outsider", "GET", f"/instances/{invited.id}/")[0] == 404
    assert call("outsider", "GET", "/instances/")[1]["count"] == 0
    assert call("outsider", "POST", f"/instances/{invited.id}/cancel/", {})[0] == 404
    assert call("viewer", "GET", f"/instances/{invited.id}/")[0] == 200
    assert call("viewer", "GET", "/templates/")[0] == 403
    assert call("department_manager", "GET", f"/instances/{invited.id}/")[0] == 200
    assert call("department_manager", "POST", f"/instances/{invited.id}/resend/", {})[0] == 403
    assert call("px_coordinator", "DELETE", f"/templates/{template_of().id}/")[0] == 403
    assert one(SurveyInstance).state == "pending"
