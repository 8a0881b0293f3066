"""Queues as files through the API: in the orders and with the columns that their pages and saved views allow, and no others."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.complaints.exports.services import COLUMNS as COMPLAINT_COLUMNS
from app.complaints.exports.services import FILE as COMPLAINTS
from app.complaints.inquiries.exports import COLUMNS as INQUIRY_COLUMNS
from app.complaints.inquiries.exports import FILE as INQUIRIES
from app.core.access.actor import acting_as
from app.core.jobs import queues
from app.core.saved_views.places import PLACES
from app.core.severity import Severity
from app.px_action_center.exports import COLUMNS as ACTION_COLUMNS
from app.px_action_center.exports import FILE as ACTIONS
from app.px_action_center.services import opening
from tests.cast import Cast, bearer
from tests.complaints.conftest import received
from tests.complaints.inquiring import asked

FILES = {
    "complaints": ("/api/complaints/complaints/export/", COMPLAINT_COLUMNS, COMPLAINTS),
    "inquiries": ("/api/complaints/inquiries/export/", INQUIRY_COLUMNS, INQUIRIES),
    "actions": ("/api/actions/export/", ACTION_COLUMNS, ACTIONS),
}


@pytest.fixture(autouse=True)
def fresh_counts(reference_data: Cast) -> None:
    """Tries of other tests are not counted here."""
    queues.redis_client().flushdb()


def taken(client: FlaskClient, cast: Cast, queue: str, who: str = "px_coordinator", **wanted: Any) -> Any:
    """Ask for a file as another system does."""
    return client.post(FILES[queue][0], json={"reason": "audit", **wanted}, headers=bearer(cast[who]))


def lines(answer: Any, above: int = 1) -> list[list[str]]:
    """The lines of the file below what it says of itself: its heads, then its rows."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))[above:]


def some(cast: Cast, queue: str) -> list[str]:
    """Three rows of a queue, in the order in which they came: a grave one, a light one, a grave one."""
    if queue == "inquiries":
        return [asked(cast).reference for _number in range(3)]
    grades = (Severity.HIGH, Severity.LOW, Severity.HIGH)
    if queue == "complaints":
        return [received(cast, severity=each).reference for each in grades]
    actor = cast.actor("hospital_admin")
    with acting_as(actor):
        return [
            opening.open_by_hand(
                hospital_id=cast.a.id, title=f"Repair {each}", severity=each, department_id=cast.er.id, patient_id=None,
                actor=actor,
            ).reference
            for each in grades
        ]  # fmt: skip


@pytest.mark.parametrize("queue", FILES)
def test_rows_come_in_the_order_that_was_asked_for(reference_data: Cast, client: FlaskClient, queue: str) -> None:
    first, second, third = some(reference_data, queue)

    def order(**wanted: Any) -> list[str]:
        return [line[0] for line in lines(taken(client, reference_data, queue, **wanted))[1:]]

    assert order(sort="oldest") == [first, second, third]
    assert order(sort="newest") == [third, second, first]
    if queue != "inquiries":
        assert order(sort="severity") == [first, third, second]
        assert order(sort="deadline", tab="open")[-1] == second


@pytest.mark.parametrize("queue", FILES)
def test_the_file_has_the_columns_that_were_named_and_those_that_are_always_there(
    reference_data: Cast, client: FlaskClient, queue: str
) -> None:
    some(reference_data, queue)
    client.set_cookie("px_lang", "en")
    heads = lines(taken(client, reference_data, queue, columns=["owner", "status"]))[0]
    labels = {each.code: str(each.label) for each in FILES[queue][1] if each.code}
    assert heads == [labels[code] for code in ("number", "what", "status", "owner")]
    assert lines(taken(client, reference_data, queue, columns=[]))[0] == [labels["number"], labels["what"]]
    assert len(lines(taken(client, reference_data, queue))[0]) == len(FILES[queue][1])


@pytest.mark.parametrize("queue", FILES)
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"sort": "loudest"}, "sort"),
        ({"columns": ["owner", "secret"]}, "columns"),
        ({"columns": ["owner"] * 40}, "columns"),
    ],
)
def test_a_name_that_no_page_knows_is_refused_by_its_field(
    reference_data: Cast, client: FlaskClient, queue: str, wrong: dict[str, Any], field: str
) -> None:
    refused = taken(client, reference_data, queue, **wrong)
    assert refused.status_code == 422
    assert [name.split(".")[0] for name in refused.json["error"]["fields"]] == [field]


def test_an_order_that_the_tab_does_not_offer_is_refused_and_told(reference_data: Cast, client: FlaskClient) -> None:
    refused = taken(client, reference_data, "complaints", tab="all", sort="deadline")
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["sort"])
    assert "newest" in refused.json["error"]["fields"]["sort"][0]


def test_naming_a_column_shows_nobody_what_they_may_not_know(reference_data: Cast, client: FlaskClient) -> None:
    received(reference_data, contact_name="Abu Mohammed", contact_phone="0501112233")
    answer = taken(client, reference_data, "complaints", "viewer", columns=["patient", "what", "status"])
    assert len(lines(answer, above=0)[0]) == 2
    assert "Abu Mohammed" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("queue", FILES)
def test_every_column_of_the_page_is_one_of_the_file_and_stands_in_the_document(app: Flask, queue: str) -> None:
    place, (address, columns, _file) = PLACES[queue], FILES[queue]
    codes = [each.code for each in place.columns]
    assert set(codes) == {each.code for each in columns if each.code}
    body = app.spec["paths"][address]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema = app.spec["components"]["schemas"][body["$ref"].rpartition("/")[2]]["properties"]
    orders = {code for each in place.columns for code in each.orders}
    assert set(schema["sort"]["enum"]) == {"", *orders}
    assert codes in [each.get("items", {}).get("enum") for each in schema["columns"]["anyOf"]]
