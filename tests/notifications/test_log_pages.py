"""The log: what it shows and to whom, filters and search, proof of contact, retry; and the bell."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import uuid7
from app.notifications import queries
from app.notifications.enums import Channel
from app.notifications.services import bell, dispatch
from tests.cast import Cast, bearer, sign_in
from tests.guards.test_pages import counted
from tests.notifications.conftest import PHONE, SYSTEM, message, queue, tries, work
from tests.notifications.test_webhooks import path_of, report
from tests.provider import Provider


@pytest.fixture(autouse=True)
def _no_csrf(app: Flask) -> Any:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def office(app: Flask, cast: Cast) -> FlaskClient:
    """Hospital A's coordinator at a browser, reading English."""
    client = app.test_client()
    client.set_cookie("px_lang", "en")
    return sign_in(client, cast["px_coordinator"])


def read(client: FlaskClient, path: str) -> str:
    """The text of a page that must open."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.get_data(as_text=True))


def test_the_log_masks_phones_and_shows_no_link(office: FlaskClient, cast: Cast, sms: Provider) -> None:
    found = queue(hospital_id=cast.a.id)
    work()
    token = sms.arrived[0]["body"].rpartition("/s/")[2]

    for path in ("/messages/", f"/messages/{found}"):
        page = read(office, path)
        assert PHONE[-2:] in page
        assert "/s/" not in page
        assert token not in page
    assert PHONE not in read(office, "/messages/")
    assert PHONE in read(office, f"/messages/{found}"), "the office may identify"
    assert "•••" in read(office, f"/messages/{found}")


def test_the_api_masks_the_address_and_tells_tries_and_receipts(app: Flask, cast: Cast, sms: Provider) -> None:
    found = queue(hospital_id=cast.a.id)
    work()
    report(app.test_client(), path_of(sms.row_id), id="m0", status="delivered")
    body = app.test_client().get(f"/api/notifications/messages/{found}/", headers=bearer(cast["px_coordinator"]))

    said = body.get_json()
    assert PHONE not in body.get_data(as_text=True)
    assert (said["status"], said["tries"][0]["outcome"], said["receipts"][0]["state"]) == (
        "delivered",
        "accepted",
        "delivered",
    )


def test_messages_of_another_hospital_and_of_accounts_are_not_there(
    app: Flask, office: FlaskClient, cast: Cast, texts: None
) -> None:
    other, group = queue(hospital_id=cast.b.id), queue(hospital_id=None)
    page = read(office, "/messages/")

    for row_id in (other, group):
        assert str(row_id) not in page
        assert office.get(f"/messages/{row_id}").status_code == 404
        assert office.post(f"/messages/{row_id}/retry", data={"version": 1}).status_code == 404
    listed = app.test_client().get("/api/notifications/messages/", headers=bearer(cast["px_coordinator"])).get_json()
    assert listed["results"] == []
    everything = app.test_client().get("/api/notifications/messages/", headers=bearer(cast["px_admin"])).get_json()
    assert everything["count"] == 2


def test_filters_and_search_narrow_the_log(office: FlaskClient, cast: Cast, sms: Provider) -> None:
    one = queue(hospital_id=cast.a.id)
    work()
    two = queue(hospital_id=cast.a.id, phone="+966551112222", channels=(Channel.EMAIL,), template="surveys/reminder")
    reference = tries(one)[0].reference

    def ids(query: str) -> set[str]:
        page = read(office, f"/messages/?{query}")
        return {str(each) for each in (one, two) if str(each) in page}

    first, second = {str(one)}, {str(two)}
    assert ids("") == first | second
    assert ids("status=sent") == first
    assert ids("channel=email") == second
    assert ids("template=surveys/reminder") == second
    assert ids(f"provider={sms.row_id}") == first
    assert ids("q=2222") == second
    assert ids("q=٢٢٢٢") == second
    assert ids("q=0501234567") == first
    assert ids(f"q={reference}") == first
    assert ids("q=m0") == first
    assert ids("q=noura") == set()
    assert ids("from=2026-11-24&until=2026-11-24") == first | second
    assert ids("from=2026-11-25") == set()
    assert ids("until=2026-11-23") == set()
    assert ids("status=nonsense&provider=x&from=x") == first | second


def test_the_log_takes_the_same_statements_for_more_rows(
    office: FlaskClient, cast: Cast, texts: None, count_statements: Any
) -> None:
    queue(hospital_id=cast.a.id)
    read(office, "/messages/")
    few = count_statements(lambda: read(office, "/messages/"))
    for _number in range(30):
        queue(hospital_id=cast.a.id)

    assert count_statements(lambda: read(office, "/messages/")) == few <= 12


def test_the_page_of_a_message_proves_the_contact(office: FlaskClient, cast: Cast, sms: Provider) -> None:
    found = queue(hospital_id=cast.a.id)
    work()
    for state in ("sent", "delivered", "delivered"):
        report(office, path_of(sms.row_id), id="m0", status=state)
    page = read(office, f"/messages/{found}")

    assert tries(found)[0].reference in page
    assert "0.05 SAR" in page
    assert page.count('dir="ltr">m0<') >= 3
    assert "كيف كانت زيارتكم" in page


def test_the_office_sends_a_failed_message_again_from_its_page(office: FlaskClient, cast: Cast, sms: Provider) -> None:
    sms.mood = "refuse"
    found = queue(hospital_id=cast.a.id, channels=(Channel.SMS,))
    work()
    assert "Send again" in read(office, f"/messages/{found}")
    sms.mood = "good"
    version = message(found).version
    assert office.post(f"/messages/{found}/retry", data={"version": version}).status_code == 303
    work()

    assert message(found).status == "sent"
    first, second = tries(found)
    assert first.reference != second.reference
    assert "Send again" not in read(office, f"/messages/{found}")
    office.post(f"/messages/{found}/retry", data={"version": message(found).version})
    assert len(tries(found)) == 2


def test_health_says_what_waits_is_unknown_or_failed(app: Flask, cast: Cast, sms: Provider) -> None:
    client = sign_in(app.test_client(), cast["px_admin"])
    client.set_cookie("px_lang", "en")
    sms.mood = "hang"
    queue()
    dispatch.send_due()
    page = read(client, "/health/")

    for words in ("Messages due", "Messages whose fate is unknown", "Provider http sms, last success"):
        assert words in page


bell.kind("test/said", "Case %(reference)s is yours")


def tell(user_id: Any, once: str = "a", **more: Any) -> int:
    """Put a line on a person's bell."""
    with acting_as(SYSTEM):
        return bell.notify(
            [user_id],
            "test/said",
            about=("case", uuid7()),
            url="/actions/",
            params={"reference": "<b>ACT-1</b>"},
            once=once,
            hospital_id=None,
            actor=SYSTEM,
            **more,
        )


