"""Pages and API of mailboxes and incoming e-mail: what each shows, what a refusal keeps, and that no password comes out."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.complaints.mail.models import Mailbox
from app.complaints.models import Complaint
from tests.cast import Cast, bearer, sign_in
from tests.complaints.mail.conftest import arrives, every, mails
from tests.complaints.mail.postoffice import PASSWORD, USER, PostOffice, letter
from tests.complaints.test_queue_and_pages import page, post


@pytest.fixture(autouse=True)
def english(client: FlaskClient) -> None:
    """Read English pages."""
    client.set_cookie("px_lang", "en")


@pytest.fixture
def admin(client: FlaskClient, reference_data: Cast) -> FlaskClient:
    """The browser of hospital A's administrator."""
    return sign_in(client, reference_data["hospital_admin"])


def look(browser: FlaskClient, path: str) -> str:
    """An English page, in a context of its own: the worker's language stays behind."""
    with browser.application.app_context():
        return page(browser, path)


def fields(office: PostOffice, **more: Any) -> dict[str, Any]:
    """What is typed into the form."""
    return {"address": "office@hospital.example", "host": "127.0.0.1", "port": office.port, "security": "none",
            "user": USER, "password": PASSWORD, "folder": "INBOX", **more}  # fmt: skip


def test_an_administrator_adds_tries_pauses_and_changes_a_mailbox(admin: FlaskClient, office: PostOffice) -> None:
    answer = post(admin, "/admin/mailboxes/new", **fields(office))
    assert answer.status_code == 303
    where = answer.location
    [box] = every(Mailbox)
    html = admin.get(where).text
    assert "office@hospital.example" in html
    assert PASSWORD not in html

    assert "The mailbox can be read." in _said(admin, post(admin, f"{where}/tests"))
    assert "paused" in _said(admin, post(admin, f"{where}/pause", version=box.version))
    [box] = every(Mailbox)
    assert box.is_active is False
    assert post(admin, f"{where}/resumption", version=1).status_code == 409, "somebody changed it since"
    assert post(admin, f"{where}/resumption", version=box.version).status_code == 303

    [box] = every(Mailbox)
    wrong = post(admin, where, **fields(office, version=box.version, host="no host!", password=""))
    assert wrong.status_code == 422
    assert "no host!" in wrong.text, "what was typed stays"
    again = post(admin, where, **fields(office, version=box.version, user="nobody", password=""))
    assert again.status_code == 303
    assert "refuses this user name" in _said(admin, post(admin, f"{where}/tests"))


def _said(browser: FlaskClient, answer: Any) -> str:
    """The page after a form, with the sentence of what came of it."""
    assert answer.status_code == 303
    return browser.get(answer.location).text


def test_the_list_shows_state_reason_and_the_way_to_the_case(
    client: FlaskClient, office: PostOffice, box: Mailbox, cast: Cast
) -> None:
    arrives(office, box, letter(subject="first"), letter(subject="second", Auto_Submitted="auto-replied"))
    browser = sign_in(client, cast["px_coordinator"])
    html = look(browser, "/complaints/mail/")
    [complaint] = every(Complaint)

    assert complaint.reference in html
    assert "A machine sent it" in html
    only = look(browser, "/complaints/mail/?tab=ignored")
    assert "second" in only
    assert "first" not in only


def test_text_from_outside_is_never_markup(client: FlaskClient, office: PostOffice, box: Mailbox, cast: Cast) -> None:
    nasty = "<script>alert(1)</script>"
    mail = arrives(office, box, letter(nasty, subject=nasty, sender=f'"{nasty}" <a@b.example>', List_Id="<x.y>"))
    browser = sign_in(client, cast["px_coordinator"])
    for path in ("/complaints/mail/", f"/complaints/mail/{mail.id}"):
        html = browser.get(path).text
        assert "alert(1)" in html
        assert nasty not in html


def test_an_officer_makes_a_complaint_of_an_ignored_email(
    client: FlaskClient, office: PostOffice, box: Mailbox, cast: Cast
) -> None:
    mail = arrives(office, box, letter("words of a person", List_Id="<x.y>"))
    browser = sign_in(client, cast["px_coordinator"])
    html = look(browser, f"/complaints/mail/{mail.id}")
    assert "words of a person" in html
    assert "Make a complaint of it" in html

    answer = post(browser, f"/complaints/mail/{mail.id}/complaint", version=mail.version)
    [complaint] = every(Complaint)
    assert answer.location.endswith(f"/complaints/{complaint.id}")
    second = post(browser, f"/complaints/mail/{mail.id}/complaint")
    assert "carried out already" in _said(browser, second)
    assert len(every(Complaint)) == 1


def test_the_api_sets_up_tries_lists_and_decides(
    client: FlaskClient, office: PostOffice, box: Mailbox, cast: Cast
) -> None:
    headers = bearer(cast["hospital_admin"])
    made = client.post(
        "/api/complaints/mailboxes/",
        json={**fields(office, address="second@hospital.example"), "hospital_id": str(cast.a.id)},
        headers=headers,
    )
    assert made.status_code == 201
    assert "password" not in made.json
    path = f"/api/complaints/mailboxes/{made.json['id']}/"
    assert client.post(f"{path}tests/", headers=headers).json == {"error": ""}
    paused = client.patch(path, json={"version": made.json["version"], "is_active": False}, headers=headers)
    assert paused.json["is_active"] is False
    assert client.patch(path, json={"version": 1, "user": "x"}, headers=headers).status_code == 409
    assert client.get("/api/complaints/mailboxes/?is_active=true", headers=headers).json["count"] == 1

    mail = arrives(office, box, letter(List_Id="<x.y>"))
    listed = client.get("/api/complaints/mail/?state=ignored", headers=headers).json["results"]
    assert [(each["id"], each["reason"]) for each in listed] == [(str(mail.id), "mailing_list")]
    done = client.post(f"/api/complaints/mail/{mail.id}/complaint/", json={"version": mail.version}, headers=headers)
    assert done.json["state"] == "opened"
    assert client.get(f"/api/complaints/complaints/{done.json['complaint_id']}/", headers=headers).json["contact_email"]
    assert client.post(f"/api/complaints/mail/{mail.id}/retry/", json={}, headers=headers).status_code == 409


def test_a_viewer_sees_no_address_of_who_complained(
    client: FlaskClient, office: PostOffice, box: Mailbox, cast: Cast
) -> None:
    arrives(office, box, letter())
    [complaint] = every(Complaint)
    [mail] = mails()
    headers = bearer(cast["viewer"])

    told = client.get(f"/api/complaints/complaints/{complaint.id}/", headers=headers).json
    assert (told["contact_email"], told["contact_name"], told["words"]) == ("", "", "")
    browser = sign_in(client, cast["viewer"])
    assert complaint.contact_email not in browser.get(f"/complaints/{complaint.id}").text
    assert browser.get(f"/complaints/mail/{mail.id}").status_code == 403
