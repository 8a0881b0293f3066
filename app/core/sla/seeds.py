"""Starting SLA rules and the group's calendar (product.md section 6). Repeatable; what an administrator changed stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.sla.models import SlaPolicy, WorkingCalendar
from app.core.time import saudi
from app.core.time.clock import now


@command
def seed_calendar(*, actor: Actor) -> WorkingCalendar:
    """Make the group's default calendar: Sunday to Thursday, Ramadan hours and holidays of this and the next two years."""
    known = db.session.execute(
        select(WorkingCalendar).where(WorkingCalendar.is_default, WorkingCalendar.hospital_id.is_(None))
    ).scalar_one_or_none()
    if known is not None:
        return known
    year = now().year
    calendar = WorkingCalendar(
        name_en="Working hours of the group",
        name_ar="ساعات عمل المجموعة",
        is_default=True,
        definition=saudi.default_hospital_calendar(range(year - 1, year + 3)).to_dict(),
    )
    db.session.add(calendar)
    db.session.flush()
    return calendar


@dataclass(frozen=True, slots=True)
class Target:
    """One starting rule of a clock: how long, for which severity or source (None: for every other), in which time."""

    hours: int
    severity: str | None = None
    source: str | None = None
    is_business: bool = True
    pausable: bool = True


@command
def seed_policies(
    clock: str,
    targets: Iterable[Target],
    *,
    reminders: Sequence[int],
    ladder: Sequence[Mapping[str, Any]],
    actor: Actor,
) -> None:
    """Make the group's rules of a clock that are not there yet."""
    known = {
        (row.severity, row.source)
        for row in db.session.execute(
            select(SlaPolicy.severity, SlaPolicy.source).where(
                SlaPolicy.clock == clock, SlaPolicy.hospital_id.is_(None)
            )
        )
    }
    for target in targets:
        if (target.severity, target.source) in known:
            continue
        db.session.add(
            SlaPolicy(
                clock=clock,
                severity=target.severity,
                source=target.source,
                target_minutes=target.hours * 60,
                is_business=target.is_business,
                pausable=target.pausable,
                reminders=list(reminders),
                ladder=[dict(rung) for rung in ladder],
            )
        )
    db.session.flush()
