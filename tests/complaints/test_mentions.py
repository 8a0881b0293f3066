"""Colleagues who are named in a note: who is offered while it is written, and who is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import RoleAssignment, User
from app.complaints.casework import mentions
from app.complaints.casework.mentions import mentioned_in, nameable
from app.complaints.inquiries.services import writing as inquiry_writing
from app.complaints.policy import Perm
from app.complaints.services import writing
from app.core.access.actor import Role, acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.time import clock
from tests.cast import Cast, sign_in
from tests.complaints.conftest import received
from tests.complaints.inquiring import asked
from tests.complaints.test_notices import told
from tests.guards.test_pages import counted


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("hospital", ["hospital.admin"]),
        ("Hospital.Ad", ["hospital.admin"]),
        ("admin", ["hospital.admin"]),  # a later word of the name
        ("سَارة", ["department.manager"]),  # folded, and given in either script
        ("nurse", []),  # may not see the case
        ("outsider", []),  # of another hospital
        ("px", []),  # the writer; PX Admin is of no hospital
        ("spital", []),
        ("%", []),
        (" ", []),
        ("\N{SMILING FACE WITH OPEN MOUTH}" * 60, []),
    ],
)
def test_who_may_see_the_case_is_offered_by_the_beginning_of_a_name(
    reference_data: Cast, typed: str, offered: list[str]
) -> None:
    row, actor = received(reference_data), reference_data.actor("px_coordinator")
    with acting_as(actor), unit_of_work():
        reference_data["department_manager"].name_ar = "د. سارة القحطاني"
    with acting_as(actor):
        assert [name for name, _ in nameable(typed, row, sees=Perm.READ, actor=actor)] == offered


def of_many_alike(cast: Cast, number: int) -> list[User]:
    """People whose names begin alike: nurses, and managers of the ward, before one manager of the emergency department."""
    roles = [Role.NURSE, Role.DEPARTMENT_MANAGER] * number
    places = [(f"Amal {place:03}", role, cast.ward) for place, role in enumerate(roles)]
    made = []
    with acting_as(system_actor("people of a test")), unit_of_work():
        for name, role, department in [*places, ("Amal Zahrani", Role.DEPARTMENT_MANAGER, cast.er)]:
            email = f"{name.lower().replace(' ', '.')}@example.org"
            person = User(email=email, name_en=name, name_ar=name, password_hash="x")
            db.session.add(person)
            db.session.flush()
            held = {"hospital_id": cast.a.id, "department_id": department.id, "from_at": clock.now()}
            db.session.add(RoleAssignment(user_id=person.id, role=role, **held))
            made.append(person)
    return made


@pytest.mark.parametrize("part", [3, 200])
def test_the_right_one_is_offered_among_many_alike(
    reference_data: Cast, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(mentions, "PART", part)
    complaint, inquiry = received(reference_data), asked(reference_data)
    of_many_alike(reference_data, 4 * mentions.OFFERED if part == 200 else part)
    actor = reference_data.actor("px_coordinator")
    for row, sees in ((complaint, Perm.READ), (inquiry, Perm.INQUIRY_READ)):
        with acting_as(actor), counted() as statements:
            assert [name for name, _ in nameable("amal", row, sees=sees, actor=actor)] == ["amal.zahrani"]
        assert part == 3 or len(statements) <= 3


def test_no_more_are_offered_than_the_box_shows(reference_data: Cast) -> None:
    of_many_alike(reference_data, mentions.OFFERED + 2)
    row = received(reference_data, department_id=reference_data.ward.id)
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        names = [name for name, _ in nameable("amal", row, sees=Perm.READ, actor=actor)]

    assert names == [f"amal.{place:03}" for place in range(1, 2 * mentions.OFFERED, 2)]


def test_the_box_offers_on_complaints_and_inquiries_and_escapes_names(
    reference_data: Cast, client: FlaskClient
) -> None:
    row, inquiry = received(reference_data), asked(reference_data)
    with acting_as(reference_data.actor("px_coordinator")), unit_of_work():
        reference_data["hospital_admin"].name_en = "Hospital <b>Admin"
    sign_in(client, reference_data["px_coordinator"])
    for address in (f"/complaints/{row.id}/colleagues", f"/inquiries/{inquiry.id}/colleagues"):
        answer = client.get(address, query_string={"q": "hosp"})
        assert answer.status_code == 200
        assert 'data-mention="hospital.admin"' in answer.text and "Hospital &lt;b&gt;Admin" in answer.text
        assert client.get(address).text.strip() == ""


def test_who_is_named_in_a_note_is_told_and_nobody_else(reference_data: Cast, drain: Callable[[], int]) -> None:
    row, inquiry = received(reference_data), asked(reference_data)
    actor = reference_data.actor("px_coordinator")
    text = "@department.manager, @Hospital.Admin. please; @nurse @px.coordinator @outsider mail@department.manager"
    with acting_as(actor):
        note = writing.add_note(row.id, text, actor=actor)
        inquiry_writing.add_note(inquiry.id, text, actor=actor)
        assert note.mentioned_ids == [reference_data["department_manager"].id, reference_data["hospital_admin"].id]
    drain()
    for who in ("department_manager", "hospital_admin"):
        kinds = [kind for kind in told(reference_data, who) if kind.endswith("mentioned")]
        assert kinds == ["complaints/mentioned", "inquiries/mentioned"], who
    for who in ("nurse", "px_coordinator", "outsider"):
        assert not [kind for kind in told(reference_data, who) if kind.endswith("mentioned")], who


def test_a_message_to_the_patient_names_nobody(reference_data: Cast) -> None:
    row = received(reference_data, contact_name="Sara", contact_phone="0501112244")
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        assert writing.add_note(row.id, "@hospital.admin", kind="message", actor=actor).mentioned_ids == []


def test_a_flood_of_names_is_bounded(reference_data: Cast) -> None:
    row, actor = received(reference_data), reference_data.actor("px_coordinator")
    with acting_as(actor):
        assert mentioned_in("@a " * 50_000, row, sees=Perm.READ, actor=actor) == []
        assert mentioned_in("@" * 50_000, row, sees=Perm.READ, actor=actor) == []
