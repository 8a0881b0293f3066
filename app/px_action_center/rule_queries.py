"""Readers of the rules by which signals open actions."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import load, visible
from app.core.db import db
from app.organizations.models import Department, Hospital
from app.px_action_center.models import ActionRule
from app.px_action_center.policy import Perm

MOST = 500


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with the names of its place."""

    rule: ActionRule
    hospital: Hospital | None
    department: Department | None


def get(rule_id: UUID, *, actor: Actor) -> ActionRule:
    """Find a rule through the actor. NotFound outside the scope."""
    return load(ActionRule, rule_id, actor=actor, needs=Perm.RULES_READ)


def listed(*, actor: Actor) -> list[RuleRow]:
    """Give the rules in force for the actor's hospitals: departments' first, then hospitals', then the group's."""
    rows = db.session.execute(
        select(ActionRule, Hospital, Department)
        .join(Hospital, Hospital.id == ActionRule.hospital_id, isouter=True)
        .join(Department, Department.id == ActionRule.department_id, isouter=True)
        .where(visible(ActionRule, actor, Perm.RULES_READ), ActionRule.archived_at.is_(None))
        .order_by(
            ActionRule.signal_kind,
            ActionRule.department_id.is_(None),
            ActionRule.hospital_id.is_(None),
            Hospital.name_en,
            ActionRule.at_or_below.nulls_last(),
            ActionRule.id,
        )
        .limit(MOST)
    ).all()
    return [RuleRow(*row) for row in rows]
