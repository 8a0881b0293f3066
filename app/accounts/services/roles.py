"""Roles as held: one lasting role for each hospital, and dated deputies. Granting follows product.md section 2."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from app.accounts import queries
from app.accounts.events import RoleEnded, RoleGranted
from app.accounts.models import RoleAssignment, User
from app.accounts.policy import Perm, may_grant
from app.accounts.queries import NEEDS_DEPARTMENT, TAKES_DEPARTMENT
from app.core.access.actor import LEVEL, Actor, Role
from app.core.access.policy import can_reach_hospital, require
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.events import record
from app.core.time import clock
from app.organizations.models import Department, Hospital

LAST_ADMIN = _l("This is the last PX Admin. Name another one first.")


@command
def assign_role(
    user_id: UUID, *, role: Role, hospital_id: UUID | None, department_id: UUID | None, actor: Actor
) -> User:
    """Give a person this lasting role in place of the one they have in the hospital; dated deputies stay.

    NotAllowed: the role, or the one it replaces, is not below the actor's own, or another hospital. Invalid: what the
    role needs. Conflict: the last PX Admin would lose the role.
    """
    user = queries.get_person(user_id, actor=actor, needs=Perm.GRANT)
    check_manageable(user, actor)
    place = check_place(role, hospital_id, department_id, actor)
    now = clock.now()
    for held in _lasting(user_id, place[0], now):
        if (held.role, held.hospital_id, held.department_id) == (role, *place):
            return user
        _end(held, actor, now)
    add(user_id, role, place, actor=actor)
    return refreshed(user)


@command
def add_deputy(
    user_id: UUID, *, assignment_id: UUID, from_at: datetime | None, until_at: datetime, actor: Actor
) -> RoleAssignment:
    """Let a person stand in for the holder of a role, from a time until a time; both keep what they had.

    NotFound: no such role in the actor's hospitals. NotAllowed: the role is not below the actor's own. Invalid: the
    dates, the person is the holder, or the role itself is a deputy's.
    """
    user = queries.get_person(user_id, actor=actor, needs=Perm.GRANT)
    check_manageable(user, actor)
    held = _assignment(assignment_id, actor)
    role, now = Role(held.role), clock.now()
    if not may_grant(actor, role):
        raise NotAllowed()
    start = max(from_at or now, now)
    if until_at <= start:
        raise Invalid(until=_l("The end must come after the beginning."))
    if held.user_id == user_id:
        raise Invalid(assignment_id=_l("Nobody is their own deputy."))
    if held.deputy_for_id is not None or not held.holds_after(now):
        raise Invalid(assignment_id=_l("Choose a lasting role that is held now."))
    place = (held.hospital_id, held.department_id)
    made = add(user_id, role, place, actor=actor, dates=(start, until_at), deputy_for=held.user_id)
    refreshed(user)
    return made


@command
def end_role(user_id: UUID, assignment_id: UUID, *, actor: Actor) -> User:
    """Take a role from a person at once; again is harmless. NotAllowed, NotFound. Conflict: the last PX Admin."""
    user = queries.get_person(user_id, actor=actor, needs=Perm.GRANT)
    held = _assignment(assignment_id, actor)
    if held.user_id != user_id:
        raise NotFound()
    check_manageable(user, actor)
    if not may_grant(actor, Role(held.role)):
        raise NotAllowed()
    now = clock.now()
    if held.holds_after(now):
        _end(held, actor, now)
    return refreshed(user)


def check_place(
    role: Role, hospital_id: UUID | None, department_id: UUID | None, actor: Actor
) -> tuple[UUID | None, UUID | None]:
    """Give the (hospital, department) in which a role is held. NotAllowed, Invalid as `assign_role`."""
    require(actor, Perm.GRANT)
    hospital_id = None if role is Role.PX_ADMIN else hospital_id
    if role is not Role.PX_ADMIN and hospital_id is None:
        raise Invalid(hospital_id=_l("Choose the hospital."))
    if not may_grant(actor, role) or not can_reach_hospital(actor, Perm.GRANT, hospital_id):
        raise NotAllowed()
    _check_hospital(hospital_id)
    if role not in TAKES_DEPARTMENT:
        return hospital_id, None
    if role in NEEDS_DEPARTMENT and department_id is None:
        raise Invalid(department_id=_l("This role needs a department."))
    if department_id is not None:
        department = db.session.get(Department, department_id)
        if department is None or department.hospital_id != hospital_id or department.archived_at is not None:
            raise Invalid(department_id=_l("Choose a department of this hospital."))
    return hospital_id, department_id


def _check_hospital(hospital_id: UUID | None) -> None:
    if hospital_id is None:
        return
    hospital = db.session.get(Hospital, hospital_id)
    if hospital is None or hospital.archived_at is not None:
        raise Invalid(hospital_id=_l("Choose the hospital."))


def check_manageable(user: User, actor: Actor, *, wholly: bool = False) -> None:
    """Raise NotAllowed unless the person's roles in the actor's hospitals are below the actor's own; a PX Admin manages all.

    `wholly`: the act touches the account itself, so that every hospital where the person works must be the actor's.
    """
    reached, now = actor.hospital_ids, clock.now()
    held = [each for each in user.assignments if each.holds_after(now)]
    if wholly and reached is not None and any(each.hospital_id not in reached for each in held):
        raise NotAllowed(
            _l("This person also works elsewhere; only who reaches all their hospitals may change the account.")
        )
    if actor.has(Role.SYSTEM, Role.PX_ADMIN):
        return
    near = (each for each in held if each.hospital_id is None or reached is None or each.hospital_id in reached)
    if max((LEVEL[Role(each.role)] for each in near), default=0) >= actor.level:
        raise NotAllowed()


def keep_a_px_admin(leaving: UUID) -> None:
    """Raise Conflict when nobody else would be a lasting PX Admin; two admins who remove each other wait for one another."""
    rows = db.session.execute(
        select(RoleAssignment)
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            RoleAssignment.role == Role.PX_ADMIN,
            RoleAssignment.deputy_for_id.is_(None),
            RoleAssignment.until_at.is_(None),
            RoleAssignment.from_at <= clock.now(),
            User.is_active,
            User.archived_at.is_(None),
            User.password_hash != "",
        )
        .order_by(RoleAssignment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalars()
    admins = {row.user_id for row in rows}
    if admins == {leaving}:
        raise Conflict(LAST_ADMIN, code="last_px_admin")


def add(
    user_id: UUID,
    role: Role,
    place: tuple[UUID | None, UUID | None],
    *,
    actor: Actor,
    dates: tuple[datetime, datetime | None] | None = None,
    deputy_for: UUID | None = None,
) -> RoleAssignment:
    """Write a role as held, inside the caller's command, which has checked it."""
    start, until_at = dates or (clock.now(), None)
    held = RoleAssignment(
        user_id=user_id,
        role=role,
        hospital_id=place[0],
        department_id=place[1],
        from_at=start,
        until_at=until_at,
        deputy_for_id=deputy_for,
        granted_by_id=actor.id,
    )
    db.session.add(held)
    db.session.flush()
    record(RoleGranted(user_id, place[0], role, held.id, deputy_for), actor=actor)
    return held


