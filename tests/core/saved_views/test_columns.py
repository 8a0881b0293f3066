"""The columns of queues: each person's own, what views hold of them, who sees what, and the file that shows the same."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.events.models import EventLog
from app.core.jobs import queues
from app.core.saved_views.models import ChosenColumns, SavedView
from app.organizations.models import Patient
from app.px_action_center.models import PxAction
from tests.cast import Cast, count, csrf, sign_in
from tests.complaints.conftest import received
from tests.complaints.inquiring import asked
from tests.core.saved_views.test_orders import acted

SYSTEM = system_actor("a test of columns")


@pytest.fixture(autouse=True)
def fresh_counts(reference_data: Cast) -> None:
    """Tries of other tests are not counted here."""
    queues.redis_client().flushdb()


@pytest.fixture
def patient(reference_data: Cast) -> Patient:
    """A patient of hospital A."""
    row = Patient(
        hospital_id=reference_data.a.id, mrn="77", name_en="Mohammed Salem", name_ar="محمد سالم",
        phone_e164="+966501112233", phone_tail="501112233",
    )  # fmt: skip
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(row)
        db.session.flush()
    return row


def opened(app: APIFlask, cast: Cast, who: str, language: str = "en") -> FlaskClient:
    """The browser of a person."""
    client = sign_in(app.test_client(), cast[who])
    client.set_cookie("px_lang", language)
    return client


def look(client: FlaskClient, path: str) -> str:
    """A page."""
    with client.application.app_context():
        answer = client.get(path)
    assert answer.status_code == 200
    return answer.text


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    """Send a form."""
    with client.application.app_context():
        return client.post(path, data={"csrf_token": csrf(client.application, client), **data})


def heads(html: str) -> list[str]:
    """The heads of the table."""
    found = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)<', html)
    return [each.strip() for each in found]


USUAL = {
    "complaints": ["Number", "What", "Status", "Severity", "Deadline", "Owner"],
    "inquiries": ["Number", "Question", "Category", "Status", "Deadline", "Owner"],
    "actions": ["Number", "What", "Department", "Status", "Severity", "Deadline", "Owner"],
}
ALL = {
    "complaints": "patient.department.channel.status.severity.received.deadline.owner",
    "inquiries": "patient.department.channel.category.status.received.deadline.owner",
    "actions": "patient.source.department.status.severity.opened.deadline.owner",
}


def one_of(cast: Cast, queue: str, patient: Patient) -> None:
    """A case of a patient."""
    if queue == "actions":
        action = acted(cast, "high")
        with acting_as(SYSTEM), unit_of_work():
            db.session.get_one(PxAction, action.id).patient_id = patient.id
    else:
        {"complaints": received, "inquiries": asked}[queue](cast, patient_id=patient.id)


@pytest.mark.parametrize("queue", USUAL)
def test_a_person_chooses_columns_of_a_queue_for_good_and_nobody_else_sees_it(
    app: APIFlask, reference_data: Cast, patient: Patient, queue: str
) -> None:
    cast = reference_data
    one_of(cast, queue, patient)
    client = opened(app, cast, "px_coordinator")
    assert heads(look(client, f"/{queue}/")) == USUAL[queue]

    answer = post(
        client, f"/views/columns/{queue}", columns=["patient", "status", "no_such"], query="tab=all&q=a&after=x"
    )
    assert (answer.status_code, answer.location) == (303, f"/{queue}/?tab=all&q=a")
    assert heads(look(client, f"/{queue}/")) == [*USUAL[queue][:2], "Patient", "Status"]
    assert heads(look(opened(app, cast, "hospital_admin"), f"/{queue}/")) == USUAL[queue]
    post(client, f"/views/columns/{queue}")
    assert heads(look(client, f"/{queue}/")) == USUAL[queue][:2]  # these always stay
    post(client, f"/views/columns/{queue}", usual="1", columns=["status"])
    assert heads(look(client, f"/{queue}/")) == USUAL[queue]
    assert count(ChosenColumns) == 0
    with acting_as(SYSTEM):
        chosen = sa.select(EventLog).where(EventLog.kind == "core.columns.chosen")
        said = [each.data["codes"] for each in db.session.execute(chosen).scalars()]
    assert sorted(said, key=str) == sorted([["patient", "status"], [], None], key=str)


def test_a_queue_that_is_none_is_404_and_one_that_is_not_theirs_is_403(app: APIFlask, reference_data: Cast) -> None:
    assert post(opened(app, reference_data, "px_coordinator"), "/views/columns/people").status_code == 404
    assert post(opened(app, reference_data, "nurse"), "/views/columns/complaints", columns="status").status_code == 403
    assert count(ChosenColumns) == 0


@pytest.mark.parametrize("queue", USUAL)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_who_may_not_know_the_patient_sees_none_in_a_column_and_none_below_a_title(
    app: APIFlask, reference_data: Cast, patient: Patient, queue: str, language: str
) -> None:
    one_of(reference_data, queue, patient)
    if queue == "actions":  # which viewers do not read; a nurse reads those that are hers
        with acting_as(SYSTEM), unit_of_work():
            db.session.execute(sa.select(PxAction)).scalar_one().assignee_id = reference_data["nurse"].id
    viewer = opened(app, reference_data, "nurse" if queue == "actions" else "viewer", language)
    officer = opened(app, reference_data, "px_coordinator", language)
    name = {"ar": "محمد سالم", "en": "Mohammed Salem"}[language]

    for columns in (ALL[queue], "status"):
        path = f"/{queue}/?columns={columns}"
        assert name in look(officer, path)
        masked = look(viewer, path)
        assert "<table" in masked
        for secret in ("محمد", "Mohammed"):
            assert secret not in masked


@pytest.mark.parametrize("queue", USUAL)
def test_every_column_stands_once_and_nothing_is_told_twice(
    app: APIFlask, reference_data: Cast, patient: Patient, queue: str
) -> None:
    one_of(reference_data, queue, patient)
    html = look(opened(app, reference_data, "px_coordinator"), f"/{queue}/?columns={ALL[queue]}")

    assert len(heads(html)) == len(ALL[queue].split(".")) + 2
    row = html.partition("<tbody>")[2].partition("</tbody>")[0]
    assert len(re.findall(r"<td data-label=|<td class=\"px-wide-cell\" data-label=", row)) == len(heads(html))
    assert row.count("Mohammed Salem") == 1


def test_a_view_holds_order_and_columns_and_drops_what_is_none_any_more(app: APIFlask, reference_data: Cast) -> None:
    received(reference_data)
    client = opened(app, reference_data, "px_coordinator")
    post(client, "/views/columns/complaints", columns=["owner", "patient"])
    keep = re.search(r'href="(/views/new[^"]+)"', look(client, "/complaints/?tab=open&sort=newest"))
    assert keep is not None
    asked_for = look(client, keep[1].replace("&amp;", "&"))
    assert "Newest first" in asked_for
    assert "Patient, Owner" in asked_for
    query = re.search(r'name="query"[^>]* value="([^"]*)"', asked_for)
    assert query is not None
    answer = post(client, "/views/", place="complaints", query=query[1].replace("&amp;", "&"), name="Mine")
    assert answer.status_code == 303

    post(client, "/views/columns/complaints", usual="1")
    assert heads(look(client, answer.location)) == ["Number", "What", "Patient", "Owner"]
    assert 'value="newest" selected' in look(client, answer.location)
    with acting_as(reference_data.actor("px_coordinator")), unit_of_work():
        row = db.session.execute(sa.select(SavedView)).scalar_one()
        row.filters = {"tab": "open", "sort": "by_name", "columns": "owner.password"}
        db.session.flush()
    html = look(client, f"/complaints/?tab=open&view={row.id}")
    assert "does not hold any more" in html
    assert "password" not in html
    for bad in ("owner.password", "owner.owner", ".", "number"):
        assert heads(look(client, f"/complaints/?columns={bad}")) == USUAL["complaints"], bad


def taken(client: FlaskClient, path: str, **form: str) -> list[list[str]]:
    """The lines of a file."""
    answer = post(client, path, kind="csv", reason="audit", **form)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


@pytest.mark.parametrize(("queue", "make"), [("complaints", received), ("inquiries", asked)])
def test_the_file_has_the_columns_that_are_shown_or_all_in_the_order_of_the_queue(
    app: APIFlask, reference_data: Cast, queue: str, make: Any
) -> None:
    for _turn in range(3):
        make(reference_data)
    client = opened(app, reference_data, "px_coordinator")
    post(client, f"/views/columns/{queue}", columns=["status"])
    assert '<option selected value="shown">' in look(client, f"/{queue}/file?sort=newest")

    lines = taken(client, f"/{queue}/file?sort=newest", columns="shown")
    on_page = re.findall(
        r'<tr id="[^"]+"[^>]*>.*?<bdi dir="ltr">([^<]+)</bdi>', look(client, f"/{queue}/?sort=newest"), re.S
    )
    assert [line[0] for line in lines[2:]] == on_page
    assert lines[1] == ["Number", "What", "Patient", "Name", "Status", "How it came", "Department"]
    assert len(taken(client, f"/{queue}/file?sort=newest", columns="all")[1]) > 15
    masked = taken(opened(app, reference_data, "viewer"), f"/{queue}/file", columns="shown")
    assert "Patient" not in masked[0]
