"""The rules by which signals open actions: made, changed and archived by administrators."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, load
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events import Change, record
from app.core.time import clock
from app.organizations.models import Department
from app.px_action_center.enums import Severity, SignalKind
from app.px_action_center.events import ActionRuleChanged
from app.px_action_center.models import ActionRule
from app.px_action_center.policy import Perm

HIGHEST = 100


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What a rule says: for which signals, up to which value (0-100), of which department, and with which severity."""

    signal_kind: str
    at_or_below: float | None = None
    department_id: UUID | None = None
    severity: str | None = None  # None: as the signal says
    is_active: bool = True


def facts_of(rule: ActionRule) -> RuleFacts:
    """Give what a rule says now, to change a part of it."""
    return RuleFacts(**{name: getattr(rule, name) for name in RuleFacts.__slots__})


@command
def create(hospital_id: UUID | None, facts: RuleFacts, *, actor: Actor) -> ActionRule:
    """Make a rule of a hospital, or of the group (None). NotAllowed: not there. Invalid: a field is wrong."""
    if not can_reach_hospital(actor, Perm.RULES, hospital_id):
        raise NotAllowed()
    _check(facts, hospital_id)
    rule = ActionRule(hospital_id=hospital_id, **asdict(facts))
    db.session.add(rule)
    db.session.flush()
    record(ActionRuleChanged(rule.id, hospital_id, "created"), actor=actor)
    return rule


@command
def change(rule_id: UUID, facts: RuleFacts, *, version: int, actor: Actor) -> ActionRule:
    """Change a rule; actions that are open already stay. NotFound, NotAllowed, Invalid, Conflict: stale or archived."""
    rule = _load(rule_id, version, actor)
    _check(facts, rule.hospital_id)
    for name, value in asdict(facts).items():
        setattr(rule, name, value)
    changed = Change.of(rule)
    db.session.flush()
    if changed.fields:
        record(ActionRuleChanged(rule.id, rule.hospital_id, "changed"), actor=actor, change=changed)
    return rule


@command
def archive(rule_id: UUID, *, version: int, actor: Actor) -> ActionRule:
    """Take a rule out of use for good. NotFound, NotAllowed, Conflict."""
    rule = _load(rule_id, version, actor)
    rule.archived_at, rule.archived_by_id = clock.now(), actor.id
    db.session.flush()
    record(ActionRuleChanged(rule.id, rule.hospital_id, "archived"), actor=actor)
    return rule


def _load(rule_id: UUID, version: int, actor: Actor) -> ActionRule:
    rule = load(ActionRule, rule_id, actor=actor, needs=Perm.RULES, sees=Perm.RULES_READ, version=version, lock=True)
    if rule.archived_at is not None:
        raise Conflict(_l("This record is archived. Restore it first."), current=rule)
    return rule


def _check(facts: RuleFacts, hospital_id: UUID | None) -> None:
    wrong: dict[str, Any] = {}
    if facts.signal_kind not in set(SignalKind):
        wrong["signal_kind"] = _l("Choose one of the listed codes.")
    if facts.severity is not None and facts.severity not in set(Severity):
        wrong["severity"] = _l("Choose one of the listed codes.")
    if facts.at_or_below is not None and not 0 <= facts.at_or_below <= HIGHEST:
        wrong["at_or_below"] = _l("Give a score from 0 to 100, or leave this empty.")
    if facts.department_id is not None:
        department = db.session.get(Department, facts.department_id)
        if department is None or department.archived_at is not None or department.hospital_id != hospital_id:
            wrong["department_id"] = _l("Choose a department of the rule's hospital.")
    if wrong:
        raise Invalid(**wrong)
