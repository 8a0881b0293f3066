"""Choosing who takes a new case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from app.accounts import queries as accounts
from app.accounts.rungs import people_on_rung
from app.complaints.assigning.models import AssignmentRule, AssignmentTurn
from app.core.access.actor import Actor, Role
from app.core.db import db, take_turn


@dataclass(frozen=True, slots=True)
class NewCase:
    """What rules ask of a new case: its table, kind, hospital, channel, severity (empty: none) and the leading department."""

    model: Any
    kind: str
    hospital_id: UUID
    channel: str
    severity: str = ""
    department_id: UUID | None = None


def owner_for(case: NewCase, actor: Actor) -> UUID | None:
    """Choose who takes a new case, within the caller's command; None where nobody is there.

    By the first rule that fits and whose people are there; else an officer keeps what they enter, and the rest goes to the
    officer with the fewest open cases. Whoever has a deputy at this moment is passed over where somebody else is there.
    """
    office = _office(case.hospital_id)
    is_own = actor.id in office
    for rule in _rules(case):
        if is_own and not rule.takes_own:
            continue
        people = present(_pool(rule, case, office))
        if people:
            return _in_turns(rule, case, people) if rule.method == "turns" else _least_at_work(case, people)
    if is_own:
        return actor.id
    people = present(office)
    return _least_at_work(case, people) if people else None


def present(people: Sequence[UUID]) -> list[UUID]:
    """Leave out who has a deputy now; everybody where that would leave nobody."""
    away = accounts.represented_now(people)
    return [each for each in people if each not in away] or list(people)


def _office(hospital_id: UUID) -> list[UUID]:
    return people_on_rung(Role.PX_COORDINATOR, hospital_id, [])


def _rules(case: NewCase) -> Sequence[AssignmentRule]:
    """The rules that fit, in the order in which they are tried; one statement."""
    rule = AssignmentRule
    query = select(rule).where(
        rule.archived_at.is_(None),
        rule.holds_in(case.hospital_id),
        rule.case.in_(["", case.kind]),
        rule.channel.in_(["", case.channel]),
        rule.severity.in_({"", case.severity}),
        or_(rule.department_id.is_(None), rule.department_id == case.department_id),
    )
    return db.session.execute(query.order_by(rule.hospital_id.is_(None), rule.position, rule.code)).scalars().all()


def _pool(rule: AssignmentRule, case: NewCase, office: list[UUID]) -> list[UUID]:
    if rule.pool == "office":
        return office
    if rule.pool == "managers":
        departments = [case.department_id] if case.department_id else []
        return people_on_rung(Role.DEPARTMENT_MANAGER, case.hospital_id, departments)
    person = accounts.find_by_email(rule.person_email)
    return [person.id] if person is not None and accounts.works_in(person.id, case.hospital_id) else []


def _least_at_work(case: NewCase, people: Sequence[UUID]) -> UUID:
    model = case.model
    load: dict[UUID, int] = dict(
        db.session.execute(
            select(model.assignee_id, func.count())
            .where(model.assignee_id.in_(people), model.closed_at.is_(None))
            .group_by(model.assignee_id)
        ).all()
    )
    return min(people, key=lambda user_id: (load.get(user_id, 0), str(user_id)))


def _in_turns(rule: AssignmentRule, case: NewCase, people: Sequence[UUID]) -> UUID:
    """Give the next after the last; a lock lets two cases at once go to two people."""
    ordered = sorted(people)
    take_turn(f"{rule.id}:{case.hospital_id}", 366)
    query = select(AssignmentTurn).filter_by(rule_id=rule.id, hospital_id=case.hospital_id)
    turn = db.session.execute(query).scalar_one_or_none()
    if turn is None:
        turn = AssignmentTurn(rule_id=rule.id, hospital_id=case.hospital_id, last_user_id=ordered[-1])
        db.session.add(turn)
    turn.last_user_id = next((each for each in ordered if each > turn.last_user_id), ordered[0])
    db.session.flush()
    return turn.last_user_id
