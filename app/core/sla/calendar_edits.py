"""Edits of a working calendar: each takes the calendar as it is and gives it as it would be. Pure; nothing is saved here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.errors import Invalid, NotFound
from app.core.time import calendar as working
from app.core.time import saudi
from app.core.time.calendar import Calendar, Holiday, Period, Week, Window

LONGEST = timedelta(days=366)
MOST_SPANS = 300  # days and periods of one calendar
NEEDS_WINDOW = _l("Give at least one opening time in the week, or choose around the clock.")


@dataclass(frozen=True, slots=True)
class Span:
    """A named span of local dates, both included, as typed."""

    first: date
    last: date
    name_en: str
    name_ar: str


def with_week(calendar: Calendar, week: Week, *, is_always_open: bool, zone: str) -> Calendar:
    """Give the calendar with other weekly windows. Invalid: it would never open, or a window is none."""
    if not is_always_open and not any(week.values()):
        raise Invalid(week=NEEDS_WINDOW)
    return replace(calendar, week=week, is_always_open=is_always_open, zone=zone)


def with_day(calendar: Calendar, span: Span) -> Calendar:
    """Give the calendar with one more holiday or closure; what a person enters is confirmed."""
    _check(span, calendar.holidays)
    return replace(calendar, holidays=_sorted([*calendar.holidays, _holiday(span)]))


def with_changed_day(calendar: Calendar, place: int, span: Span) -> Calendar:
    """Give the calendar with a holiday moved or renamed, which confirms it. NotFound: there is none at that place."""
    rest = without(calendar, "holidays", place)
    return with_day(rest, span)


def with_period(calendar: Calendar, span: Span, week: Week) -> Calendar:
    """Give the calendar with one more period of other weekly windows, Ramadan hours for example."""
    _check(span, calendar.periods)
    made = Period(span.first, span.last, week, span.name_en, span.name_ar)
    return replace(calendar, periods=_sorted([*calendar.periods, made]))


def with_changed_period(calendar: Calendar, place: int, span: Span, week: Week) -> Calendar:
    """Give the calendar with a period changed, which confirms it. NotFound: there is none at that place."""
    return with_period(without(calendar, "periods", place), span, week)


def confirmed(calendar: Calendar, part: str, place: int) -> Calendar:
    """Give the calendar with a computed date confirmed as it stands."""
    listed = list(getattr(calendar, part))
    listed[place] = replace(_at(listed, place), is_provisional=False)
    return _with(calendar, part, listed)


def without(calendar: Calendar, part: str, place: int) -> Calendar:
    """Give the calendar without a holiday or period. NotFound: there is none at that place."""
    listed = list(getattr(calendar, part))
    _at(listed, place)
    del listed[place]
    return _with(calendar, part, listed)


def _with(calendar: Calendar, part: str, listed: list[Any]) -> Calendar:
    if part == "holidays":
        return replace(calendar, holidays=tuple(listed))
    return replace(calendar, periods=tuple(listed))


def with_saudi_year(calendar: Calendar, year: int) -> Calendar:
    """Give the calendar with the Saudi holidays and Ramadan hours of a Gregorian year that it lacks, as provisional.

    What stands there already stays, confirmed or moved: a holiday of the same name in that year is not added again.
    """
    if not 2000 <= year <= 2076:
        raise Invalid(year=_l("The tables hold the years 2000 to 2076."))
    known = {(each.first.year, each.name_en) for each in calendar.holidays}
    fresh = [
        each
        for each in saudi.saudi_holidays([year])
        if (each.first.year, each.name_en) not in known and calendar.holiday_on(each.first) is None
    ]
    periods = [
        each
        for each in saudi.default_hospital_calendar([year]).periods
        if not any(_overlaps(each, other) for other in calendar.periods)
    ]
    return replace(
        calendar,
        holidays=_sorted([*calendar.holidays, *fresh]),
        periods=_sorted([*calendar.periods, *periods]),
    )


def week_of(rows: Mapping[int, Sequence[tuple[int, int]]]) -> Week:
    """Give a week of windows in minutes after midnight; a window that ends at or before its start ends on the next day.

    Invalid: a window is longer than a day, or two of one day overlap.
    """
    week: dict[int, tuple[Window, ...]] = {}
    for day, spans in rows.items():
        windows = sorted(
            (_window(opens, closes) for opens, closes in spans), key=lambda window: (window.opens, window.closes)
        )
        if any(after.opens < before.closes for before, after in pairwise(windows)):
            raise Invalid(week=_l("Two opening times of one day overlap."))
        if windows:
            week[day] = tuple(windows)
    return week


def _window(opens: int, closes: int) -> Window:
    try:
        return Window(opens, closes if closes > opens else closes + working.DAY_MINUTES)
    except ValueError as problem:
        raise Invalid(week=_l("This is no opening time.")) from problem


def _check(span: Span, others: Sequence[Holiday | Period]) -> None:
    if span.last < span.first:
        raise Invalid(last=_l("The last day lies before the first."))
    if span.last - span.first > LONGEST:
        raise Invalid(last=_l("A span may last a year at most."))
    if len(others) >= MOST_SPANS:
        raise Invalid(_l("This calendar holds as many days as it may; remove old ones first."))
    if any(_overlaps(span, other) for other in others):
        raise Invalid(first=_l("These days are taken already by another entry."))


def _overlaps(one: Any, other: Any) -> bool:
    return bool(one.first <= other.last and other.first <= one.last)


def _at(listed: Sequence[Any], place: int) -> Any:
    if not 0 <= place < len(listed):
        raise NotFound()
    return listed[place]


def _holiday(span: Span) -> Holiday:
    return Holiday(span.first, span.last, span.name_en, span.name_ar)


def _sorted(spans: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(sorted(spans, key=lambda span: (span.first, span.last)))
