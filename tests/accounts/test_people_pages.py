"""The pages of people: list by key, invitation, one person with roles, deputies, sessions and history."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import people_queries, queries
from app.accounts.models import RoleAssignment, User
from app.accounts.people_queries import Filters
from app.core.access.actor import Role, acting_as
from app.core.db import db
from app.core.time import clock
from tests.accounts.conftest import change, english, turn_on
from tests.accounts.test_links_by_mail import counted
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.usefixtures("plain_forms")
INVITE = {"email": "new@example.org", "name_en": "Reem Saad", "name_ar": "ريم سعد", "language": "ar", "role": "nurse"}


@pytest.fixture
def admin(client: FlaskClient, cast: Cast) -> FlaskClient:
    """The browser of hospital A's administrator."""
    return sign_in(client, cast["hospital_admin"])


def held(user: User) -> RoleAssignment:
    """The newest role of a person."""
    query = sa.select(RoleAssignment).where(RoleAssignment.user_id == user.id).order_by(RoleAssignment.id.desc())
    return db.session.execute(query).scalars().first()  # type: ignore[return-value]


def names(found: people_queries.Page) -> list[str]:
    return [user.name_en for user in found.rows]


def fresh(browser: FlaskClient, path: str) -> int:
    """How many statements a page takes in a session that has read nothing yet."""
    browser.get(path)
    db.session.expunge_all()
    return counted(lambda: browser.get(path))


def crowd(cast: Cast, number: int) -> None:
    """Let so many nurses work in hospital A."""
    for each in range(number):
        user = User(email=f"n{each}@example.org", name_en=f"Nurse {each:03}", name_ar=f"ممرضة {each:03}")
        db.session.add(user)
        db.session.flush()
        db.session.add(RoleAssignment(user_id=user.id, role=Role.NURSE, hospital_id=cast.a.id, from_at=clock.now()))
    db.session.commit()


def test_the_list_shows_the_people_of_ones_hospitals(admin: FlaskClient, cast: Cast) -> None:
    page = admin.get("/admin/people/").text
    assert "px.coordinator@example.org" in page and "viewer@example.org" in page
    assert "outsider@example.org" not in page and "px.admin@example.org" not in page


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(text="coord"), ["Px Coordinator"]),
        (Filters(text="NURSE@"), ["Nurse"]),
        (Filters(text="شخص viewer"), ["Viewer"]),
        (Filters(role="physician"), ["Physician"]),
        (Filters(role="px_admin"), []),
        (Filters(state="archived"), ["Staff"]),
        (Filters(state="blocked"), ["Source User"]),
        (Filters(state="no such state"), []),
        (Filters(text="100%_"), []),
    ],
)
def test_the_list_is_narrowed(admin: FlaskClient, cast: Cast, filters: Filters, found: list[str]) -> None:
    change(cast["staff"], archived_at=clock.now())
    change(cast["source_user"], is_active=False)
    with acting_as(cast.actor("hospital_admin")) as actor:
        assert names(people_queries.list_page(filters, actor=actor)) == found


def test_pages_go_on_where_the_last_one_ended(cast: Cast) -> None:
    crowd(cast, 30)
    actor, seen, after = cast.actor("hospital_admin"), [], None
    while True:
        with acting_as(actor):
            found = people_queries.list_page(Filters(), actor=actor, after=after, limit=10)
        seen += [user.id for user in found.rows]
        after = found.next_key
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 38


def test_more_people_cost_no_more_statements(admin: FlaskClient, cast: Cast) -> None:
    few = fresh(admin, "/admin/people/")
    crowd(cast, 20)
    assert fresh(admin, "/admin/people/") == few <= 12


def test_an_administrator_invites_by_the_form(admin: FlaskClient, cast: Cast) -> None:
    answer = admin.post("/admin/people/", data={**INVITE, "department_id": str(cast.er.id)})
    assert answer.status_code == 303, answer.text
    shown = admin.get(answer.headers["Location"]).text
    assert "Reem Saad" in shown and "Invited" in shown and "Send the invitation again" in shown


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "no address"}, "not an e-mail address"),
        ({"email": "nurse@example.org"}, "has this e-mail already"),
        ({"name_ar": ""}, "Give the name."),
        ({"role": "department_manager"}, "needs a department"),
    ],
)
def test_a_refused_invitation_says_why_and_keeps_what_was_typed(
    admin: FlaskClient, cast: Cast, wrong: dict[str, str], said: str
) -> None:
    answer = admin.post("/admin/people/", data={**INVITE, **wrong})
    assert answer.status_code == 422
    assert said in answer.text and "Reem Saad" in answer.text


def test_the_form_offers_only_roles_below_ones_own(admin: FlaskClient, cast: Cast) -> None:
    page = admin.get("/admin/people/new").text
    assert 'value="department_manager"' in page and 'value="hospital_admin"' not in page
    assert cast.elsewhere.name_en in page and str(cast.elsewhere.id) not in page


def test_the_page_of_a_person_gives_and_ends_roles(admin: FlaskClient, cast: Cast) -> None:
    address = f"/admin/people/{cast['nurse'].id}"
    given = admin.post(f"{address}/role", data={"role": "viewer"})
    assert given.status_code == 303, given.text
    page = admin.get(address).text
    assert "Roles that ended" in page
    ended = admin.post(f"{address}/roles/{held(cast['nurse']).id}/end")
    assert ended.status_code == 303
    assert "No role" in admin.get(address).text


