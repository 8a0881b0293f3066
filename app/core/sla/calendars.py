"""Working calendars as rows: finding the right one."""

from __future__ import annotations

import json
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select

from app.core.db.base import db
from app.core.sla.models import SlaClock, WorkingCalendar
from app.core.time import calendar as working

DEFAULT_ZONE = "Asia/Riyadh"
KEPT = "px360_calendars"


def default_calendar(hospital_id: UUID) -> WorkingCalendar | None:
    """Give the hospital's default calendar, else the group's; None where nobody has set one (24x7 then)."""
    return db.session.execute(
        select(WorkingCalendar)
        .where(
            WorkingCalendar.is_default,
            WorkingCalendar.archived_at.is_(None),
            WorkingCalendar.holds_in(hospital_id),
        )
        .order_by(WorkingCalendar.hospital_id.is_(None))
        .limit(1)
    ).scalar_one_or_none()


def calendar_of(clock: SlaClock) -> working.Calendar:
    """Give the calendar by which a clock counts; the row comes from the session when it was loaded before."""
    if clock.calendar_id is None:
        return _always(DEFAULT_ZONE)
    row = db.session.get(WorkingCalendar, clock.calendar_id)
    if row is None:
        return _always(DEFAULT_ZONE)
    db.session().info.setdefault(KEPT, {})[row.id] = row  # else the session lets it go, and asks again for each step
    return parsed(row)


def parsed(row: WorkingCalendar) -> working.Calendar:
    """Give a row's calendar; the same definition is parsed once."""
    return _parse(json.dumps(row.definition, sort_keys=True))


@lru_cache(maxsize=256)
def _parse(definition: str) -> working.Calendar:
    return working.from_dict(json.loads(definition))


@lru_cache(maxsize=8)
def _always(zone: str) -> working.Calendar:
    return working.always_open(zone)


def working_hours(hospital_id: UUID) -> working.Calendar:
    """Give the hours in which a hospital works; around the clock where nobody has set any."""
    row = default_calendar(hospital_id)
    return parsed(row) if row else _always(DEFAULT_ZONE)
