"""Roles as held: who may give which, deputies with their dates, and that what ends is gone at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.accounts import queries
from app.accounts.models import RoleAssignment
from app.accounts.policy import may_grant
from app.accounts.services import people, roles
from app.core.access.actor import ASSIGNABLE, LEVEL, Role
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.time import clock
from tests.accounts.conftest import events, later
from tests.cast import Cast, bearer, sign_in


def held(cast: Cast, name: str) -> RoleAssignment:
    """The first role of a person of the cast."""
    query = sa.select(RoleAssignment).where(RoleAssignment.user_id == cast[name].id).order_by(RoleAssignment.id)
    return db.session.execute(query).scalars().first()  # type: ignore[return-value]


def stand_in(cast: Cast, who: str, whom: str, actor: str = "hospital_admin", days: float = 3) -> RoleAssignment:
    return roles.add_deputy(
        cast[who].id,
        assignment_id=held(cast, whom).id,
        from_at=None,
        until_at=clock.now() + timedelta(days=days),
        actor=cast.actor(actor),
    )


@pytest.mark.parametrize("role", ASSIGNABLE)
@pytest.mark.parametrize("actor", ["px_admin", "hospital_admin", "department_manager", "source_user"])
def test_roles_below_ones_own_may_be_given_and_a_px_admin_gives_all(cast: Cast, actor: str, role: Role) -> None:
    who = cast.actor(actor)
    assert may_grant(who, role) is (actor == "px_admin" or LEVEL[role] < who.level)


def test_the_new_lasting_role_takes_the_place_of_the_old(cast: Cast) -> None:
    user = roles.assign_role(
        cast["nurse"].id,
        role=Role.DEPARTMENT_MANAGER,
        hospital_id=cast.a.id,
        department_id=cast.ward.id,
        actor=cast.actor("hospital_admin"),
    )
    assert queries.actor_of(user).roles == {Role.DEPARTMENT_MANAGER}
    assert [event.data["role"] for event in events("accounts.role.ended")] == ["nurse"]
    assert [event.data["role"] for event in events("accounts.role.granted")] == ["department_manager"]


def test_giving_the_same_role_again_changes_nothing(cast: Cast) -> None:
    place = {"hospital_id": cast.a.id, "department_id": cast.er.id}
    roles.assign_role(cast["nurse"].id, role=Role.NURSE, **place, actor=cast.actor("hospital_admin"))
    assert events("accounts.role.granted") == []


def test_a_role_elsewhere_stays(cast: Cast) -> None:
    admin = cast.actor("px_admin")
    roles.assign_role(cast["nurse"].id, role=Role.VIEWER, hospital_id=cast.b.id, department_id=None, actor=admin)
    cast.people["nurse"] = queries.get(cast["nurse"].id)  # type: ignore[assignment]
    assert cast.actor("nurse").hospital_ids == {cast.a.id, cast.b.id}


@pytest.mark.parametrize(
    ("actor", "person", "role", "hospital"),
    [
        ("hospital_admin", "nurse", Role.HOSPITAL_ADMIN, "a"),  # not below one's own
        ("hospital_admin", "nurse", Role.PX_ADMIN, "a"),
        ("hospital_admin", "nurse", Role.NURSE, "b"),  # not one's hospital
        ("hospital_admin", "hospital_admin", Role.NURSE, "a"),  # not below oneself
        ("px_coordinator", "nurse", Role.STAFF, "a"),  # no right to grant at all
    ],
)
def test_who_may_not_give_a_role_is_refused(cast: Cast, actor: str, person: str, role: Role, hospital: str) -> None:
    with pytest.raises(NotAllowed):
        roles.assign_role(
            cast[person].id,
            role=role,
            hospital_id=getattr(cast, hospital).id,
            department_id=cast.er.id,
            actor=cast.actor(actor),
        )


def test_people_of_another_hospital_do_not_exist(cast: Cast) -> None:
    with pytest.raises(NotFound):
        roles.assign_role(
            cast["nurse"].id, role=Role.STAFF, hospital_id=cast.b.id, department_id=None, actor=cast.actor("outsider")
        )
    with pytest.raises(NotFound):
        roles.end_role(cast["outsider"].id, held(cast, "outsider").id, actor=cast.actor("hospital_admin"))
    with pytest.raises(NotFound):
        roles.end_role(cast["nurse"].id, held(cast, "outsider").id, actor=cast.actor("hospital_admin"))


@pytest.mark.parametrize("department", [None, "elsewhere"])
def test_a_department_role_needs_a_department_of_that_hospital(cast: Cast, department: str | None) -> None:
    with pytest.raises(Invalid) as refusal:
        roles.assign_role(
            cast["nurse"].id,
            role=Role.DEPARTMENT_MANAGER,
            hospital_id=cast.a.id,
            department_id=getattr(cast, department).id if department else None,
            actor=cast.actor("px_admin"),
        )
    assert list(refusal.value.fields) == ["department_id"]


def test_a_hospital_role_needs_a_hospital_and_keeps_no_department(cast: Cast) -> None:
    with pytest.raises(Invalid):
        roles.assign_role(
            cast["nurse"].id, role=Role.VIEWER, hospital_id=None, department_id=None, actor=cast.actor("px_admin")
        )
    user = roles.assign_role(
        cast["nurse"].id,
        role=Role.VIEWER,
        hospital_id=cast.a.id,
        department_id=cast.er.id,
        actor=cast.actor("px_admin"),
    )
    assert [each.department_id for each in user.assignments if each.holds_after(clock.now())] == [None]


def test_who_loses_a_role_loses_its_pages_at_the_next_click(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast["px_coordinator"])
    headers = bearer(cast["px_coordinator"])
    assert client.get("/patients/").status_code == 200
    roles.end_role(cast["px_coordinator"].id, held(cast, "px_coordinator").id, actor=cast.actor("hospital_admin"))
    assert client.get("/patients/").status_code == 403
    assert client.get("/api/organizations/patients/", headers=headers).status_code == 403
    assert client.get("/").status_code == 200, "the own home still opens, empty"


def test_a_role_ends_by_its_date(client: FlaskClient, cast: Cast) -> None:
    stand_in(cast, "nurse", "px_coordinator", days=3)
    sign_in(client, cast["nurse"])
    assert client.get("/patients/").status_code == 200
    db.session.refresh(cast["nurse"], ["assignments"])
    with later(days=2, hours=23):
        assert Role.PX_COORDINATOR in queries.actor_of(cast["nurse"]).roles
    with later(days=3):
        assert Role.PX_COORDINATOR not in queries.actor_of(cast["nurse"]).roles


def test_a_deputy_begins_on_the_day(cast: Cast) -> None:
    roles.add_deputy(
        cast["nurse"].id,
        assignment_id=held(cast, "department_manager").id,
        from_at=clock.now() + timedelta(days=1),
        until_at=clock.now() + timedelta(days=2),
        actor=cast.actor("hospital_admin"),
    )
    db.session.refresh(cast["nurse"], ["assignments"])
    assert queries.actor_of(cast["nurse"]).roles == {Role.NURSE}
    with later(days=1):
        actor = queries.actor_of(cast["nurse"])
        assert actor.roles == {Role.NURSE, Role.DEPARTMENT_MANAGER}
        assert any(cast.triage.id in holding.department_ids for holding in actor.holdings)


def test_a_deputy_says_for_whom_and_is_told_with_the_people_of_the_role(cast: Cast) -> None:
    made = stand_in(cast, "nurse", "department_manager")
    assert made.deputy_for_id == cast["department_manager"].id
    assert (made.role, made.hospital_id, made.department_id) == (Role.DEPARTMENT_MANAGER, cast.a.id, cast.er.id)
    found = queries.people_with_role(cast.a.id, Role.DEPARTMENT_MANAGER, cast.er.id)
    assert {each.id for each in found} == {cast["department_manager"].id, cast["nurse"].id}


def test_deputies_end_with_the_role_that_they_stand_in_for(cast: Cast) -> None:
    stand_in(cast, "nurse", "px_coordinator")
    roles.end_role(cast["px_coordinator"].id, held(cast, "px_coordinator").id, actor=cast.actor("hospital_admin"))
    db.session.refresh(cast["nurse"], ["assignments"])
    assert queries.actor_of(cast["nurse"]).roles == {Role.NURSE}


def test_a_deputy_for_an_equal_or_higher_role_is_not_ones_to_name(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        stand_in(cast, "nurse", "hospital_admin")
    assert stand_in(cast, "nurse", "hospital_admin", actor="px_admin").role == Role.HOSPITAL_ADMIN


def test_a_deputy_of_oneself_of_a_deputy_or_of_no_time_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        stand_in(cast, "px_coordinator", "px_coordinator")
    with pytest.raises(Invalid):
        stand_in(cast, "nurse", "px_coordinator", days=-1)
    deputy = stand_in(cast, "nurse", "px_coordinator")
    with pytest.raises(Invalid):
        roles.add_deputy(
            cast["staff"].id,
            assignment_id=deputy.id,
            from_at=None,
            until_at=clock.now() + timedelta(days=1),
            actor=cast.actor("hospital_admin"),
        )


def test_the_last_px_admin_stays(cast: Cast) -> None:
    admin = cast.actor("px_admin")
    with pytest.raises(Conflict) as refusal:
        roles.end_role(cast["px_admin"].id, held(cast, "px_admin").id, actor=admin)
    assert refusal.value.code == "last_px_admin"
    with pytest.raises(Conflict):
        roles.assign_role(cast["px_admin"].id, role=Role.VIEWER, hospital_id=cast.a.id, department_id=None, actor=admin)
    with pytest.raises(Conflict):
        people.archive(cast["px_admin"].id, actor=admin)
    with pytest.raises(Conflict):
        people.update(cast["px_admin"].id, version=cast["px_admin"].version, is_active=False, actor=admin)


def test_with_another_px_admin_the_first_may_go(cast: Cast) -> None:
    admin = cast.actor("px_admin")
    roles.assign_role(cast["viewer"].id, role=Role.PX_ADMIN, hospital_id=None, department_id=None, actor=admin)
    db.session.refresh(cast["viewer"], ["assignments"])
    assert cast.actor("viewer").roles == {Role.PX_ADMIN}, "a PX Admin has no other lasting role"
    people.archive(cast["px_admin"].id, actor=cast.actor("viewer"))
    lasting = next(each for each in cast["viewer"].assignments if each.role == Role.PX_ADMIN)
    with pytest.raises(Conflict):
        roles.end_role(cast["viewer"].id, lasting.id, actor=cast.actor("viewer"))


def test_a_deputy_does_not_count_as_the_last_px_admin(cast: Cast) -> None:
    stand_in(cast, "viewer", "px_admin", actor="px_admin")
    with pytest.raises(Conflict):
        roles.end_role(cast["px_admin"].id, held(cast, "px_admin").id, actor=cast.actor("px_admin"))


def test_an_account_that_also_works_elsewhere_is_not_one_administrators(cast: Cast) -> None:
    roles.assign_role(
        cast["nurse"].id, role=Role.VIEWER, hospital_id=cast.b.id, department_id=None, actor=cast.actor("px_admin")
    )
    for name in ("hospital_admin", "outsider"):
        with pytest.raises(NotAllowed):
            people.archive(cast["nurse"].id, actor=cast.actor(name))
    roles.end_role(cast["nurse"].id, held(cast, "nurse").id, actor=cast.actor("hospital_admin"))
    with pytest.raises(NotFound):
        queries.get_person(cast["nurse"].id, actor=cast.actor("hospital_admin"))
