"""Rungs of escalation ladders: who stands on one now, and which come next when nobody does (product.md section 6)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from app.accounts import queries
from app.core.access.actor import Role
from app.core.sla.words import PERSON

RUNGS = (Role.DEPARTMENT_MANAGER, Role.HOSPITAL_ADMIN, Role.PX_ADMIN)


def rungs_from(to: str) -> list[str]:
    """Give the rung and those above it; above a named person stand the hospital's administrators."""
    if to in RUNGS:
        return [str(role) for role in RUNGS[RUNGS.index(Role(to)) :]]
    return [to, *map(str, RUNGS[1:])]


def people_on_rung(to: str, hospital_id: UUID, department_ids: Iterable[UUID]) -> list[UUID]:
    """Give who stands on a rung: a named person who works there, a role's people, the managers of each department."""
    if to.startswith(PERSON):
        user_id = UUID(to.removeprefix(PERSON))
        return [user_id] if queries.works_in(user_id, hospital_id) else []
    if to not in set(Role):
        return []
    if to != Role.DEPARTMENT_MANAGER:
        return [person.id for person in queries.people_with_role(hospital_id, Role(to))]
    managers = [queries.people_with_role(hospital_id, Role(to), each) for each in department_ids]
    return list(dict.fromkeys(person.id for people in managers for person in people))


def first_rung(to: str, hospital_id: UUID, department_ids: Iterable[UUID]) -> tuple[list[UUID], list[str]]:
    """Give who stands on the first rung from `to` upwards that is not empty, and the rungs below it that were."""
    departments = list(department_ids)
    empty: list[str] = []
    for rung in rungs_from(to):
        people = people_on_rung(rung, hospital_id, departments)
        if people:
            return people, empty
        empty.append(rung)
    return [], empty