def refreshed(user: User) -> User:
    """Read a person's roles anew after they changed."""
    db.session.refresh(user, ["assignments"])
    return user


def _lasting(user_id: UUID, hospital_id: UUID | None, now: datetime) -> list[RoleAssignment]:
    """The lasting roles that a new one in this hospital replaces; a PX Admin has no other."""
    query = select(RoleAssignment).where(
        RoleAssignment.user_id == user_id,
        RoleAssignment.deputy_for_id.is_(None),
        or_(RoleAssignment.until_at.is_(None), RoleAssignment.until_at > now),
    )
    if hospital_id is not None:
        query = query.where(or_(RoleAssignment.hospital_id == hospital_id, RoleAssignment.hospital_id.is_(None)))
    return list(db.session.execute(query.with_for_update()).scalars())


def _assignment(assignment_id: UUID, actor: Actor) -> RoleAssignment:
    query = select(RoleAssignment).where(RoleAssignment.id == assignment_id)
    if actor.hospital_ids is not None:
        query = query.where(RoleAssignment.hospital_id.in_(actor.hospital_ids))
    held = db.session.execute(query.with_for_update()).scalar_one_or_none()
    if held is None:
        raise NotFound()
    return held


def _end(held: RoleAssignment, actor: Actor, now: datetime) -> None:
    """End a role, and the deputies who stood in for its holder."""
    if not may_grant(actor, Role(held.role)):
        raise NotAllowed()
    if held.role == Role.PX_ADMIN and held.deputy_for_id is None:
        keep_a_px_admin(held.user_id)
    for each in (held, *(_deputies(held, now) if held.deputy_for_id is None else ())):
        each.until_at = max(now, each.from_at)
        record(RoleEnded(each.user_id, each.hospital_id, each.role, each.id), actor=actor)


def _deputies(held: RoleAssignment, now: datetime) -> list[RoleAssignment]:
    query = select(RoleAssignment).where(
        RoleAssignment.deputy_for_id == held.user_id,
        RoleAssignment.role == held.role,
        RoleAssignment.hospital_id.is_not_distinct_from(held.hospital_id),
        RoleAssignment.department_id.is_not_distinct_from(held.department_id),
        RoleAssignment.until_at > now,
    )
    return list(db.session.execute(query).scalars())
