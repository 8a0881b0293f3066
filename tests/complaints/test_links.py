"""What belongs together: related complaints and those about one event, seen from both sides, and a text to all of these."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.links import services as linking
from app.complaints.links.queries import Linked, linked_to
from app.complaints.links.services import RELATED, SAME_EVENT, Told
from app.complaints.models import Complaint as Row
from app.complaints.models import ComplaintCluster, ComplaintNote
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import timeline
from app.notifications.models import Message
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import brought_to, received

SYSTEM = system_actor("a test of complaints")


def link(cast: Cast, one: Row, other: Row, kind: str = RELATED, who: str = "px_coordinator") -> None:
    """Link two."""
    actor = cast.actor(who)
    with acting_as(actor):
        linking.link(one.id, other.reference.lower(), kind=kind, actor=actor)


def unlink(cast: Cast, one: Row, other: Row, kind: str = RELATED) -> None:
    """Take a link back."""
    actor = cast.actor("px_coordinator")
    with acting_as(actor):
        linking.unlink(one.id, other.id, kind=kind, actor=actor)


def seen(cast: Cast, complaint: Row, who: str = "px_coordinator") -> Linked:
    """What a person sees linked."""
    actor = cast.actor(who)
    with acting_as(actor):
        return linked_to(complaint.id, actor=actor)


def numbers(rows: list[Row]) -> set[str]:
    """Their numbers."""
    return {each.reference for each in rows}


def write(cast: Cast, complaint: Row, kind: str = "note", who: str = "px_coordinator") -> Told:
    """Write to all of the event."""
    actor = cast.actor(who)
    with acting_as(actor):
        return linking.write_to_all(complaint.id, "The lift runs again.", kind=kind, actor=actor)


def every(model: Any, *where: Any) -> list[Any]:
    """Every such row."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(model).where(*where)).scalars())


def test_related_complaints_are_seen_from_both_sides_and_parted_from_either(reference_data: Cast) -> None:
    one, other = received(reference_data), received(reference_data)
    link(reference_data, one, other)
    link(reference_data, other, one)  # the same link

    assert numbers(seen(reference_data, one).related) == {other.reference}
    assert numbers(seen(reference_data, other).related) == {one.reference}
    with acting_as(SYSTEM):
        said = [each for each in timeline.of_subject(other.id, actor=SYSTEM) if each.kind.endswith(".linked")]
    assert [each.data["other_reference"] for each in said] == [one.reference]

    unlink(reference_data, other, one)
    assert seen(reference_data, one).related == []
    with pytest.raises(NotFound):
        unlink(reference_data, other, one)


def test_two_events_become_one_and_one_complaint_left_is_no_event(reference_data: Cast) -> None:
    a, b, c, d = (received(reference_data) for _number in range(4))
    link(reference_data, a, b, SAME_EVENT)
    link(reference_data, c, d, SAME_EVENT)
    link(reference_data, a, d, SAME_EVENT)
    assert numbers(seen(reference_data, b).event) == numbers([a, c, d])
    assert len(every(ComplaintCluster)) == 1

    unlink(reference_data, a, a, SAME_EVENT)  # it is not about that event
    unlink(reference_data, b, c, SAME_EVENT)
    assert seen(reference_data, a).event == []
    assert numbers(seen(reference_data, b).event) == {d.reference}
    unlink(reference_data, b, d, SAME_EVENT)
    assert seen(reference_data, b).event == []
    assert every(ComplaintCluster) == []


def test_an_event_has_a_most(reference_data: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "MOST", 2)
    one, other, third = (received(reference_data) for _number in range(3))
    link(reference_data, one, other, SAME_EVENT)
    with pytest.raises(Conflict):
        link(reference_data, one, third, SAME_EVENT)


def test_only_another_complaint_that_the_person_may_see_is_linked(reference_data: Cast) -> None:
    of_er, of_ward = received(reference_data), received(reference_data, department_id=reference_data.ward.id)
    for wrong in (of_er, of_ward):
        with pytest.raises(Invalid):
            link(reference_data, of_er, wrong, who="department_manager")
    with pytest.raises(NotFound):
        link(reference_data, of_ward, of_er, who="outsider")

    link(reference_data, of_er, of_ward)
    link(reference_data, of_er, of_ward, SAME_EVENT)
    hidden = seen(reference_data, of_er, "department_manager")
    assert (hidden.related, hidden.event) == ([], [])


