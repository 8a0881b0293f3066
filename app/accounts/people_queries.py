"""The list of people by key, and what the page of one person shows; always through the administrator who looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, tuple_

from app.accounts.models import RoleAssignment, User
from app.accounts.policy import Perm, may_grant
from app.accounts.queries import names_of, visible_people
from app.core.access.actor import Actor, Role
from app.core.access.policy import require
from app.core.db import db
from app.core.i18n import language
from app.core.time import clock
from app.organizations.models import Department, Hospital

M = TypeVar("M")
Known = Mapping[UUID, Any]  # hospitals and departments by id

ROWS = 25
MOST_HOLDERS = 200
STATES = ("active", "invited", "blocked", "archived")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; it lives in the address."""

    text: str = ""
    role: str = ""
    hospital_id: UUID | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A role as a page shows it: where, and for whom as deputy."""

    held: RoleAssignment
    hospital: Hospital | None
    department: Department | None
    holder: User | None = None  # whose role it is: the person stood in for, or the one who may be stood in for


@dataclass(frozen=True, slots=True)
class Page:
    """People in order of name, the roles of each, and the key from which the next page goes on."""

    rows: Sequence[User]
    places: Mapping[UUID, list[Place]] = field(default_factory=dict)
    next_key: UUID | None = None


def list_page(filters: Filters, *, actor: Actor, after: UUID | None = None, limit: int = ROWS) -> Page:
    """Give people who are not archived, or whose state is asked for; as many statements whatever the number stored."""
    require(actor, Perm.READ)
    name = User.name_ar if language() == "ar" else User.name_en
    query = narrowed(select(User).where(visible_people(actor)), filters).order_by(name, User.id)
    if after is not None:
        there = select(name, User.id).where(User.id == after)
        query = query.where(tuple_(name, User.id) > there.scalar_subquery())
    rows = db.session.execute(query.limit(limit + 1)).scalars().all()
    shown = rows[:limit]
    return Page(shown, places_of(shown, actor=actor), shown[-1].id if len(rows) > limit else None)


def narrowed(query: Select[User], filters: Filters) -> Select[User]:
    """Narrow a selection of people by what an administrator asks for."""
    query = query.where(state_is(filters.state) if filters.state else User.archived_at.is_(None))
    if filters.text.strip():
        query = query.where(matching(filters.text))
    if filters.role or filters.hospital_id:
        query = query.where(holds(filters.role, filters.hospital_id))
    return query


def matching(text: str) -> ColumnElement[bool]:
    """Give the WHERE of people whose name or e-mail holds every word of a text."""
    words = text.replace("\x00", "").split()[:5]
    return and_(
        *(
            or_(
                User.name_en.icontains(word, autoescape=True),
                User.name_ar.contains(word, autoescape=True),
                User.email.contains(word.lower(), autoescape=True),
            )
            for word in words
        )
    )


def holds(role: str, hospital_id: UUID | None) -> ColumnElement[bool]:
    """Give the WHERE of people who hold a role now, or any role in a hospital."""
    now = clock.now()
    asked = [
        RoleAssignment.user_id == User.id,
        RoleAssignment.from_at <= now,
        or_(RoleAssignment.until_at.is_(None), RoleAssignment.until_at > now),
    ]
    if role:
        asked.append(RoleAssignment.role == role)
    if hospital_id:
        asked.append(RoleAssignment.hospital_id == hospital_id)
    return exists().where(*asked)


def state_is(state: str) -> ColumnElement[bool]:
    """Give the WHERE of an account's state; nobody has an unknown one."""
    here = User.archived_at.is_(None)
    return {
        "archived": ~here,
        "blocked": and_(here, ~User.is_active),
        "invited": and_(here, User.is_active, User.password_hash == ""),
        "active": and_(here, User.is_active, User.password_hash != ""),
    }.get(state, false())


def places_of(
    people: Sequence[User], *, actor: Actor, ended: bool = False, known: Known | None = None
) -> dict[UUID, list[Place]]:
    """Give the roles of people where the actor reaches; `ended` ones only when asked for. At most three statements.

    `known` hospitals and departments, which the page has read already, are not read again.
    """
    now = clock.now()
    held = [each for user in people for each in reached(user, actor) if ended or each.holds_after(now)]
    places: dict[UUID, list[Place]] = {user.id: [] for user in people}
    for place in _with_names(held, known or {}):
        places[place.held.user_id].append(place)
    return places


def reached(user: User, actor: Actor) -> list[RoleAssignment]:
    """Give the roles of a person that an actor may know of: those in the actor's hospitals, the newest first."""
    hospitals = actor.hospital_ids
    seen = [each for each in user.assignments if hospitals is None or each.hospital_id in hospitals]
    return sorted(seen, key=lambda each: (each.from_at, each.id), reverse=True)


def _with_names(held: Sequence[RoleAssignment], known: Known) -> list[Place]:
    hospitals = _by_id(Hospital, {each.hospital_id for each in held}, known)
    departments = _by_id(Department, {each.department_id for each in held}, known)
    people = names_of({each.deputy_for_id for each in held if each.deputy_for_id})
    return [
        Place(
            each,
            hospitals.get(each.hospital_id),
            departments.get(each.department_id),
            people.get(each.deputy_for_id) if each.deputy_for_id else None,
        )
        for each in held
    ]


def _by_id(model: type[M], ids: set[UUID | None], known: Known) -> dict[UUID | None, M]:
    found: dict[UUID | None, M] = {each: known[each] for each in ids if each is not None and each in known}
    wanted = [each for each in ids if each is not None and each not in found]
    if not wanted:
        return found
    query = select(model).where(model.id.in_(wanted))  # type: ignore[attr-defined]
    return found | {row.id: row for row in db.session.execute(query).scalars()}  # type: ignore[attr-defined]


def holders(actor: Actor, *, but: UUID, known: Known | None = None) -> list[Place]:
    """Give the lasting roles that the actor may let somebody stand in for, with their holders, in order of name."""
    now = clock.now()
    roles = [role for role in Role if may_grant(actor, role)]
    query = (
        select(RoleAssignment, User)
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            RoleAssignment.role.in_(roles),
            RoleAssignment.user_id != but,
            RoleAssignment.deputy_for_id.is_(None),
            RoleAssignment.from_at <= now,
            or_(RoleAssignment.until_at.is_(None), RoleAssignment.until_at > now),
            User.archived_at.is_(None),
            RoleAssignment.role.in_([Role.PX_ADMIN, Role.HOSPITAL_ADMIN, Role.DEPARTMENT_MANAGER, Role.PX_COORDINATOR]),
        )
        .order_by(User.name_en, RoleAssignment.id)
        .limit(MOST_HOLDERS)
    )
    if actor.hospital_ids is not None:
        query = query.where(RoleAssignment.hospital_id.in_(actor.hospital_ids))
    found = db.session.execute(query).unique().all()
    people = {held.id: user for held, user in found}
    places = _with_names([held for held, _user in found], known or {})
    return [Place(each.held, each.hospital, each.department, people[each.held.id]) for each in places]
