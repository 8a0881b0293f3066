"""Colleagues who are named in a note: who is offered while it is written, and who is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.complaints.casework.mentions import mentioned_in, nameable
from app.complaints.inquiries.services import writing as inquiry_writing
from app.complaints.policy import Perm
from app.complaints.services import writing
from app.core.access.actor import acting_as
from app.core.db import unit_of_work
from tests.cast import Cast, sign_in
from tests.complaints.conftest import received
from tests.complaints.inquiring import asked
from tests.complaints.test_notices import told


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
