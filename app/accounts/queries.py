"""Readers of accounts: who somebody is as actor, who holds a role somewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased, lazyload

from app.accounts.models import RoleAssignment, SecondFactorRule, User
from app.accounts.policy import Perm
from app.core.access.actor import ALL_HOSPITALS, Actor, ActorKind, Holding, Role, acting_as, system_actor
from app.core.access.policy import require
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.text.fold import fold
from app.core.time import clock
from app.core.web.chosen import Verdict
from app.organizations.tree import with_subtrees

NEEDS_DEPARTMENT = frozenset({Role.DEPARTMENT_MANAGER})
_WORKING = frozenset(Role) - {Role.SOURCE_USER, Role.VIEWER, Role.SYSTEM}
TAKES_DEPARTMENT = NEEDS_DEPARTMENT | {Role.PHYSICIAN, Role.NURSE, Role.STAFF}


def actor_of(user: User) -> Actor:
    """Give a person as actor, with the roles held now; departments include those below."""
    return actors_of([user])[0]


def actors_of(users: Sequence[User]) -> list[Actor]:
    """Give people as actors, in their order; one statement for the departments of all."""
    now = clock.now()
    held = [[each for each in user.assignments if each.holds_at(now)] for user in users]
    below = _subtrees(list({each.department_id for roles in held for each in roles if each.department_id}))
    return [
        Actor(
            ActorKind.PERSON,
            user.id,
            tuple(_holding(each, below) for each in roles),
            name=user.name_en,
            language=user.language,
        )
        for user, roles in zip(users, held, strict=True)
    ]


def _holding(assignment: RoleAssignment, below: dict[UUID, frozenset[UUID]]) -> Holding:
    hospitals = ALL_HOSPITALS if assignment.hospital_id is None else frozenset({assignment.hospital_id})
    departments = below.get(assignment.department_id, frozenset()) if assignment.department_id else frozenset()
    return Holding(Role(assignment.role), hospitals, departments)


def _subtrees(department_ids: list[UUID]) -> dict[UUID, frozenset[UUID]]:
    if not department_ids:
        return {}
    with acting_as(system_actor("expand a person's departments")):
        found: dict[UUID, set[UUID]] = defaultdict(set)
        for root, department_id in with_subtrees(department_ids):
            found[root].add(department_id)
    return {root: frozenset(ids) for root, ids in found.items()}


def get(user_id: UUID) -> User | None:
    """Find a person by id."""
    return db.session.get(User, user_id)


def get_person(user_id: UUID, *, actor: Actor, needs: Perm = Perm.READ, version: int | None = None) -> User:
    """Find a person through the actor. NotAllowed, NotFound, Conflict as everywhere."""
    require(actor, needs)
    user = db.session.execute(
        select(User).where(User.id == user_id, visible_people(actor)).execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if user is None:
        raise NotFound()
    if version is not None and user.version != version:
        raise Conflict(current=user)
    return user


def is_visible(user_id: UUID, *, actor: Actor) -> bool:
    """Tell whether a person is one of the actor's people."""
    return db.session.execute(select(User.id).where(User.id == user_id, visible_people(actor))).first() is not None


def visible_people(actor: Actor) -> ColumnElement[bool]:
    """Give the WHERE of the people an administrator sees: who holds, or will hold, a role in the administrator's hospitals.

    Somebody whose every role has ended stays with the hospitals where they were, so that it can be undone.
    """
    hospitals = actor.hospital_ids
    if hospitals is None:
        return User.id.is_not(None)
    mine, theirs = aliased(RoleAssignment), aliased(RoleAssignment)
    now = clock.now()
    works_on = exists().where(theirs.user_id == mine.user_id, or_(theirs.until_at.is_(None), theirs.until_at > now))
    return exists().where(
        mine.user_id == User.id,
        mine.hospital_id.in_(hospitals),
        or_(mine.until_at.is_(None), mine.until_at > now, ~works_on),
    )


def second_factor_rule(hospital_id: UUID | None) -> SecondFactorRule | None:
    """Find the rule of a hospital, or of the group (None): whose second factor is a must."""
    return db.session.execute(
        select(SecondFactorRule).where(SecondFactorRule.hospital_id.is_not_distinct_from(hospital_id))
    ).scalar_one_or_none()


def second_factor_rules(hospital_ids: Sequence[UUID]) -> dict[UUID | None, SecondFactorRule]:
    """Give the rules of these hospitals and of the group (None), in one statement."""
    query = select(SecondFactorRule).where(
        or_(SecondFactorRule.hospital_id.is_(None), SecondFactorRule.hospital_id.in_(hospital_ids))
    )
    return {rule.hospital_id: rule for rule in db.session.execute(query).scalars()}


def asks_second_factor(user_id: Any, now: Any) -> ColumnElement[bool]:
    """Give the SQL that tells whether a role which a person holds now is named by a rule; `user_id` may be a column."""
    return exists().where(
        RoleAssignment.user_id == user_id,
        RoleAssignment.from_at <= now,
        or_(RoleAssignment.until_at.is_(None), RoleAssignment.until_at > now),
        or_(
            SecondFactorRule.hospital_id.is_(None),
            SecondFactorRule.hospital_id == RoleAssignment.hospital_id,
        ),
        SecondFactorRule.roles.op("?")(RoleAssignment.role),
    )


