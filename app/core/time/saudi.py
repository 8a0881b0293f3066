"""Saudi public holidays and Ramadan by the Umm al-Qura calendar, from libraries: provisional until an administrator confirms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import holidays
from hijridate import Gregorian, Hijri

from app.core.time.calendar import Calendar, Holiday, Period, Week, Window

RIYADH = "Asia/Riyadh"
RAMADAN = 9
SUNDAY_TO_THURSDAY = (6, 0, 1, 2, 3)  # Monday is 0
EIGHT_HOURS = Window(8 * 60, 16 * 60)
SIX_HOURS = Window(10 * 60, 16 * 60)  # Labor Law Art. 98: six hours a day in Ramadan

FIXED = {(2, 22): ("Founding Day", "يوم التأسيس"), (9, 23): ("Saudi National Day", "اليوم الوطني السعودي")}


def week_of(*windows: Window) -> Week:
    """Give the Saudi working week, Sunday to Thursday, with the same windows each day."""
    return dict.fromkeys(SUNDAY_TO_THURSDAY, windows)


def saudi_holidays(years: Iterable[int]) -> tuple[Holiday, ...]:
    """Give the public holidays of Gregorian years; the lunar ones are computed and so provisional."""
    span = sorted(set(years))
    english = holidays.country_holidays("SA", years=span, language="en_US")
    arabic = holidays.country_holidays("SA", years=span, language="ar")
    return tuple(
        Holiday(day, day, english[day], arabic.get(day, english[day]), (day.month, day.day) not in FIXED)
        for day in sorted(english)
    )


def ramadan(years: Iterable[int]) -> tuple[tuple[date, date], ...]:
    """Give the first and last day of each Ramadan that touches the Gregorian years."""
    span = sorted(set(years))
    first = Gregorian(span[0], 1, 1).to_hijri().year
    last = Gregorian(span[-1], 12, 31).to_hijri().year
    spans = [(_day(Hijri(year, RAMADAN, 1)), _day(Hijri(year, RAMADAN + 1, 1))) for year in range(first, last + 1)]
    return tuple(
        (begins, ends - timedelta(days=1)) for begins, ends in spans if ends.year >= span[0] and begins.year <= span[-1]
    )


def _day(day: Hijri) -> date:
    found = day.to_gregorian()
    return date(found.year, found.month, found.day)


def default_hospital_calendar(years: Iterable[int]) -> Calendar:
    """Give the starting calendar of a hospital: Sunday to Thursday 08:00-16:00, in Ramadan 10:00-16:00."""
    span = list(years)
    return Calendar(
        zone=RIYADH,
        week=week_of(EIGHT_HOURS),
        holidays=saudi_holidays(span),
        periods=tuple(
            Period(first, last, week_of(SIX_HOURS), "Ramadan hours", "دوام رمضان", is_provisional=True)
            for first, last in ramadan(span)
        ),
    )
