"""Administrators make endpoints, look at deliveries and send again: on pages and over the API, in both languages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.events.models import EventLog
from app.core.keys import rotation
from app.core.keys.fields import decrypt
from app.core.time import clock
from app.integrations.outbound.gauges import webhooks
from app.integrations.outbound.services import endpoints, secrets
from tests.cast import Cast, bearer, count, sign_in
from tests.integrations.outbound.conftest import (
    SYSTEM,
    Receiver,
    complain,
    endpoint_row,
    is_signed,
    make_endpoint,
    rows,
    send_all,
)

PAGES, API = "/integrations/webhooks/", "/api/integrations/webhooks/"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")
URL = "https://hooks.example.org/px360"


def typed(house: Cast, **changed: Any) -> dict[str, Any]:
    """What an administrator types for a new endpoint."""
    kinds = ["complaint.received", "action.opened"]
    return {"hospital_id": str(house.a.id), "name": "Quality system", "url": URL, "kinds": kinds, **changed}


def test_an_endpoint_is_made_and_its_secret_is_shown_once_and_kept_encrypted(admin: FlaskClient, house: Cast) -> None:
    first = admin.post(f"{PAGES}new", data=typed(house)).text
    (secret,) = set(SECRET.findall(first))
    endpoint_id = UUID(re.search(r"webhooks/([0-9a-f-]{36})", first).group(1))  # type: ignore[union-attr]

    again = admin.get(f"{PAGES}{endpoint_id}").text
    row = endpoint_row(endpoint_id)
    assert secret not in again and secret[-4:] in again
    assert secret.encode() not in row.secret and decrypt(row.secret, context=secrets.CONTEXT).decode() == secret
    assert {("webhook_endpoints", "secret"), ("webhook_endpoints", "old_secret")} <= set(rotation.COLUMNS)
    assert row.kinds == ["complaint.received", "action.opened"]
    assert secret not in str([entry.data for entry in _log()])


def _log() -> list[EventLog]:
    from app.core.db import db

    with acting_as(SYSTEM):
        return list(db.session.query(EventLog).filter_by(subject_type="webhook_endpoint"))


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("url", "https://10.0.0.1/"), ("url", "mailto:a@b.org"), ("kinds", ["patients.all"]), ("kinds", [])],
)
def test_what_can_not_be_is_refused_by_field_and_kept_on_the_form(
    admin: FlaskClient, house: Cast, field: str, value: Any
) -> None:
    answer = admin.post(f"{PAGES}new", data=typed(house, **{field: value}))

    assert answer.status_code == 422 and "px-error" in answer.text
    assert field == "name" or "Quality system" in answer.text
    refused = admin.post(f"{PAGES}new", data=typed(house, hospital_id=str(house.b.id)))
    assert refused.status_code == 403


def test_a_change_by_who_saw_an_older_one_is_kept_and_shown_beside_the_newer(admin: FlaskClient, house: Cast) -> None:
    endpoint_id, _secret = make_endpoint(house, URL)
    changed = admin.post(f"{PAGES}{endpoint_id}", data=typed(house, version=1, name="First"))
    stale = admin.post(f"{PAGES}{endpoint_id}", data=typed(house, version=1, name="Second"))

    assert (changed.status_code, stale.status_code) == (303, 409)
    assert "First" in stale.text and "Second" in stale.text and endpoint_row(endpoint_id).name == "First"


def test_a_delivery_that_failed_does_not_refuse_a_form_that_is_open(
    admin: FlaskClient, house: Cast, receiver: Receiver, drain: Any, loopback: None
) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url)
    receiver.status = 500
    complain(house)
    drain()
    send_all()

    assert admin.post(f"{PAGES}{endpoint_id}", data=typed(house, version=1)).status_code == 303


def test_the_steps_of_an_endpoint_on_its_page(
    admin: FlaskClient, house: Cast, receiver: Receiver, loopback: None
) -> None:
    endpoint_id, old = make_endpoint(house, receiver.url)
    here = f"{PAGES}{endpoint_id}"
    (fresh,) = set(SECRET.findall(admin.post(f"{here}/secret", data={"version": 1}).text))
    assert fresh != old
    assert "Stop the old secret now" in admin.get(here).text
    admin.post(f"{here}/old-secret")
    assert "Stop the old secret now" not in admin.get(here).text

    admin.post(f"{here}/pause")
    assert "Resume" in admin.get(here).text and not endpoint_row(endpoint_id).is_active
    admin.post(f"{here}/resumption")
    answer = admin.post(f"{here}/tests")
    send_all()
    assert is_signed(receiver.heard[0], fresh)
    assert "Delivered" in admin.get(answer.headers["Location"]).text

    assert admin.post(f"{here}/archive", data={"version": 1}).status_code == 409
    admin.post(f"{here}/archive")
    assert "Quality system" not in admin.get(PAGES).text
    assert admin.post(f"{here}/resumption").status_code == 409


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_answer_of_a_receiver_is_shown_as_text(
    app: Flask, admin: FlaskClient, house: Cast, receiver: Receiver, drain: Any, loopback: None, language: str
) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url, kinds=("complaint.received",))
    receiver.status, receiver.answer = 500, b"<script>alert(1)</script>"
    complaint = complain(house)
    drain()
    send_all()
    admin.set_cookie("px_lang", language)
    (row,) = rows()

    page = admin.get(f"{PAGES}deliveries/{row.id}").text
    listed = admin.get(f"{PAGES}{endpoint_id}?state=retrying").text
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
    assert complaint.reference in listed and ">500<" in listed
    assert ("Waiting for a new try" in listed) == (language == "en")


@pytest.mark.parametrize(("language", "words"), [("en", "Every try"), ("ar", "كل المحاولات")])
def test_every_try_stands_on_the_page_of_a_delivery_also_those_before_it_was_sent_again_by_hand(
    admin: FlaskClient, house: Cast, receiver: Receiver, drain: Any, loopback: None, language: str, words: str
) -> None:
    admin.set_cookie("px_lang", language)
    make_endpoint(house, receiver.url, kinds=("complaint.received",))
    receiver.status, receiver.answer = 410, b"moved away"
    complain(house)
    drain()
    send_all()
    (row,) = rows()
    with clock.frozen(clock.now() + timedelta(hours=1)):
        receiver.status, receiver.answer = 200, b"thank you"
        with acting_as(SYSTEM):
            endpoints.resume(row.endpoint_id, actor=SYSTEM)
        admin.post(f"{PAGES}deliveries/{row.id}/redelivery")
        send_all()

    page = admin.get(f"{PAGES}deliveries/{row.id}").text
    table = page[page.index('id="tries"') : page.index('id="payload"')]
    assert words in table
    assert table.count("<tr>") - 1 == 2
    assert table.index(">200<") < table.index(">410<") and "moved away" in table and "thank you" not in table


def test_selected_or_given_up_deliveries_are_sent_again_after_a_look(
    admin: FlaskClient, house: Cast, receiver: Receiver, drain: Any, loopback: None
) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url, kinds=("complaint.received",))
    for _number in range(2):
        complain(house)
    drain()
    send_all()
    done = [str(row.id) for row in rows()]
    here = f"{PAGES}{endpoint_id}/redelivery"
    assert "0 events" in admin.get(here).text, "nothing was given up"
    assert "1 event would" in admin.get(here, query_string={"ids": done[0]}).text
    admin.post(here, data={"ids": done[0]})
    assert "1 selected event is under way" in admin.get(here, query_string={"ids": done}).text
    admin.post(f"{PAGES}deliveries/{done[1]}/redelivery")
    send_all()

    assert len(receiver.heard) == 4 and {row.state for row in rows()} == {"delivered"}
    assert admin.post(here).status_code == 303 and len(receiver.heard) == 4


def test_the_same_over_the_api(
    client: FlaskClient, house: Cast, receiver: Receiver, drain: Any, loopback: None
) -> None:
    headers = bearer(house["hospital_admin"])

    def ask(method: str, path: str, **body: Any) -> Any:
        answer = client.open(API + path, method=method, headers=headers, **({"json": body} if method != "GET" else {}))
        return answer.get_json() if answer.status_code < 300 else answer.status_code

    made = ask("POST", "", **typed(house, url=receiver.url))
    here = f"{made['id']}/"
    assert SECRET.fullmatch(made["secret"]) and "secret" not in ask("GET", here)
    assert [each["id"] for each in ask("GET", "")["results"]] == [made["id"]]
    assert ask("PATCH", here, version=1, name="Renamed")["name"] == "Renamed"
    assert ask("PATCH", here, version=1, name="Again") == 409
    assert ask("PATCH", here, version=2, url="https://192.168.0.1/") == 422
    fresh = ask("POST", f"{here}rotate_secret/")["secret"]
    client.post(f"{API}{here}stop_old_secret/", headers=headers)
    assert ask("POST", f"{here}pause/")["is_active"] is False
    assert ask("POST", f"{here}resume/")["is_active"] is True
    delivery_id = ask("POST", f"{here}test/")["delivery_id"]
    send_all()
    read = ask("GET", f"deliveries/{delivery_id}/")
    assert (read["state"], read["kind"], read["answer_code"]) == ("delivered", "webhook.test", 204)
    assert [(each["answer_code"], each["problem"], each["answer_text"]) for each in read["tries"]] == [(204, "", "")]
    assert is_signed(receiver.heard[0], fresh) and not is_signed(receiver.heard[0], made["secret"])
    assert ask("POST", f"deliveries/{delivery_id}/redeliver/")["state"] == "waiting"
    assert ask("POST", f"deliveries/{delivery_id}/redeliver/") == 409
    assert [each["id"] for each in ask("GET", f"{here}deliveries/?state=waiting")["results"]] == [delivery_id]
    assert ask("POST", f"{here}redeliver/") == {"count": 0}
    assert client.delete(API + here, headers=headers).status_code == 204
    assert ask("GET", "")["results"] == []


@pytest.mark.parametrize("name", ["px_coordinator", "department_manager", "viewer", "staff"])
def test_people_without_the_right_are_refused_on_pages_and_api(
    app: Flask, client: FlaskClient, house: Cast, plain_forms: None, name: str
) -> None:
    endpoint_id, _secret = make_endpoint(house, URL)
    browser = sign_in(app.test_client(), house[name])

    assert [browser.get(f"{PAGES}{path}").status_code for path in ("", "new", endpoint_id)] == [403, 403, 403]
    assert browser.post(f"{PAGES}{endpoint_id}/secret").status_code == 403
    assert client.get(f"{API}{endpoint_id}/", headers=bearer(house[name])).status_code == 403


def test_another_hospital_finds_neither_endpoint_nor_delivery(
    client: FlaskClient, house: Cast, receiver: Receiver, drain: Any, loopback: None
) -> None:
    endpoint_id, _secret = make_endpoint(house, receiver.url, kinds=("complaint.received",))
    complain(house)
    drain()
    (row,) = rows()
    headers = bearer(house["outsider"])

    for path in (f"{endpoint_id}/", f"{endpoint_id}/deliveries/", f"deliveries/{row.id}/"):
        assert client.get(API + path, headers=headers).status_code == 404
    body = {"ids": [str(row.id)]}
    assert client.post(f"{API}{endpoint_id}/redeliver/", json=body, headers=headers).status_code == 404
    own, _secret = make_endpoint(house, receiver.url, of="b")
    assert client.post(f"{API}{own}/redeliver/", json=body, headers=headers).get_json() == {"count": 0}


def test_a_hospital_has_at_most_twenty_and_tests_are_limited(client: FlaskClient, house: Cast) -> None:
    made = [make_endpoint(house, URL) for _number in range(20)]
    headers = bearer(house["hospital_admin"])

    assert client.post(API, json=typed(house), headers=headers).status_code == 422
    path = f"{API}{made[0][0]}/test/"
    assert [client.post(path, headers=headers).status_code for _number in range(11)] == [202] * 10 + [429]
    assert count(EventLog, kind="integrations.webhook.tested") == 10


def test_the_health_page_tells_how_old_what_waits_is_and_which_are_paused(
    admin: FlaskClient, house: Cast, drain: Any
) -> None:
    endpoint_id, _secret = make_endpoint(house, URL, kinds=("complaint.received",))
    complain(house)
    drain()
    with acting_as(house.actor("hospital_admin")):
        age, given_up, paused = webhooks()
    assert (age.value, given_up.value, paused.value) == (0, 0, 0)
    admin.post(f"{PAGES}{endpoint_id}/pause")

    with acting_as(house.actor("hospital_admin")):
        assert [gauge.value for gauge in webhooks()] == [0, 0, 1]
    with acting_as(house.actor("outsider")):
        assert [gauge.value for gauge in webhooks()] == [0, 0, 0]
    assert "Webhooks paused" in admin.get("/health/").text
