"""Starting SLA rules and the group's calendar (product.md section 6). Repeatable; what an administrator changed stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@command
def seed_policies(
    clock: str,
    target_hours: Mapping[str, int],
    *,
    reminders: Sequence[int],
    ladder: Sequence[Mapping[str, Any]],
    is_business: bool = True,
    pausable: bool = True,
    actor: Actor,
) -> None:
    """Make one group rule per severity for a clock, where there is none yet."""
    for severity, hours in target_hours.items():
        known = db.session.execute(
            select(SlaPolicy.id).where(
                SlaPolicy.clock == clock, SlaPolicy.severity == severity, SlaPolicy.hospital_id.is_(None)
            )
        ).first()
        if known is None:
            db.session.add(
                SlaPolicy(
                    clock=clock,
                    severity=severity,
                    target_minutes=hours * 60,
                    is_business=is_business,
                    pausable=pausable,
                    reminders=list(reminders),
                    ladder=[dict(rung) for rung in ladder],
                )
            )
    db.session.flush()
