"""Which rule and which calendar a clock goes by, asked of the rows; every rule is read once per rulebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.db.base import db
from app.core.sla.calendars import default_calendar
from app.core.sla.models import SlaClock, SlaPolicy, WorkingCalendar
from app.core.sla.rules import Choice, choose


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose clock it is and what decides its rule."""

    type: str
    id: UUID
    hospital_id: UUID
    severity: str | None = None
    source: str | None = None
    priority: str | None = None
    category: str | None = None


class Rulebook:
    """The rules and calendars as they stand now; keep one for a batch of clocks, never longer."""

    def __init__(self) -> None:
        """Begin empty: what is asked for is read once."""
        self._rules: dict[tuple[str, UUID], list[SlaPolicy]] = {}
        self._calendars: dict[UUID, WorkingCalendar | None] = {}

    def choice(self, kind: str, subject: Subject) -> Choice | None:
        """Choose the policy among the hospital's and the group's, and say why the others were passed over."""
        key = (kind, subject.hospital_id)
        if key not in self._rules:
            self._rules[key] = _rules(kind, subject.hospital_id)
        return choose(
            self._rules[key],
            source=subject.source,
            severity=subject.severity,
            priority=subject.priority,
            category=subject.category,
        )

    def calendar(self, hospital_id: UUID) -> WorkingCalendar | None:
        """Give the hospital's default calendar, else the group's."""
        if hospital_id not in self._calendars:
            self._calendars[hospital_id] = default_calendar(hospital_id)
        return self._calendars[hospital_id]

    def terms(self, kind: str, subject: Subject) -> dict[str, Any] | None:
        """Give the clock's columns that follow from the rule; None when no rule wants such a clock."""
        choice = self.choice(kind, subject)
        if choice is None:
            return None
        rule: SlaPolicy = choice.rule
        calendar = self.calendar(subject.hospital_id) if rule.is_business else None
        return {
            "policy_id": rule.id,
            "calendar_id": calendar.id if calendar else None,
            "severity": subject.severity,
            "source": subject.source,
            "priority": subject.priority,
            "category": subject.category,
            "target_seconds": rule.target_minutes * 60,
            "pausable": rule.pausable,
            "reminders": rule.reminders,
            "ladder": rule.ladder,
        }


def _rules(kind: str, hospital_id: UUID) -> list[SlaPolicy]:
    return list(
        db.session.execute(
            select(SlaPolicy)
            .where(
                SlaPolicy.clock == kind,
                SlaPolicy.archived_at.is_(None),
                SlaPolicy.holds_in(hospital_id),
            )
            .order_by(SlaPolicy.created_at, SlaPolicy.id)
        ).scalars()
    )


def subject_of(clock: SlaClock) -> Subject:
    """Give what decided a clock's rule, as the clock keeps it."""
    return Subject(
        clock.subject_type,
        clock.subject_id,
        clock.hospital_id,
        severity=clock.severity,
        source=clock.source,
        priority=clock.priority,
        category=clock.category,
    )