def must_have_second_factor(user_id: UUID) -> bool:
    """Tell whether a rule asks this person for a second factor now."""
    return bool(db.session.execute(select(asks_second_factor(user_id, clock.now()))).scalar_one())


def find_by_email(email: str) -> User | None:
    """Find a person by e-mail, whatever the case of its letters."""
    return db.session.execute(
        select(User)
        .where(User.email == email.strip().lower(), User.archived_at.is_(None))
        .options(lazyload(User.assignments))  # as many statements whether there is such a person or not
    ).scalar_one_or_none()


def people_with_role(hospital_id: UUID, role: Role, department_id: UUID | None = None) -> Sequence[User]:
    """Give the active people who hold a role in a hospital now, deputies included; the ones longest in it first."""
    now = clock.now()
    query = (
        select(User)
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(
            RoleAssignment.role == role,
            or_(RoleAssignment.hospital_id == hospital_id, RoleAssignment.hospital_id.is_(None)),
            RoleAssignment.from_at <= now,
            or_(RoleAssignment.until_at.is_(None), RoleAssignment.until_at > now),
            User.is_active,
            User.archived_at.is_(None),
        )
        .order_by(RoleAssignment.from_at, User.id)
    )
    if department_id is not None:
        query = query.where(RoleAssignment.department_id == department_id)
    return db.session.execute(query).unique().scalars().all()


def works_in(user_id: UUID, hospital_id: UUID) -> bool:
    """Tell whether an active person holds any role in a hospital now."""
    now = clock.now()
    return bool(
        db.session.execute(
            select(
                exists().where(
                    User.id == user_id,
                    User.is_active,
                    User.archived_at.is_(None),
                    RoleAssignment.user_id == User.id,
                    or_(RoleAssignment.hospital_id == hospital_id, RoleAssignment.hospital_id.is_(None)),
                    RoleAssignment.from_at <= now,
                    or_(RoleAssignment.until_at.is_(None), RoleAssignment.until_at > now),
                )
            )
        ).scalar_one()
    )


def represented_now(user_ids: Iterable[UUID]) -> set[UUID]:
    """Give who of these people has a deputy at this moment, in any role; one statement."""
    now = clock.now()
    found = db.session.execute(
        select(RoleAssignment.deputy_for_id).where(
            RoleAssignment.deputy_for_id.in_(list(user_ids)),
            RoleAssignment.from_at <= now,
            or_(RoleAssignment.until_at.is_(None), RoleAssignment.until_at > now),
        )
    ).scalars()
    return {each for each in found if each is not None}


def options_people_for(verdicts: Iterable[Verdict]) -> Sequence[User]:
    """Give who may own the chosen rows that may change: people of their one hospital; nobody when they are of several."""
    hospitals = {verdict.row.hospital_id for verdict in verdicts if not verdict.refusal}
    return options_people(hospitals.pop()) if len(hospitals) == 1 else []


def options_people(hospital_id: UUID, limit: int = 300) -> Sequence[User]:
    """Give the active people of a hospital, for a choice in a form."""
    query = _people_of(hospital_id).options(lazyload(User.assignments)).limit(limit)
    return db.session.execute(query).scalars().all()


def people_like(
    hospital_id: UUID, text: str, limit: int, *, roles: Collection[Role], after: User | None = None
) -> Sequence[User]:
    """Give active people of a hospital who hold one of these roles there and of whom a word of a name, or the e-mail
    address, begins as typed; with their roles, in the order of their names, from behind `after` on.
    """
    typed = fold(text)
    names = [func.px_fold(name) for name in (User.name_en, User.name_ar)]
    begins = [each.startswith(typed, autoescape=True) for each in (*names, func.lower(User.email))]
    later = [each.contains(f" {typed}", autoescape=True) for each in names]
    query = _people_of(hospital_id, roles).where(or_(*begins, *later)).order_by(User.id)
    if after is not None:
        query = query.where(tuple_(User.name_en, User.id) > tuple_(after.name_en, after.id))
    return db.session.execute(query.limit(limit)).unique().scalars().all()


def _people_of(hospital_id: UUID, roles: Collection[Role] = _WORKING) -> Select[User]:
    held = exists().where(
        RoleAssignment.user_id == User.id,
        RoleAssignment.hospital_id == hospital_id,
        RoleAssignment.role.in_(_WORKING.intersection(roles)),
        or_(RoleAssignment.until_at.is_(None), RoleAssignment.until_at > clock.now()),
    )
    return select(User).where(User.is_active, User.archived_at.is_(None), held).order_by(User.name_en)


def names_of(user_ids: Iterable[UUID]) -> dict[UUID, User]:
    """Give the people of these ids, in one statement."""
    wanted = set(user_ids)
    if not wanted:
        return {}
    query = select(User).where(User.id.in_(wanted)).options(lazyload(User.assignments))
    return {user.id: user for user in db.session.execute(query).scalars()}
