"""Commands on SLA rules: made, changed, archived. Each counts the open clocks of its kind again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.core.access.actor import Actor, Role
from app.core.access.policy import can_reach_hospital, load, visible
from app.core.db.base import db
from app.core.db.unit import command
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events.record import Change, record
from app.core.severity import Severity
from app.core.sla import recounts
from app.core.sla.events import PolicyChanged
from app.core.sla.kinds import KINDS, ClockKind
from app.core.sla.models import SlaPolicy
from app.core.sla.policy import Perm
from app.core.sla.words import PERSON
from app.core.time import clock

LONGEST_MINUTES = 366 * 1440
MOST_RUNGS = 6
RUNG_ROLES = (Role.DEPARTMENT_MANAGER, Role.HOSPITAL_ADMIN, Role.PX_ADMIN, Role.PX_COORDINATOR)


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of the escalation ladder: how long after the due time, who is told (a role, or user:<id>), of which cases."""

    after_minutes: int
    to: str
    in_business: bool = False
    severity_at_least: str | None = None  # None: of whatever severity
    sources: tuple[str, ...] = ()  # none: from wherever it came


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """What a rule says; empty codes fit every case."""

    clock: str
    target_minutes: int
    severity: str | None = None
    priority: str | None = None
    source: str | None = None
    category: str | None = None
    is_business: bool = True
    pausable: bool = True
    reminders: tuple[int, ...] = (50, 90)
    ladder: tuple[Rung, ...] = ()


def listed(*, actor: Actor, clock_kind: str = "") -> list[SlaPolicy]:
    """List the rules of the actor's hospitals and the group's, by kind and target."""
    query = select(SlaPolicy).where(visible(SlaPolicy, actor, Perm.POLICY_READ), SlaPolicy.archived_at.is_(None))
    if clock_kind:
        query = query.where(SlaPolicy.clock == clock_kind)
    order = (SlaPolicy.clock, SlaPolicy.hospital_id.is_not(None), SlaPolicy.target_minutes, SlaPolicy.id)
    return list(db.session.execute(query.order_by(*order).limit(500)).scalars())


def get(policy_id: UUID, *, actor: Actor) -> SlaPolicy:
    """Find a rule through the actor."""
    return load(SlaPolicy, policy_id, actor=actor, needs=Perm.POLICY_READ)


def preview_create(hospital_id: UUID | None, facts: PolicyFacts, *, actor: Actor) -> recounts.Preview:
    """Say which open clocks a new rule would move."""
    _check_reach(hospital_id, actor)
    return recounts.preview(recounts.Scope(hospital_id, facts.clock), lambda: _make(hospital_id, facts))


@command
def create(*, hospital_id: UUID | None, facts: PolicyFacts, actor: Actor) -> SlaPolicy:
    """Make a rule. NotAllowed: for the group, or elsewhere. Invalid: a value breaks a rule, or such a rule stands already."""
    _check_reach(hospital_id, actor)
    row = _make(hospital_id, facts)
    record(PolicyChanged(row.id, row.hospital_id, row.clock, "made"), actor=actor)
    _count_again(row, "rule:made", actor)
    return row


def preview_change(policy_id: UUID, facts: PolicyFacts, *, version: int, actor: Actor) -> recounts.Preview:
    """Say which open clocks a changed rule would move."""
    row = _load(policy_id, version, actor)
    return recounts.preview(recounts.Scope(row.hospital_id, row.clock), lambda: _put(row, facts))


@command
def change(policy_id: UUID, facts: PolicyFacts, *, version: int, actor: Actor) -> SlaPolicy:
    """Save a rule and count the open clocks of its kind again. Conflict: somebody changed it since `version`."""
    row = _load(policy_id, version, actor)
    _put(row, facts)
    changed = Change.of(row)
    if changed.fields:
        record(PolicyChanged(row.id, row.hospital_id, row.clock, "changed"), actor=actor, change=changed)
        db.session.flush()
        _count_again(row, "rule:changed", actor)
    return row


def preview_archive(policy_id: UUID, *, version: int | None, actor: Actor) -> recounts.Preview:
    """Say which open clocks would move if this rule were gone."""
    row = _load(policy_id, version, actor)
    return recounts.preview(recounts.Scope(row.hospital_id, row.clock), lambda: _put_away(row, actor))


@command
def archive(policy_id: UUID, *, version: int | None, actor: Actor) -> None:
    """Take a rule out of use; its open clocks go by the next rule that fits, or stay as they are where none does."""
    row = _load(policy_id, version, actor)
    _put_away(row, actor)
    record(PolicyChanged(row.id, row.hospital_id, row.clock, "archived"), actor=actor)
    db.session.flush()
    _count_again(row, "rule:archived", actor)