def test_a_note_stands_on_each_complaint_of_the_event(reference_data: Cast) -> None:
    one, other = received(reference_data), brought_to(reference_data, "closed")
    with pytest.raises(Conflict):
        write(reference_data, one)  # alone
    link(reference_data, one, other, SAME_EVENT)

    told = write(reference_data, other)

    assert set(told.written) == numbers([one, other])
    notes = every(ComplaintNote, ComplaintNote.body == "The lift runs again.")
    assert {each.complaint_id for each in notes} == {one.id, other.id}


def test_a_message_reaches_who_can_be_reached_and_says_who_can_not(reference_data: Cast) -> None:
    one = received(reference_data, contact_phone="0501112233")
    other = received(reference_data, contact_phone="0502223344")
    unnamed = received(reference_data, is_anonymous=True)
    ended = brought_to(reference_data, "cancelled", contact_phone="0503334455")
    for each in (other, unnamed, ended):
        link(reference_data, one, each, SAME_EVENT)

    told = write(reference_data, one, "message")

    assert (set(told.written), told.unreachable) == (numbers([one, other]), [unnamed.reference])
    sent = every(Message, Message.template == "complaints/message")
    assert {each.phone for each in sent} == {"+966501112233", "+966502223344"}


def test_where_no_message_reaches_anybody_nothing_is_written(reference_data: Cast) -> None:
    one, other = received(reference_data, is_anonymous=True), received(reference_data, is_anonymous=True)
    link(reference_data, one, other, SAME_EVENT)
    with pytest.raises(Conflict):
        write(reference_data, one, "message")
    assert every(ComplaintNote, ComplaintNote.body == "The lift runs again.") == []


def test_a_head_writes_to_the_own_department_only(reference_data: Cast) -> None:
    one, other = received(reference_data), received(reference_data)
    of_ward = received(reference_data, department_id=reference_data.ward.id)
    link(reference_data, one, other, SAME_EVENT)
    link(reference_data, one, of_ward, SAME_EVENT)

    told = write(reference_data, one, who="department_manager")

    assert set(told.written) == numbers([one, other])


def test_links_are_made_used_and_taken_back_on_the_page(reference_data: Cast, client: FlaskClient) -> None:
    one, other = received(reference_data), received(reference_data)
    sign_in(client, reference_data["px_coordinator"])
    client.set_cookie("px_lang", "en")
    where = f"/complaints/{one.id}/links"
    token = csrf(client.application, client)

    wrong = client.post(where, data={"csrf_token": token, "other": "CMP-0", "kind": "related"})
    assert wrong.status_code == 422
    assert "There is no other complaint of this number." in wrong.get_data(as_text=True)
    made = client.post(where, data={"csrf_token": token, "other": other.reference, "kind": "same_event"})
    assert made.status_code == 303
    assert other.reference in client.get(where).get_data(as_text=True)
    assert one.reference in client.get(f"/complaints/{other.id}/links").get_data(as_text=True)
    written = client.post(f"{where}/notes", data={"csrf_token": token, "kind": "note", "body": "Same lift."})
    assert written.status_code == 303
    assert "Same lift." in client.get(f"/complaints/{other.id}").get_data(as_text=True)
    gone = client.post(f"{where}/removal", data={"csrf_token": token, "other_id": other.id, "kind": "same_event"})
    assert gone.status_code == 303
    assert other.reference not in client.get(where).get_data(as_text=True)
    assert "About the same event" in client.get(f"/complaints/{one.id}").get_data(as_text=True)  # its timeline


def test_links_are_made_used_and_taken_back_over_the_api(reference_data: Cast, client: FlaskClient) -> None:
    one, other = received(reference_data), received(reference_data)
    head = bearer(reference_data["px_coordinator"])
    where = f"/api/complaints/complaints/{one.id}/links/"

    made = client.post(where, headers=head, json={"other": other.reference, "kind": "same_event"})
    assert [(each["reference"], each["kind"]) for each in made.json["results"]] == [(other.reference, "same_event")]
    written = client.post(f"{where}notes/", headers=head, json={"body": "Same lift."})
    assert written.status_code == 201
    assert set(written.json["written"]) == {one.reference, other.reference}
    gone = client.post(f"{where}remove/", headers=head, json={"other_id": str(other.id), "kind": "same_event"})
    assert gone.json["results"] == []
    assert client.get(where, headers=bearer(reference_data["viewer"])).status_code == 403
