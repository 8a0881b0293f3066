"""Quiet hours: surveys and reminders wait for the next opening; codes, escalations and service messages do not.

Source: domain.md section 1.5: 09:00-21:00 in the hospital's zone every day, later in the evenings of Ramadan by setting, and
not in the Friday prayer hour.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.core.time import saudi

DEFAULT_ZONE = "Asia/Riyadh"
FRIDAY = 4
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """When quiet messages may leave: minutes of the local day, half-open."""

    opens: int = 9 * 60
    closes: int = 21 * 60
    ramadan_closes: int | None = None  # later closing in Ramadan; None: as always
    prayer_from: int | None = 11 * 60 + 30  # closed on Friday from here
    prayer_until: int | None = 13 * 60 + 30
    jitter_minutes: int = 10
    zone: str = DEFAULT_ZONE


def is_open(at: datetime, hours: Hours) -> bool:
    """Tell whether a survey may be sent at this instant."""
    return opening_after(at, hours) == at


def opening_after(at: datetime, hours: Hours) -> datetime:
    """Give `at` if it is open then, else the next instant that is."""
    zone = ZoneInfo(hours.zone)
    first = at.astimezone(zone).date()
    for number in range(8):
        day = first + timedelta(days=number)
        for opens, closes in windows_of(day, hours):
            if at < _instant(day, closes, zone):
                return max(at, _instant(day, opens, zone).astimezone(at.tzinfo))
    raise ValueError("these hours never open")


def with_jitter(at: datetime, opening: datetime, hours: Hours) -> datetime:
    """Spread what waited for an opening over some minutes, inside the hours, so that nothing bursts at nine sharp."""
    if opening <= at or not hours.jitter_minutes:
        return opening
    later = opening + timedelta(seconds=random.uniform(0, hours.jitter_minutes * 60))  # noqa: S311 - spreads load only
    return later if is_open(later, hours) else opening


def windows_of(day: date, hours: Hours) -> list[tuple[int, int]]:
    """Give the open windows of a local day, in order."""
    closes = hours.ramadan_closes if hours.ramadan_closes and is_ramadan(day) else hours.closes
    cut = [(hours.opens, closes)]
    if day.weekday() == FRIDAY and hours.prayer_from is not None and hours.prayer_until is not None:
        cut = [(hours.opens, min(closes, hours.prayer_from)), (max(hours.opens, hours.prayer_until), closes)]
    return [(start, end) for start, end in cut if start < end]


def is_ramadan(day: date) -> bool:
    """Tell whether a day lies in Ramadan by the Umm al-Qura calendar (the official start may differ by a day)."""
    return any(first <= day <= last for first, last in _ramadans(day.year))


@lru_cache(maxsize=16)
def _ramadans(year: int) -> tuple[tuple[date, date], ...]:
    return saudi.ramadan([year])


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minute, DAY)
    return datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