def test_the_same_decision_rings_once(cast: Cast) -> None:
    assert tell(cast["nurse"].id) == 1
    assert tell(cast["nurse"].id) == 0
    with acting_as(cast.actor("nurse")):
        assert bell.unread_count(cast.actor("nurse")) == 1


def test_a_person_reads_their_own_lines_only(app: Flask, cast: Cast) -> None:
    tell(cast["nurse"].id)
    nurse, staff = (sign_in(app.test_client(), cast[name]) for name in ("nurse", "staff"))
    page = read(nurse, "/notifications/")
    assert "Case &lt;b&gt;ACT-1&lt;/b&gt; is yours" in page
    assert "ACT-1" not in read(staff, "/notifications/")
    line = _line(cast)

    assert staff.post(f"/notifications/{line}").status_code == 404
    answer = nurse.post(f"/notifications/{line}")
    assert answer.headers["Location"].endswith("/actions/")
    with acting_as(cast.actor("nurse")):
        assert bell.unread_count(cast.actor("nurse")) == 0


def _line(cast: Cast) -> Any:
    with acting_as(cast.actor("nurse")):
        return bell.latest(cast.actor("nurse"))[0].id


def test_all_lines_are_read_at_once_and_nobody_elses(app: Flask, cast: Cast) -> None:
    for once in ("a", "b"):
        tell(cast["nurse"].id, once)
    tell(cast["staff"].id)
    assert sign_in(app.test_client(), cast["nurse"]).post("/notifications/read").status_code == 303

    for name, left in (("nurse", 0), ("staff", 1)):
        with acting_as(cast.actor(name)):
            assert bell.unread_count(cast.actor(name)) == left


def test_the_bell_opens_in_place_with_only_its_lines(app: Flask, cast: Cast) -> None:
    tell(cast["nurse"].id, is_urgent=True)
    client = sign_in(app.test_client(), cast["nurse"])
    part = client.get("/notifications/", headers={"HX-Request": "true"}).get_data(as_text=True)

    assert 'id="bell-lines"' in part
    assert "<html" not in part


def test_the_page_of_the_bell_is_no_line_of_the_menu(office: FlaskClient) -> None:
    assert 'href="/messages/" title="Messages" aria-current="page"' in read(office, "/messages/")
    assert 'class="px-side-link"' in read(office, "/notifications/")
    assert ' aria-current="page"' not in read(office, "/notifications/")


def tabs(page: str) -> dict[str, str]:
    """Words and counts of the tabs of a page."""
    bar = page.partition('<nav class="px-tabs"')[2].partition("</nav>")[0]
    found = re.findall(r">([^<>]+)(?:<span class=\"px-count\">(\d+)</span>)?</a>", bar)
    return dict(found)


def test_the_tabs_count_what_the_reader_would_find_there(office: FlaskClient, cast: Cast, sms: Provider) -> None:
    queue(hospital_id=cast.a.id)
    work()
    queue(hospital_id=cast.a.id)
    queue(hospital_id=cast.a.id)
    queue(hospital_id=cast.b.id)

    with counted() as statements:
        page = read(office, "/messages/")
    assert len(statements) <= 12
    assert tabs(page) == {
        "All": "", "Waiting": "2", "Sent": "1", "Delivered": "0", "Read": "0", "Unknown": "0", "Failed": "0", "Not sent": "0",
    }  # fmt: skip
    assert tabs(read(office, "/messages/?status=sent")) == tabs(page)
    none_by_mail = tabs(read(office, "/messages/?channel=email"))
    assert [name for name, count in none_by_mail.items() if count != "0"] == ["All"]


def test_the_tabs_stop_counting_somewhere(
    office: FlaskClient, cast: Cast, texts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        queue(hospital_id=cast.a.id)
    monkeypatch.setattr(queries, "COUNT_CAP", 2)

    assert tabs(read(office, "/messages/"))["Waiting"] == "2"
