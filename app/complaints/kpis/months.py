"""Local months: their names (YYYY-MM), the instants around them, and how they are written for people."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates
from flask_babel import gettext as _

from app.core.i18n import DEFAULT_ZONE, language
from app.core.time import hijri

MONTHS = 12
FURTHEST = timedelta(hours=14)  # no zone is further from Greenwich
_NAME = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")


def is_month(text: str) -> bool:
    """Tell whether a text names a month of this century."""
    return _NAME.fullmatch(text) is not None


def month_at(instant: datetime, zone: str = DEFAULT_ZONE) -> str:
    """Name the local month of an instant."""
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m}"


def months_until(last: str, count: int = MONTHS) -> tuple[str, ...]:
    """Name `count` months in a row, oldest first; the last is `last`."""
    end = int(last[:4]) * 12 + int(last[5:]) - 1
    return tuple(f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(end - count + 1, end + 1))


def first_day(month: str) -> date:
    """Give the first day of a month."""
    return date(int(month[:4]), int(month[5:]), 1)


def around(months: tuple[str, ...]) -> tuple[datetime, datetime]:
    """Give instants between which the months lie in any zone: for an index; the month itself is asked for by name."""
    first, after = first_day(months[0]), first_day(months[-1]) + timedelta(days=31)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - FURTHEST
    return start, datetime(after.year, after.month, after.day, tzinfo=UTC) + FURTHEST


def short(month: str) -> str:
    """Write a month as the head of a column: `Nov`, with its year in January."""
    form = "MMM y" if month.endswith("-01") else "MMM"
    return str(dates.format_date(first_day(month), form, locale=language()))


def written(month: str) -> str:
    """Write a month with its year: `November 2026`."""
    return str(dates.format_date(first_day(month), "MMMM y", locale=language()))


def hijri_months(month: str) -> str:
    """Write the Hijri months that a month lies in: `Jumada al-Ula – Jumada al-Akhirah 1448 AH`; nothing beyond the tables."""
    first = first_day(month)
    found = [hijri.hijri(day) for day in (first, first.replace(day=monthrange(first.year, first.month)[1]))]
    spans: list[tuple[int, int]] = [(each[0], each[1]) for each in found if each is not None]
    if len(spans) < len(found):
        return ""
    (year, begins), (last_year, ends) = spans
    names: dict[str, Any] = {"first": hijri.MONTHS[begins - 1], "last": hijri.MONTHS[ends - 1], "year": last_year}
    if year != last_year:
        return _("%(first)s %(first_year)s – %(last)s %(year)s AH", first_year=year, **names)
    return _("%(first)s – %(last)s %(year)s AH", **names) if begins != ends else _("%(first)s %(year)s AH", **names)