def _check_reach(hospital_id: UUID | None, actor: Actor) -> None:
    if not can_reach_hospital(actor, Perm.POLICY_WRITE, hospital_id):
        raise NotAllowed()


def _load(policy_id: UUID, version: int | None, actor: Actor) -> SlaPolicy:
    return load(
        SlaPolicy,
        policy_id,
        actor=actor,
        needs=Perm.POLICY_WRITE,
        sees=Perm.POLICY_READ,
        version=version,
        lock=True,
    )


def _make(hospital_id: UUID | None, facts: PolicyFacts) -> SlaPolicy:
    row = SlaPolicy(hospital_id=hospital_id, clock=facts.clock)
    _put(row, facts)
    db.session.add(row)
    db.session.flush()
    return row


def _put(row: SlaPolicy, facts: PolicyFacts) -> None:
    check(facts)
    with db.session.no_autoflush:
        twin = _twin(row, facts)
    if twin is not None:
        raise Invalid(_l("A rule for exactly these cases stands already."))
    for name in ("target_minutes", "severity", "priority", "source", "category", "is_business", "pausable"):
        setattr(row, name, getattr(facts, name))
    row.reminders = list(facts.reminders)
    row.ladder = ladder_of(facts.ladder)


def _put_away(row: SlaPolicy, actor: Actor) -> None:
    if row.archived_at is not None:
        raise Conflict(_l("This rule is archived already."), code="archived")
    row.archived_at, row.archived_by_id = clock.now(), actor.id


def check(facts: PolicyFacts) -> None:
    """Check a rule's values. Raises Invalid with the field at fault."""
    if facts.clock not in KINDS:
        raise Invalid(clock=_l("There is no such deadline."))
    if not 0 < facts.target_minutes <= LONGEST_MINUTES:
        raise Invalid(target_hours=_l("Give a time between one minute and a year."))
    if any(not 0 < percent < 100 for percent in facts.reminders):
        raise Invalid(reminders=_l("Reminders are percentages between 1 and 99."))
    if len(facts.ladder) > MOST_RUNGS:
        raise Invalid(ladder=_l("The ladder has too many levels."))
    for rung in facts.ladder:
        if not 0 <= rung.after_minutes <= LONGEST_MINUTES:
            raise Invalid(ladder=_l("A level comes at the due time or at most a year after it."))
        if rung.to not in RUNG_ROLES and not _is_person(rung.to):
            raise Invalid(ladder=_l("Choose who is told at each level."))
        _check_filters(rung, KINDS[facts.clock])


def _check_filters(rung: Rung, kind: ClockKind) -> None:
    least = rung.severity_at_least
    if least and (least not in kind.severities or least not in set(Severity)):
        raise Invalid(ladder=_l("This deadline knows no such severity."))
    if not set(rung.sources) <= set(kind.sources):
        raise Invalid(ladder=_l("This deadline knows no such source."))


def _is_person(to: str) -> bool:
    try:
        return to.startswith(PERSON) and bool(UUID(to.removeprefix(PERSON)))
    except ValueError:
        return False


def ladder_of(rungs: Sequence[Rung]) -> list[dict[str, Any]]:
    """Give the ladder as the row keeps it: levels numbered in the order of their time."""
    ordered = sorted(rungs, key=lambda rung: rung.after_minutes)
    return [
        {"level": number, "after_minutes": rung.after_minutes, "to": rung.to}
        | ({"in": "business"} if rung.in_business else {})
        | ({"severity_at_least": rung.severity_at_least} if rung.severity_at_least else {})
        | ({"sources": sorted(set(rung.sources))} if rung.sources else {})
        for number, rung in enumerate(ordered, start=1)
    ]


def rungs_of(ladder: Sequence[dict[str, Any]]) -> tuple[Rung, ...]:
    """Read a row's ladder back."""
    return tuple(
        Rung(
            int(rung["after_minutes"]),
            str(rung["to"]),
            rung.get("in") == "business",
            rung.get("severity_at_least"),
            tuple(rung.get("sources", ())),
        )
        for rung in sorted(ladder, key=lambda rung: int(rung["level"]))
    )


def _twin(row: SlaPolicy, facts: PolicyFacts) -> SlaPolicy | None:
    same = [
        getattr(SlaPolicy, name).is_not_distinct_from(getattr(facts, name))
        for name in ("severity", "priority", "source", "category")
    ]
    query = select(SlaPolicy).where(
        SlaPolicy.clock == facts.clock,
        SlaPolicy.archived_at.is_(None),
        SlaPolicy.hospital_id.is_not_distinct_from(row.hospital_id),
        *same,
    )
    return next((each for each in db.session.execute(query).scalars() if each.id != row.id), None)


def _count_again(row: SlaPolicy, cause: str, actor: Actor) -> int:
    return recounts.begin(recounts.Scope(row.hospital_id, row.clock), cause, actor=actor)
