"""People named on points: of the complaint's hospital only, seen by who works on it, offered first when somebody is asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.complaints.models import Complaint, ComplaintPoint, PointPerson
from app.complaints.papers import drawing
from app.complaints.papers import services as papers
from app.complaints.points import people
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events.models import EventLog
from app.organizations.models import Employee, Physician
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import received, step

SYSTEM = system_actor("a test of people named on points")


def physician(cast: Cast, name: str = "Huda Quaglia", **given: Any) -> Physician:
    """A physician of hospital A, unless told otherwise."""
    values: dict[str, Any] = {"hospital_id": cast.a.id, "license_number": str(uuid4()), "name_en": name,
                              "name_ar": "هدى القحطاني", **given}  # fmt: skip
    row = Physician(**values)
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(row)
        db.session.flush()
    return row


def employee(cast: Cast, name: str = "Rami Zahrani", **given: Any) -> Employee:
    """An employee of hospital A, unless told otherwise."""
    values: dict[str, Any] = {"hospital_id": cast.a.id, "number": str(uuid4()), "name_en": name, "name_ar": "رامي",
                              **given}  # fmt: skip
    row = Employee(**values)
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(row)
        db.session.flush()
    return row


def pointed(cast: Cast, **facts: Any) -> tuple[Complaint, ComplaintPoint]:
    """A complaint with one point."""
    officer = cast.actor("px_coordinator")
    complaint = received(cast, **facts)
    with acting_as(officer):
        return complaint, points.add(complaint.id, PointFacts("Rude at the desk"), actor=officer)


def named(cast: Cast, complaint: Complaint, point: ComplaintPoint, person_id: UUID) -> PointPerson:
    """Name a person as the officer."""
    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        return people.name(complaint.id, point.id, person_id, actor=officer)


def held(point: ComplaintPoint) -> set[UUID | None]:
    """Who is named on a point."""
    with acting_as(SYSTEM):
        rows = db.session.execute(sa.select(PointPerson).where(PointPerson.point_id == point.id)).scalars()
        return {each.physician_id or each.employee_id for each in rows}


def test_a_physician_and_an_employee_are_named_once_and_the_log_holds_ids_only(reference_data: Cast) -> None:
    complaint, point = pointed(reference_data)
    doctor, clerk = physician(reference_data), employee(reference_data)
    for person in (doctor, clerk, doctor):
        named(reference_data, complaint, point, person.id)
    assert held(point) == {doctor.id, clerk.id}
    with acting_as(SYSTEM):
        rows = db.session.execute(
            sa.select(EventLog.data).where(EventLog.kind == "complaints.point.changed").order_by(EventLog.at, EventLog.id)
        ).scalars().all()  # fmt: skip
    said = [(each["what"], each["person_id"]) for each in rows]
    assert said == [("added", None), ("person_named", str(doctor.id)), ("person_named", str(clerk.id))]
    assert "Quaglia" not in str(rows)


def test_nobody_of_another_hospital_nobody_archived_and_no_unknown_id_is_named(reference_data: Cast) -> None:
    complaint, point = pointed(reference_data)
    foreign = physician(reference_data, hospital_id=reference_data.b.id)
    gone = employee(reference_data, archived_at=complaint.received_at)
    for person_id in (foreign.id, gone.id, uuid4()):
        with pytest.raises(Invalid) as refused:
            named(reference_data, complaint, point, person_id)
        assert list(refused.value.fields) == ["person_id"]
    assert held(point) == set()


def test_an_ended_complaint_names_nobody_and_a_removed_point_leaves_nothing(reference_data: Cast) -> None:
    officer = reference_data.actor("px_coordinator")
    complaint, point = pointed(reference_data)
    doctor = physician(reference_data)
    named(reference_data, complaint, point, doctor.id)
    with acting_as(officer):
        points.remove(complaint.id, point.id, version=point.version, actor=officer)
        kept = points.add(complaint.id, PointFacts("Waiting"), actor=officer)
    assert held(point) == set()
    step(reference_data, complaint, "cancel")
    with pytest.raises(Conflict):
        named(reference_data, complaint, kept, doctor.id)
    with acting_as(officer), pytest.raises(NotFound):
        people.take_off(received(reference_data).id, kept.id, doctor.id, actor=officer)


def test_the_search_box_offers_people_of_the_complaints_hospital_also_to_who_sees_all(
    reference_data: Cast, client: FlaskClient
) -> None:
    complaint, _point = pointed(reference_data)
    doctor, clerk = physician(reference_data, "Huda Quaglia"), employee(reference_data, "Rami Quaglia")
    foreign = physician(reference_data, "Omar Quaglia", hospital_id=reference_data.b.id)
    browser = sign_in(client, reference_data["px_admin"])
    html = browser.get(f"/complaints/{complaint.id}/people/options?q=quaglia").get_data(as_text=True)
    assert [str(each.id) in html for each in (doctor, clerk, foreign)] == [True, True, False]
    html = browser.get(f"/complaints/{complaint.id}/people/options?q=هدي").get_data(as_text=True)
    assert [str(each.id) in html for each in (doctor, clerk, foreign)] == [True, False, False]


def test_who_is_named_stands_on_the_pages_of_who_works_on_it_and_not_for_viewers_and_partners(
    app: Flask, reference_data: Cast, client: FlaskClient
) -> None:
    complaint, point = pointed(reference_data, by="source_user")
    doctor = physician(reference_data)
    browser = sign_in(client, reference_data["px_coordinator"])
    address = f"/complaints/{complaint.id}/points/{point.id}"
    form = {"csrf_token": csrf(app, browser), "person_id": str(doctor.id)}
    assert browser.post(f"{address}/people", data={**form, "person_id": ""}).status_code == 422
    assert browser.post(f"{address}/people", data=form).status_code == 303
    assert "Huda Quaglia" in browser.get(address).get_data(as_text=True)
    for who, sees in (("px_coordinator", True), ("viewer", False), ("source_user", False)):
        answer = sign_in(client, reference_data[who]).get(f"/complaints/{complaint.id}")
        assert (answer.status_code, "Huda Quaglia" in answer.get_data(as_text=True)) == (200, sees)
    browser = sign_in(client, reference_data["px_coordinator"])
    form["csrf_token"] = csrf(app, browser)
    assert browser.post(f"{address}/people/removal", data=form).status_code == 303
    assert held(point) == set()


def test_who_is_named_and_has_an_account_is_offered_first(reference_data: Cast, client: FlaskClient) -> None:
    complaint, point = pointed(reference_data)
    account = reference_data["physician"]
    browser = sign_in(client, reference_data["px_coordinator"])
    before = browser.get(f"/complaints/{complaint.id}/explanations/new").get_data(as_text=True)
    assert "<optgroup" not in before
    named(reference_data, complaint, point, physician(reference_data, user_id=account.id).id)
    html = browser.get(f"/complaints/{complaint.id}/explanations/new").get_data(as_text=True)
    group = html.partition("<optgroup")[2].partition("</optgroup>")[0]
    assert str(account.id) in group and "Rude at the desk" in group
    assert html.count(str(account.id)) == 1


def test_the_api_names_lists_and_takes_off(reference_data: Cast, client: FlaskClient) -> None:
    complaint, point = pointed(reference_data)
    clerk = employee(reference_data)
    headers = bearer(reference_data["px_coordinator"])
    address = f"/api/complaints/complaints/{complaint.id}/points/"
    made = client.post(f"{address}{point.id}/people/", json={"person_id": str(clerk.id)}, headers=headers)
    person = {"physician_id": None, "employee_id": str(clerk.id)}
    assert (made.status_code, made.json) == (201, person)
    assert client.get(address, headers=headers).json["results"][0]["people"] == [person]
    body = {"summary": "Rude", "version": point.version}
    assert client.put(f"{address}{point.id}/", json=body, headers=headers).json["people"] == [person]
    gone, whom = f"{address}{point.id}/people/remove/", {"person_id": str(clerk.id)}
    assert [client.post(gone, json=whom, headers=headers).status_code for _time in range(2)] == [204, 404]


def test_the_case_pack_says_who_is_named(reference_data: Cast) -> None:
    officer = reference_data.actor("px_coordinator")
    complaint, point = pointed(reference_data)
    named(reference_data, complaint, point, physician(reference_data).id)
    with acting_as(officer):
        paper = papers.make_pack(complaint.id, "en", actor=officer)
    with acting_as(SYSTEM):
        assert "Huda Quaglia" in drawing.page_of(paper, SYSTEM)
