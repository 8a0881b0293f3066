"""The queue, the page and the API of inquiries: what each person finds, what is hidden, and what a refusal keeps."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.complaints.inquiries import queries
from app.complaints.inquiries.queries import Filters
from app.complaints.models import Complaint
from app.core.access.actor import acting_as
from app.notifications.models import Message
from app.organizations.models import Patient
from tests.cast import Cast, bearer, sign_in
from tests.complaints.inquiring import ANSWER, WORDS, asked, take, walked_to
from tests.complaints.test_inquiries import every
from tests.complaints.test_queue_and_pages import page, post, version_in


def found(cast: Cast, who: str = "px_coordinator", **filters: Any) -> list[str]:
    """The numbers that a person finds with these filters."""
    actor = cast.actor(who)
    with acting_as(actor):
        return [
            row.inquiry.reference for row in queries.list_page(Filters(**{"tab": "all", **filters}), actor=actor).rows
        ]


@pytest.mark.parametrize("text", ["هدى", "Huda@example", "0509998877", "٠٥٠٩٩٩٨٨٧٧", "نتيجة التحليل"])
def test_it_is_found_by_name_address_phone_and_words(reference_data: Cast, text: str) -> None:
    inquiry = asked(reference_data)
    asked(reference_data, words="Where may I park?", contact_name="Sami", contact_phone="0501234567", contact_email="")

    assert found(reference_data, text=text) == [inquiry.reference]
    assert found(reference_data, "viewer", text=text) == []
    assert found(reference_data, "viewer", text=inquiry.reference.lower()) == [inquiry.reference]


def test_each_tab_holds_what_it_says(reference_data: Cast) -> None:
    new, begun = asked(reference_data), walked_to(reference_data, "in_progress", channel="phone")
    answered, closed = walked_to(reference_data, "answered"), walked_to(reference_data, "closed")

    assert found(reference_data, tab="new") == [new.reference]
    assert set(found(reference_data, tab="open")) == {new.reference, begun.reference, answered.reference}
    assert found(reference_data, tab="all")[0] == closed.reference  # the newest first
    assert found(reference_data, status="answered") == [answered.reference]
    assert found(reference_data, channel="phone") == [begun.reference]
    assert found(reference_data, "outsider") == []
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        counts = queries.tab_counts(actor=officer)
    assert (counts["open"], counts["new"], counts["mine"], counts["unassigned"]) == (3, 1, 3, 0)


@pytest.mark.parametrize("tab", ["open", "all"])
def test_the_queue_is_paged_by_key_without_loss_or_repeat(reference_data: Cast, tab: str) -> None:
    made = {asked(reference_data).reference for _number in range(5)}
    officer, seen, key = reference_data.actor("px_coordinator"), [], None
    with acting_as(officer):
        while True:
            part = queries.list_page(Filters(tab=tab), actor=officer, key=key, limit=2)
            seen += [row.inquiry.reference for row in part.rows]
            key = part.next_key
            if key is None:
                break
    assert len(seen) == 5
    assert set(seen) == made


def test_who_sees_whose(reference_data: Cast) -> None:
    own = asked(reference_data, by="source_user", department_id=reference_data.ward.id)
    theirs = asked(reference_data)

    assert found(reference_data, "source_user") == [own.reference]
    assert found(reference_data, "department_manager") == [theirs.reference]
    assert found(reference_data, "physician") == []


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_viewer_sees_state_and_deadline_but_not_who_asks_what(
    reference_data: Cast, patient: Patient, client: FlaskClient, language: str
) -> None:
    inquiry = take(reference_data, asked(reference_data, patient_id=patient.id), "respond")
    sign_in(client, reference_data["viewer"])

    for path in (f"/inquiries/{inquiry.id}", "/inquiries/?tab=all"):
        html = page(client, path, language)
        assert inquiry.reference in html
        for secret in (WORDS, ANSWER, "هدى", "huda@", "9998877", "محمد", "Mohammed"):
            assert secret not in html, f"{secret} in {path}"
    told = client.get(f"/api/complaints/inquiries/{inquiry.id}/", headers=bearer(reference_data["viewer"])).json
    assert (told["words"], told["answer"], told["contact_email"], told["patient_id"]) == ("", "", "", None)


def test_an_inquiry_is_entered_answered_and_closed_through_the_pages(
    reference_data: Cast, patient: Patient, client: FlaskClient
) -> None:
    sign_in(client, reference_data["px_coordinator"])
    assert "محمد" in page(client, f"/inquiries/new?patient={patient.id}", "ar")
    refused = post(client, "/inquiries/", words=WORDS, channel="phone", contact_relation="patient")
    assert refused.status_code == 422
    assert WORDS in refused.get_data(as_text=True)

    done = post(client, "/inquiries/", words=WORDS, channel="phone", contact_relation="patient", patient_id=patient.id)
    where = done.headers["Location"]
    html = page(client, where)
    late = post(client, f"{where}/answer", version=version_in(html), way="email", answer="It is ready.")
    assert late.status_code == 422  # no address is known
    assert "It is ready." in late.get_data(as_text=True)
    assert (
        post(client, f"{where}/answer", version=version_in(html), way="sms", answer="It is ready.").status_code == 303
    )
    assert post(client, f"{where}/steps/close", version=version_in(page(client, where))).status_code == 303
    assert "It is ready." in page(client, where, "ar")
    assert every(Message, template="inquiries/answered")


def test_a_double_click_makes_one_complaint_and_both_pages_lead_to_each_other(
    reference_data: Cast, client: FlaskClient
) -> None:
    inquiry = asked(reference_data)
    sign_in(client, reference_data["px_coordinator"])
    where = f"/inquiries/{inquiry.id}"
    version = version_in(page(client, where))

    first = post(client, f"{where}/complaint", version=version, severity="high")
    second = post(client, f"{where}/complaint", version=version, severity="high")

    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    (complaint,) = every(Complaint)
    assert complaint.reference in page(client, where)
    assert inquiry.reference in page(client, f"/complaints/{complaint.id}")


def test_owner_category_and_notes_are_set_through_the_pages(reference_data: Cast, client: FlaskClient) -> None:
    inquiry = asked(reference_data)
    sign_in(client, reference_data["department_manager"])
    where = f"/inquiries/{inquiry.id}"

    html = page(client, f"{where}/assignment")
    to = reference_data["hospital_admin"].id
    assert post(client, f"{where}/assignment", version=version_in(html), assignee_id=to).headers["Location"] == where
    assert post(client, f"{where}/notes", kind="call", body="Asked the laboratory.").status_code == 303
    assert "Asked the laboratory." in page(client, where)
    html = page(client, f"{where}/category")
    assert post(client, f"{where}/category", version=1, department_id="x").status_code == 422
    away = post(client, f"{where}/category", version=version_in(html), department_id=reference_data.ward.id)
    assert away.headers["Location"] == "/inquiries/"  # it is another department's now


@pytest.mark.parametrize("verb", ["dance", "close_silent", "respond", "convert"])
def test_a_verb_that_is_none_of_this_address_is_404(reference_data: Cast, client: FlaskClient, verb: str) -> None:
    inquiry = walked_to(reference_data, "answered")
    sign_in(client, reference_data["px_coordinator"])
    assert post(client, f"/inquiries/{inquiry.id}/steps/{verb}", version=1).status_code == 404
    told = client.post(
        f"/api/complaints/inquiries/{inquiry.id}/change_status/",
        json={"version": 1, "verb": verb},
        headers=bearer(reference_data["px_coordinator"]),
    )
    assert told.status_code == 404


def test_the_api_takes_answers_and_converts_inquiries(reference_data: Cast, client: FlaskClient) -> None:
    officer, base = bearer(reference_data["px_coordinator"]), "/api/complaints/inquiries/"

    def send(path: str, status: int = 200, **body: Any) -> Any:
        answer = client.post(f"{base}{path}", json=body, headers=officer)
        assert answer.status_code == status, answer.json
        return answer.json

    new = {"hospital_id": str(reference_data.a.id), "words": "When may I visit?", "contact_name": "Huda"}
    assert "contact_phone" in send("", 422, **new)["error"]["fields"]
    one = send("", 201, **new, contact_email="huda@example.org")
    assert (one["status"], one["channel"], one["language"]) == ("open", "api", "en")
    one = send(f"{one['id']}/assign/", version=one["version"], assignee_id=str(reference_data["hospital_admin"].id))
    one = send(f"{one['id']}/sort/", version=one["version"], department_id=str(reference_data.er.id))
    assert send(f"{one['id']}/add_note/", 201, body="Asked.")["inquiry_id"] == one["id"]
    one = send(f"{one['id']}/change_status/", version=one["version"], verb="start")
    one = send(f"{one['id']}/respond/", version=one["version"], way="email", answer="From four.")
    assert (one["status"], one["answer_way"]) == ("answered", "email")
    stale = send(f"{one['id']}/change_status/", 409, version=1, verb="close")
    assert stale["error"]["code"] == "conflict"
    became = send(f"{one['id']}/convert/", version=one["version"], severity="low")
    assert send(f"{one['id']}/convert/", version=one["version"])["complaint_id"] == became["complaint_id"]

    def listed(**wanted: Any) -> int:
        return client.get(base, query_string=wanted, headers=officer).json["count"]

    assert listed(status="converted") == listed(department_id=str(reference_data.er.id)) == listed(search="huda") == 1
    assert listed(status="open") == 0
    assert client.get(base, query_string={"nonsense": "1"}, headers=officer).status_code == 422


def test_administrators_keep_the_categories_of_their_hospital(reference_data: Cast, client: FlaskClient) -> None:
    admin, base = bearer(reference_data["hospital_admin"]), "/api/complaints/inquiry_categories/"
    names = {"name_en": "Parking", "name_ar": "المواقف"}
    made = client.post(base, json={"code": "PARKING", **names}, headers=admin)
    assert (made.status_code, made.json["hospital_id"]) == (201, str(reference_data.a.id))

    assert asked(reference_data, category_id=made.json["id"]).category_id is not None
    assert client.delete(f"{base}{made.json['id']}/", headers=admin).status_code == 204
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        assert "PARKING" not in {each.code for each in queries.options_categories(actor=officer)}
    of_the_group = next(each for each in client.get(base, headers=admin).json["results"] if not each["hospital_id"])
    assert client.delete(f"{base}{of_the_group['id']}/", headers=admin).status_code == 403
