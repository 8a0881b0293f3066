"""Checklists: the items of every complaint and of the classes of its points, ticked once, kept when the list changes."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.checklists import services
from app.complaints.checklists.models import ChecklistItem
from app.complaints.checklists.resource import ITEMS
from app.complaints.models import Complaint, TaxonomyClass
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.events import timeline
from app.core.resources import commands
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import brought_to, received

SYSTEM = system_actor("a test of checklists")


def item(cast: Cast, code: str, class_code: str = "", by: str = "hospital_admin", **values: Any) -> ChecklistItem:
    """An item of hospital A, unless told otherwise."""
    given = {
        "hospital_id": cast.a.id,
        "code": code,
        "class_code": class_code,
        "name_en": code,
        "name_ar": code,
        **values,
    }
    actor = cast.actor(by)
    with acting_as(actor):
        return commands.create(ITEMS, given, actor=actor)


def classified(cast: Cast, code: str) -> Complaint:
    """A complaint with one point of a class."""
    actor = cast.actor("px_coordinator")
    row = received(cast)
    with acting_as(actor):
        class_id = db.session.execute(sa.select(TaxonomyClass.id).where(TaxonomyClass.code == code)).scalar_one()
        points.add(row.id, PointFacts("Point", class_id), actor=actor)
    return row


def codes(cast: Cast, row: Complaint, by: str = "px_coordinator") -> dict[str, bool]:
    """What stands on its list, and whether it is done."""
    actor = cast.actor(by)
    with acting_as(actor):
        return {line.item.code: line.tick is not None for line in services.lines_of(row.id, actor=actor)[1]}


def tick(cast: Cast, row: Complaint, each: ChecklistItem, *, is_done: bool = True, by: str = "px_coordinator") -> None:
    """Tick it, or take that back."""
    actor = cast.actor(by)
    with acting_as(actor):
        services.tick(row.id, each.id, is_done=is_done, actor=actor)


def test_items_follow_the_classes_of_the_points(reference_data: Cast) -> None:
    item(reference_data, "ALL")
    item(reference_data, "CLINICAL", "CLIN")
    item(reference_data, "SAFETY", "CLIN-02")
    item(reference_data, "WILD", "CLIN%")
    item(reference_data, "ELSEWHERE", by="px_admin", hospital_id=reference_data.b.id)
    listed = codes(reference_data, classified(reference_data, "CLIN-01-01-01"))
    assert {"ALL", "CLINICAL", "SAFE_NOW", "HEARD"} <= set(listed)
    assert not {"SAFETY", "WILD", "ELSEWHERE", "QUALITY_TOLD"} & set(listed)
    assert "CLINICAL" not in codes(reference_data, received(reference_data))


def test_a_tick_is_kept_once_told_once_and_taken_back(reference_data: Cast) -> None:
    row, each = received(reference_data), item(reference_data, "ALL")
    for _turn in range(2):
        tick(reference_data, row, each)
    assert codes(reference_data, row)["ALL"]
    for _turn in range(2):
        tick(reference_data, row, each, is_done=False)
    assert not codes(reference_data, row)["ALL"]
    with acting_as(SYSTEM):
        said = [e.data["what"] for e in timeline.of_subject(row.id, actor=SYSTEM) if e.kind.endswith("checked")]
    assert sorted(said) == ["done", "undone"]


def test_what_was_done_stays_when_the_item_is_archived(reference_data: Cast) -> None:
    row, each = received(reference_data), item(reference_data, "ALL")
    tick(reference_data, row, each)
    actor = reference_data.actor("hospital_admin")
    with acting_as(actor):
        commands.archive(ITEMS, each.id, actor=actor)
    assert codes(reference_data, row)["ALL"]
    assert "ALL" not in codes(reference_data, received(reference_data))


def test_an_item_that_is_not_on_the_list_and_an_ended_complaint_are_refused(reference_data: Cast) -> None:
    with pytest.raises(NotFound):
        tick(reference_data, received(reference_data), item(reference_data, "CLINICAL", "CLIN"))
    each = item(reference_data, "ALL")
    with pytest.raises(Conflict):
        tick(reference_data, brought_to(reference_data, "cancelled"), each)


def test_the_page_and_the_api_tick(app: Any, reference_data: Cast, client: FlaskClient) -> None:
    row, each = received(reference_data), item(reference_data, "ALL")
    browser = sign_in(client, reference_data["px_coordinator"])
    assert ">ALL" in browser.get(f"/checklists/{row.id}").get_data(as_text=True)
    form = {"csrf_token": csrf(app, browser), "done": "1"}
    assert browser.post(f"/checklists/{row.id}/{each.id}", data=form).status_code == 303
    assert codes(reference_data, row)["ALL"]
    headers = bearer(reference_data["px_coordinator"])
    address = f"/api/complaints/complaints/{row.id}/checklist/"
    answer = client.put(f"{address}{each.id}/", json={"is_done": False}, headers=headers)
    assert answer.status_code == 200
    found = client.get(address, headers=headers).json["results"]
    assert [line["done_at"] for line in found if line["code"] == "ALL"] == [None]
