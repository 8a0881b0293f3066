"""Saved views: who has them, what they hold at each reading, and where they lead."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from apiflask import APIFlask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.events.models import EventDetail, EventLog
from app.core.saved_views import keeping, queries
from app.core.saved_views.keeping import ViewFacts
from app.core.saved_views.models import SavedView, StartView
from app.core.saved_views.places import PLACES, Reader
from app.core.saved_views.queries import MOST_OWN, MOST_SHARED
from app.core.time import clock
from app.organizations.models import Department
from tests.cast import Cast, bearer, count, csrf, sign_in

GRAVE = {"tab": "open", "severity": "critical"}


def kept(
    cast: Cast,
    who: str = "px_coordinator",
    name: str = "Grave",
    filters: dict[str, Any] | None = None,
    place: str = "complaints",
    **facts: Any,
) -> SavedView:
    """A view that a person keeps."""
    actor = cast.actor(who)
    with acting_as(actor):
        return keeping.keep(place, ViewFacts(name, **facts), filters or GRAVE, actor=actor)


def names(cast: Cast, who: str, place: str | None = "complaints") -> list[str]:
    """The names of the views that a person sees, at one queue or at all."""
    actor = cast.actor(who)
    db.session.expire_all()
    with acting_as(actor):
        if place is None:
            return [view.name for view in queries.list_views(actor=actor)]
        views, _codes = queries.list_of_queue(PLACES[place], actor=actor, reader=Reader(actor))
        return [view.name for view in views]


def opened(app: APIFlask, cast: Cast, who: str) -> FlaskClient:
    """The browser of a person."""
    client = sign_in(app.test_client(), cast[who])
    client.set_cookie("px_lang", "en")
    return client


def look(client: FlaskClient, path: str) -> Any:
    """Open an address."""
    with client.application.app_context():
        return client.get(path)


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    """Send a form."""
    with client.application.app_context():  # a `g` of its own, as each request has in production
        return client.post(path, data={"csrf_token": csrf(client.application, client), **data})


def test_ones_own_view_is_seen_by_nobody_else_and_a_shared_one_by_the_hospital(cast: Cast) -> None:
    kept(cast, "px_coordinator", "Mine")
    kept(cast, "hospital_admin", "Ours", is_shared=True)

    assert names(cast, "px_coordinator") == ["Mine", "Ours"]
    assert names(cast, "hospital_admin") == ["Ours"]
    assert names(cast, "viewer") == ["Ours"]
    assert names(cast, "px_admin") == ["Ours"]
    assert names(cast, "outsider") == []
    assert names(cast, "nurse") == []  # reads no complaints at all


def test_another_hospitals_and_another_persons_view_is_404(app: APIFlask, cast: Cast) -> None:
    own, shared = kept(cast), kept(cast, "hospital_admin", "Ours", is_shared=True)

    for who, view in (("outsider", own), ("outsider", shared), ("hospital_admin", own)):
        client, headers = opened(app, cast, who), bearer(cast[who])
        for act in ("", "/removal", "/start", "/plain-start"):
            assert post(client, f"/views/{view.id}{act}", version="1", name="x").status_code == 404, (who, act)
        assert app.test_client().get(f"/api/views/{view.id}/", headers=headers).status_code == 404
        assert app.test_client().delete(f"/api/views/{view.id}/", headers=headers).status_code == 404
    assert count(SavedView) == 2
    client = opened(app, cast, "viewer")  # sees the shared one, and may not change it
    assert post(client, f"/views/{shared.id}", version="1", name="x").status_code == 404
    assert post(client, f"/views/{shared.id}/start").status_code == 303


def test_sharing_needs_the_right_and_one_hospital(cast: Cast) -> None:
    for who in ("px_coordinator", "viewer"):
        with pytest.raises(NotAllowed):
            kept(cast, who, is_shared=True)
    kept(cast, "department_manager", "Of the manager", is_shared=True)
    with pytest.raises(Invalid) as refused:
        kept(cast, "px_admin", is_shared=True)  # looks at all hospitals
    assert list(refused.value.fields) == ["is_shared"]
    assert kept(cast, "px_admin", "For me").hospital_id is None
    assert names(cast, "px_admin") == ["For me", "Of the manager"]
    assert names(cast, "hospital_admin") == ["Of the manager"]


def test_what_was_shared_can_be_taken_back_by_who_made_it_and_by_administrators(cast: Cast) -> None:
    view = kept(cast, "department_manager", "Ours", is_shared=True)
    viewer, admin = cast.actor("viewer"), cast.actor("hospital_admin")
    with acting_as(viewer):
        keeping.start_with(view.id, actor=viewer)
    with acting_as(admin):
        keeping.change(view.id, ViewFacts("Ours", is_shared=False), version=view.version, actor=admin)
        with pytest.raises(NotFound):
            keeping.remove(view.id, actor=admin)  # now it is the manager's own

    assert names(cast, "viewer") == []
    assert count(StartView) == 0
    assert names(cast, "department_manager") == ["Ours"]


@pytest.mark.parametrize(
    ("field", "facts", "filters"),
    [
        ("filters", {"name": "x"}, {"severity": "deadly"}),
        ("filters", {"name": "x"}, {"password": "x"}),
        ("filters", {"name": "x"}, {"q": "Noura"}),
        ("filters", {"name": "x"}, {"severity": ["critical"]}),
        ("filters", {"name": "x"}, {}),
        ("name", {"name": "  "}, GRAVE),
        ("name", {"name": "x" * 41}, GRAVE),
        ("name", {"name": "Grave"}, GRAVE),
        ("position", {"name": "x", "position": 100}, GRAVE),
    ],
)
def test_what_is_not_allowed_is_refused_by_field(
    cast: Cast, field: str, facts: dict[str, Any], filters: dict[str, Any]
) -> None:
    kept(cast)
    actor = cast.actor("px_coordinator")
    with acting_as(actor), pytest.raises(Invalid) as refused:
        keeping.keep("complaints", ViewFacts(**facts), filters, actor=actor)

    assert list(refused.value.fields) == [field]
    assert count(SavedView) == 1


def test_each_person_and_each_hospital_has_so_many_and_no_more(cast: Cast) -> None:
    for number in range(MOST_OWN):
        kept(cast, name=f"View {number}")
    with pytest.raises(Invalid):
        kept(cast, name="One more")
    kept(cast, name="Elsewhere", place="inquiries", filters={"tab": "mine"})
    for number in range(MOST_SHARED):
        who = "hospital_admin" if number % 2 else "department_manager"
        kept(cast, who, f"Shared {number}", is_shared=True)
    with pytest.raises(Invalid):
        kept(cast, "hospital_admin", "One more", is_shared=True)


def test_a_value_or_a_filter_that_does_not_hold_any_more_is_dropped_and_said(app: APIFlask, cast: Cast) -> None:
    view = kept(cast, filters={**GRAVE, "department": str(cast.ward.id)})
    admin = cast.actor("hospital_admin")
    with acting_as(admin), unit_of_work():
        row = db.session.get(SavedView, view.id)
        assert row is not None
        row.filters = {**row.filters, "gone": "1", "status": "no_such_state", "channel": {"a": 1}}
        department = db.session.get(Department, cast.ward.id)
        assert department is not None
        department.archived_at = clock.now()
        db.session.flush()

    client = opened(app, cast, "px_coordinator")
    html = look(client, f"/complaints/?tab=open&severity=critical&view={view.id}").text
    address = f'href="/complaints/?tab=open&amp;severity=critical&amp;view={view.id}"'
    assert address in html
    said_there = html.partition("does not hold any more: ")[2].partition("<")[0]
    assert set(said_there.split(", ")) == {"Department", "gone", "Status", "How it came"}
    assert "does not hold any more" not in look(client, "/complaints/?tab=open&severity=critical").text
    said = app.test_client().get(f"/api/views/{view.id}/", headers=bearer(cast["px_coordinator"])).json
    assert (said["filters"], set(said["dropped"])) == (GRAVE, {"department", "gone", "status", "channel"})


def test_a_shared_view_gives_each_reader_only_values_that_are_theirs(cast: Cast) -> None:
    view = kept(cast, "hospital_admin", "Ward", {"department": str(cast.ward.id)}, is_shared=True)
    manager = cast.actor("department_manager")
    with acting_as(manager):
        found = queries.get(view.id, actor=manager)
        offered = {str(each.id) for each in db.session.execute(sa.select(Department)).scalars()}

    assert str(cast.elsewhere.id) not in offered
    assert found.reading.filters in ({"department": str(cast.ward.id)}, {})


def test_a_view_is_kept_from_the_queue_stands_beside_its_tabs_and_is_marked_where_it_is_open(
    app: APIFlask, cast: Cast
) -> None:
    client = opened(app, cast, "px_coordinator")
    html = look(client, "/complaints/?tab=mine&severity=high&q=Noura").text
    assert "/views/new?place=complaints&amp;tab=mine&amp;severity=high&amp;q=Noura" in html

    form = look(client, "/views/new?place=complaints&tab=mine&severity=high&q=Noura").text
    assert 'name="query" value="tab=mine&amp;severity=high"' in form  # the search is no filter
    answer = post(client, "/views/", place="complaints", query="tab=mine&severity=high&q=Noura", name="Mine, high")
    view_id = answer.location.rpartition("=")[2]
    assert answer.location == f"/complaints/?tab=mine&severity=high&view={view_id}"
    html = look(client, answer.location).text
    assert f'view={view_id}" aria-current="page"' in html
    assert f'view={view_id}" aria-current' not in look(client, "/complaints/?tab=all").text
    assert "Mine, high" not in look(client, "/inquiries/").text


@pytest.mark.parametrize("place", ["complaints", "inquiries", "actions"])
def test_a_queue_opens_with_the_start_view_and_its_tabs_lead_elsewhere(app: APIFlask, cast: Cast, place: str) -> None:
    view = kept(cast, place=place, filters={"tab": "overdue"})
    client = opened(app, cast, "px_coordinator")
    assert look(client, f"/{place}/").status_code == 200
    assert post(client, f"/views/{view.id}/start").status_code == 303

    assert look(client, f"/{place}/").location == f"/{place}/?tab=overdue&view={view.id}"
    assert look(client, f"/{place}/?tab=open").status_code == 200
    assert look(opened(app, cast, "hospital_admin"), f"/{place}/").status_code == 200
    post(client, f"/views/{view.id}/plain-start")
    assert look(client, f"/{place}/").status_code == 200


def test_another_start_view_takes_the_place_of_the_first_and_a_removed_one_leaves_none(cast: Cast) -> None:
    first, second = kept(cast, name="First"), kept(cast, name="Second")
    actor = cast.actor("px_coordinator")
    with acting_as(actor):
        keeping.start_with(first.id, actor=actor)
        keeping.start_with(second.id, actor=actor)
        assert [view.name for view in queries.list_views(actor=actor) if view.is_start] == ["Second"]
        keeping.remove(second.id, version=second.version, actor=actor)
        assert [view.is_start for view in queries.list_views(actor=actor)] == [False]


def test_a_view_is_renamed_moved_and_refused_with_an_old_version(app: APIFlask, cast: Cast) -> None:
    first, second = kept(cast, name="First"), kept(cast, name="Second", position=1)
    client = opened(app, cast, "px_coordinator")
    assert post(client, f"/views/{first.id}", version="1", name="Later", position="7").status_code == 303
    assert names(cast, "px_coordinator") == ["Second", "Later"]
    assert post(client, f"/views/{second.id}", version="1", name="Later").status_code == 422
    actor = cast.actor("px_coordinator")
    with acting_as(actor), pytest.raises(Conflict):
        keeping.change(first.id, ViewFacts("x"), version=1, actor=actor)


def test_the_log_says_who_kept_and_shared_what_without_names_and_filters(cast: Cast) -> None:
    view = kept(cast, "hospital_admin", "Noura's case")
    actor = cast.actor("hospital_admin")
    with acting_as(actor):
        keeping.change(view.id, ViewFacts("Noura again", is_shared=True), version=1, actor=actor)
        keeping.remove(view.id, actor=actor)
        rows = db.session.execute(sa.select(EventLog).where(EventLog.subject_id == view.id).order_by(EventLog.id))
        entries = [(row.data, row.actor_id) for row in rows.scalars()]
        details = db.session.execute(sa.select(EventDetail.changes)).scalars().all()

    assert [data["what"] for data, _who in entries] == ["kept", "shared", "removed"]
    assert {who for _data, who in entries} == {cast["hospital_admin"].id}
    assert "Noura" not in str(entries) + str(details)


def test_programs_list_make_change_and_remove_views(app: APIFlask, cast: Cast) -> None:
    client, headers = app.test_client(), bearer(cast["hospital_admin"])
    body = {"place": "actions", "name": "Grave", "filters": {"severity": "critical"}, "is_shared": True}
    made = client.post("/api/views/", json=body, headers=headers)
    assert made.status_code == 201
    assert made.json["url"] == f"/actions/?severity=critical&view={made.json['id']}"
    assert client.post("/api/views/", json={**body, "filters": {"x": "y"}}, headers=headers).status_code == 422
    assert client.post("/api/views/", json={**body, "place": "wards"}, headers=headers).status_code == 422
    where = f"/api/views/{UUID(made.json['id'])}/"

    patched = client.patch(where, json={"version": 1, "name": "Gravest"}, headers=headers)
    assert (patched.json["name"], patched.json["is_shared"], patched.json["version"]) == ("Gravest", True, 2)
    assert client.patch(where, json={"version": 1, "name": "x"}, headers=headers).status_code == 409
    assert client.put(f"{where}start/", headers=headers).json["is_start"] is True
    listed = client.get("/api/views/?place=actions", headers=headers).json
    assert [(each["name"], each["is_start"]) for each in listed["results"]] == [("Gravest", True)]
    assert client.get("/api/views/?place=complaints", headers=headers).json["count"] == 0
    assert client.delete(f"{where}start/", headers=headers).status_code == 204
    assert client.delete(where, headers=headers).status_code == 204
    assert client.get(where, headers=headers).status_code == 404
