"""The queue as a file: what the filters show and no more, masked as the reader sees it, no formula, why and by whom recorded."""

from __future__ import annotations

import csv
import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from app.complaints.exports.services import COLUMNS, FILE
from app.complaints.inquiries.exports import COLUMNS as INQUIRY_COLUMNS
from app.complaints.models import Complaint
from app.complaints.queue import Filters
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.events.models import EventDetail, EventLog
from app.core.jobs import queues
from app.core.web import list_file
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import WORDS, brought_to, received
from tests.complaints.inquiring import ANSWER, asked
from tests.complaints.inquiring import take as taken_to

SYSTEM = system_actor("a test of files")


@pytest.fixture(autouse=True)
def fresh_counts(reference_data: Cast) -> None:
    """Tries of other tests are not counted here."""
    queues.redis_client().flushdb()


def take(app: Flask, client: FlaskClient, query: str = "", queue: str = "complaints", **form: str) -> Any:
    """Ask for the file as the page does, in Arabic."""
    client.set_cookie("px_lang", "ar")
    return client.post(
        f"/{queue}/file?{query}", data={"csrf_token": csrf(app, client), "kind": "csv", "reason": "audit", **form}
    )


def lines(answer: Any) -> list[list[str]]:
    """The lines of a CSV file."""
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_the_file_is_exactly_what_the_filters_show(app: Flask, reference_data: Cast, client: FlaskClient) -> None:
    shown = {received(reference_data, severity="high").reference for _number in range(3)}
    received(reference_data, severity="low")
    brought_to(reference_data, "cancelled", severity="high")
    sign_in(client, reference_data["px_coordinator"])

    found = lines(take(app, client, "severity=high&tab=open&after=rubbish"))
    assert found[0][0].startswith("سري")
    assert "audit" in found[0][1]
    assert {line[0] for line in found[2:]} == shown
    assert all(len(line) == len(COLUMNS) for line in found[1:])
    assert WORDS in found[2]


def test_parts_join_without_a_gap_or_a_repeat(
    app: Flask, reference_data: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_file, "PART", 2)
    known = [received(reference_data).reference for _number in range(5)]
    sign_in(client, reference_data["px_coordinator"])
    for tab in ("open", "all"):
        assert sorted(line[0] for line in lines(take(app, client, f"tab={tab}"))[2:]) == sorted(known)


def test_no_cell_acts_as_a_formula_and_a_sheet_in_arabic_runs_from_the_right(
    app: Flask, reference_data: Cast, client: FlaskClient
) -> None:
    received(reference_data, words="=cmd|' /C calc'!A0", contact_name="+1+1", contact_phone="0501112233")
    sign_in(client, reference_data["px_coordinator"])
    cells = lines(take(app, client))[2]
    assert {"'=cmd|' /C calc'!A0", "'+1+1", "+966501112233"} <= set(cells)

    sheet = load_workbook(io.BytesIO(take(app, client, kind="xlsx").data)).active
    assert sheet.sheet_view.rightToLeft
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_a_reader_who_may_not_know_names_gets_none_and_needs_no_reason(
    app: Flask, reference_data: Cast, client: FlaskClient
) -> None:
    complaint = received(reference_data, contact_name="Abu Mohammed", contact_phone="0501112233")
    sign_in(client, reference_data["viewer"])
    answer = take(app, client, reason="")
    text = answer.get_data(as_text=True)
    assert complaint.reference in text
    for secret in (WORDS, "Abu Mohammed", "501112233"):
        assert secret not in text


def test_without_a_reason_nothing_leaves_and_with_one_it_is_recorded_apart(
    app: Flask, reference_data: Cast, client: FlaskClient
) -> None:
    received(reference_data)
    sign_in(client, reference_data["px_coordinator"])
    for wrong in ({"reason": "  "}, {"kind": "exe"}):
        answer = take(app, client, **wrong)
        assert (answer.status_code, answer.mimetype) == (422, "text/html")
    query = sa.select(EventLog).where(EventLog.kind == "complaints.list.exported")
    with acting_as(SYSTEM):
        assert db.session.execute(query).scalars().all() == []
    take(app, client, "severity=high&q=Noura", reason="For the committee")
    with acting_as(SYSTEM):
        [event] = db.session.execute(query).scalars()
        detail = db.session.get_one(EventDetail, event.id)
    assert event.data["filters"] == ["tab=open", "severity=high"]
    assert event.actor_id == reference_data["px_coordinator"].id
    assert detail.changes["reason"][1] == "For the committee"
    assert "Noura" not in str(event.data)