def test_a_deputy_is_set_for_whole_days_of_the_hospital(admin: FlaskClient, cast: Cast) -> None:
    address = f"/admin/people/{cast['nurse'].id}"
    form = {
        "assignment_id": str(held(cast["department_manager"]).id),
        "from_on": "2026-11-26",
        "until_on": "2026-11-28",
    }
    assert admin.post(f"{address}/deputies", data=form).status_code == 303
    made = held(cast["nurse"])
    assert made.from_at == datetime(2026, 11, 25, 21, tzinfo=UTC)
    assert made.until_at == datetime(2026, 11, 28, 21, tzinfo=UTC)
    assert "Deputy for Department Manager" in admin.get(address).text
    backwards = admin.post(f"{address}/deputies", data={**form, "until_on": "2026-11-20"})
    assert backwards.status_code == 422 and "must come after" in backwards.text


def test_who_stands_beside_or_above_may_be_looked_at_only(admin: FlaskClient, cast: Cast) -> None:
    page = admin.get(f"/admin/people/{cast['hospital_admin'].id}").text
    assert "you may look, not change" in page and "Give this role" not in page
    assert admin.post(f"/admin/people/{cast['hospital_admin'].id}/role", data={"role": "viewer"}).status_code == 403


def test_a_changed_record_meets_the_newer_version(admin: FlaskClient, cast: Cast) -> None:
    address = f"/admin/people/{cast['nurse'].id}"
    form = {"name_en": "Noura", "name_ar": "نورة", "language": "ar", "job_title": "", "is_active": "y"}
    assert admin.post(address, data={**form, "version": "1"}).status_code == 303
    stale = admin.post(address, data={**form, "name_en": "Late", "version": "1"})
    assert stale.status_code == 409
    assert "nothing you typed is lost" in stale.text and 'value="Late"' in stale.text


def test_a_blocked_person_is_signed_out_at_once(admin: FlaskClient, app: Flask, cast: Cast) -> None:
    nurse = sign_in(english(app), cast["nurse"])
    form = {"name_en": "Noura", "name_ar": "نورة", "language": "ar", "job_title": "", "version": "1"}
    assert admin.post(f"/admin/people/{cast['nurse'].id}", data=form).status_code == 303
    assert nurse.get("/me").status_code == 303
    assert "Blocked" in admin.get(f"/admin/people/{cast['nurse'].id}").text


def test_archived_and_brought_back(admin: FlaskClient, app: Flask, cast: Cast) -> None:
    nurse, address = sign_in(english(app), cast["nurse"]), f"/admin/people/{cast['nurse'].id}"
    assert admin.post(f"{address}/archive").status_code == 303
    assert nurse.get("/me").status_code == 303
    assert "nurse@example.org" not in admin.get("/admin/people/").text
    assert "nurse@example.org" in admin.get("/admin/people/?state=archived").text
    assert admin.post(f"{address}/restore").status_code == 303
    assert nurse.get("/me").status_code == 303, "a session that was ended stays ended"
    assert admin.post(f"/admin/people/{cast['hospital_admin'].id}/archive").status_code == 403


def test_an_archived_e_mail_may_be_used_again_and_then_the_first_can_not_return(admin: FlaskClient, cast: Cast) -> None:
    address = f"/admin/people/{cast['nurse'].id}"
    admin.post(f"{address}/archive")
    assert admin.post("/admin/people/", data={**INVITE, "email": "nurse@example.org"}).status_code == 303
    refused = admin.post(f"{address}/restore")
    assert refused.status_code == 409 and "has this e-mail already" in refused.text


def test_an_administrator_signs_a_person_out_and_clears_a_lost_second_factor(
    admin: FlaskClient, app: Flask, cast: Cast
) -> None:
    turn_on(cast["nurse"], cast)
    nurse, address = sign_in(english(app), cast["nurse"]), f"/admin/people/{cast['nurse'].id}"
    assert "Remove the second factor" in admin.get(address).text
    assert admin.post(f"{address}/sessions/end").status_code == 303
    assert nurse.get("/me").status_code == 303
    assert admin.post(f"{address}/second-factor/removal").status_code == 303
    assert not queries.get(cast["nurse"].id).has_second_factor  # type: ignore[union-attr]
    assert admin.post(f"{address}/second-factor/removal").status_code == 409


def test_the_history_tells_what_happened(admin: FlaskClient, cast: Cast) -> None:
    address = f"/admin/people/{cast['nurse'].id}"
    admin.post(f"{address}/role", data={"role": "viewer"})
    page = admin.get(address).text
    assert "Got a role" in page and "A role ended" in page


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_opens_in_both_languages(client: FlaskClient, cast: Cast, language: str) -> None:
    sign_in(client, cast["px_admin"])
    client.set_cookie("px_lang", language)
    person = f"/admin/people/{cast['department_manager'].id}"
    for path in (
        "/admin/people/",
        "/admin/people/new",
        "/admin/people/second-factor",
        person,
        "/me",
        "/me/second-factor",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in answer.text, path
        assert answer.text.count("<h1>") == 1 and len(answer.data) < 150_000, path


def test_pages_of_people_stay_in_their_budget(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast["px_admin"])
    crowd(cast, 30)
    for path in ("/admin/people/", f"/admin/people/{cast['nurse'].id}", "/admin/people/new", "/me"):
        assert fresh(client, path) <= 12, path