@pytest.mark.parametrize(("who", "count"), [("outsider", 0), ("source_user", 0), ("department_manager", 1)])
def test_nobody_takes_out_more_than_they_see(reference_data: Cast, client: FlaskClient, who: str, count: int) -> None:
    received(reference_data)
    answer = client.post(
        "/api/complaints/complaints/export/", json={"reason": "x"}, headers=bearer(reference_data[who])
    )
    assert len(lines(answer)) == count + 2


def test_a_program_says_why_too(reference_data: Cast, client: FlaskClient) -> None:
    received(reference_data)
    keys = bearer(reference_data["px_coordinator"])
    refused = client.post("/api/complaints/complaints/export/", json={}, headers=keys)
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["reason"])
    with acting_as(SYSTEM):
        assert db.session.execute(sa.select(sa.func.count()).select_from(Complaint)).scalar_one() == 1


def test_a_long_list_costs_a_statement_for_each_part(
    app: Flask, reference_data: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_file, "PART", 2)
    for _number in range(4):
        received(reference_data)
    actor = reference_data.actor("px_coordinator")
    seen: list[str] = []
    sa.event.listen(sa.Engine, "before_cursor_execute", listener := lambda *given: seen.append(given[2]))
    try:
        with app.test_request_context():
            found = list(FILE.rows(Filters(), COLUMNS, actor, "en", ZoneInfo("Asia/Riyadh")))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listener)
    assert (len(found), sum("FROM complaints" in each for each in seen)) == (4, 2)


def test_inquiries_leave_by_the_same_rules(
    app: Flask, reference_data: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_file, "PART", 2)
    shown = {asked(reference_data, channel="phone").reference for _number in range(3)}
    answered = taken_to(reference_data, asked(reference_data, channel="phone", words="=1+1"), "respond")
    asked(reference_data, channel="email")
    sign_in(client, reference_data["px_coordinator"])

    found = lines(take(app, client, "channel=phone&tab=all", "inquiries"))
    assert found[0][0].startswith("سري") and "audit" in found[0][1]
    assert {line[0] for line in found[2:]} == shown | {answered.reference}
    assert all(len(line) == len(INQUIRY_COLUMNS) for line in found[1:])
    assert ANSWER in next(line for line in found if line[0] == answered.reference)
    assert "'=1+1" in next(line for line in found if line[0] == answered.reference)
    sheet = load_workbook(io.BytesIO(take(app, client, "", "inquiries", kind="xlsx").data)).active
    assert sheet.sheet_view.rightToLeft
    assert take(app, client, "", "inquiries", reason=" ").status_code == 422
    with acting_as(SYSTEM):
        query = sa.select(EventLog).where(EventLog.kind == "complaints.inquiries.exported")
        events = db.session.execute(query.order_by(EventLog.at, EventLog.id)).scalars().all()
    assert [each.data["filters"] for each in events] == [["tab=all", "channel=phone"], ["tab=open"]]


def test_a_viewers_file_of_inquiries_names_nobody_and_other_hospitals_get_none(
    app: Flask, reference_data: Cast, client: FlaskClient
) -> None:
    inquiry = taken_to(reference_data, asked(reference_data), "respond")
    sign_in(client, reference_data["viewer"])
    text = take(app, client, "tab=all", "inquiries", reason="").get_data(as_text=True)
    assert inquiry.reference in text
    for secret in (inquiry.words, ANSWER, "هدى", "509998877", "huda@"):
        assert secret not in text

    for who, count in (("outsider", 0), ("source_user", 0), ("department_manager", 1), ("px_coordinator", 1)):
        keys = bearer(reference_data[who])
        answer = client.post("/api/complaints/inquiries/export/", json={"reason": "x"}, headers=keys)
        assert len(lines(answer)) == count + 2, who
        refused = client.post("/api/complaints/inquiries/export/", json={}, headers=keys)
        assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["reason"])


def test_the_rows_of_both_queues_say_how_a_case_came(reference_data: Cast, client: FlaskClient) -> None:
    received(reference_data, channel="phone")
    asked(reference_data, channel="email")
    sign_in(client, reference_data["px_coordinator"]).set_cookie("px_lang", "en")
    for address, word in (("/complaints/", "Phone call"), ("/inquiries/", "E-mail")):
        rows = client.get(address).text.partition("<tbody>")[2].partition("</tbody>")[0]
        assert f"<bdi>{word}</bdi></span></small>" in rows, address
