"""Working calendars: when a clock counts, when a deadline falls, and why. Pure; instants are aware UTC, spans are seconds.

Exactly: per weekday any number of windows, half-open [open, close); a window may end after midnight and belongs to the day
it starts; holidays close the windows that start on that local date; a dated period replaces the weekly windows between two
local dates, both included. `due` is the first instant at which the counted time equals the target. Source: issue "The house
and the main loop", section 2; domain.md section 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

DAY_MINUTES = 1440
HORIZON_DAYS = 3660  # a calendar that has no opening in ten years never opens
WEEKDAYS = range(7)  # Monday is 0


class CalendarNeverOpens(ValueError):
    """The calendar has no window within ten years, so no deadline can ever fall."""


@dataclass(frozen=True, slots=True)
class Window:
    """Opening hours in minutes after local midnight; `closes` above 1440 is on the next day."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        """Refuse what is no span: 0 <= opens < 1440 and at most a day long."""
        if not (0 <= self.opens < DAY_MINUTES and self.opens < self.closes <= self.opens + DAY_MINUTES):
            raise ValueError(f"not a window: {self.opens}-{self.closes}")


Week = Mapping[int, tuple[Window, ...]]


@dataclass(frozen=True, slots=True)
class Holiday:
    """Local dates, both included, on which no window starts."""

    first: date
    last: date
    name_en: str = ""
    name_ar: str = ""
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates, both included, in which other weekly windows hold (Ramadan)."""

    first: date
    last: date
    week: Week
    name_en: str = ""
    name_ar: str = ""
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """A half-open span in which nothing counts; `until` None: still open."""

    start: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Calendar:
    """A named calendar of a zone."""

    zone: str
    week: Week = field(default_factory=dict)
    holidays: tuple[Holiday, ...] = ()
    periods: tuple[Period, ...] = ()
    is_always_open: bool = False

    @cached_property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def holiday_on(self, day: date) -> Holiday | None:
        """Give the holiday that closes the windows starting on `day`."""
        return next((each for each in self.holidays if each.first <= day <= each.last), None)

    def period_on(self, day: date) -> Period | None:
        """Give the period whose windows hold on `day`."""
        return next((each for each in self.periods if each.first <= day <= each.last), None)

    def windows_of(self, day: date) -> list[tuple[datetime, datetime]]:
        """Give the windows that start on a local day, as instants."""
        if self.holiday_on(day) is not None:
            return []
        period = self.period_on(day)
        week = period.week if period else self.week
        return [(self.instant(day, each.opens), self.instant(day, each.closes)) for each in week.get(day.weekday(), ())]

    def instant(self, day: date, minutes: int) -> datetime:
        """Localise an edge. An edge in the hour that a zone skips moves to its end; one met twice means the first time."""
        days, rest = divmod(minutes, DAY_MINUTES)
        wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), self.zone_info)
        return wall.astimezone(UTC)

    def open_spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give the open spans from `start` on, merged where they touch or overlap, for at most ten years."""
        if self.is_always_open:
            yield start, start + timedelta(days=HORIZON_DAYS * 10)
            return
        first = start.astimezone(self.zone_info).date() - timedelta(days=2)
        held: tuple[datetime, datetime] | None = None
        for offset in range(HORIZON_DAYS):
            for opens, closes in sorted(self.windows_of(first + timedelta(days=offset))):
                if closes <= start or closes <= opens:
                    continue
                opens = max(opens, start)
                if held is None:
                    held = (opens, closes)
                elif opens <= held[1]:
                    held = (held[0], max(held[1], closes))
                else:
                    yield held
                    held = (opens, closes)
        if held is not None:
            yield held

    def to_dict(self) -> dict[str, Any]:
        """Give the calendar as JSON values, as `from_dict` reads them."""
        return {
            "zone": self.zone,
            "always_open": self.is_always_open,
            "week": _week_to(self.week),
            "holidays": [_dated_to(each) for each in self.holidays],
            "periods": [{**_dated_to(each), "week": _week_to(each.week)} for each in self.periods],
        }


def always_open(zone: str) -> Calendar:
    """Give the calendar in which every second counts."""
    return Calendar(zone, is_always_open=True)


def due(calendar: Calendar, start: datetime, target_seconds: int, pauses: Sequence[Pause] = ()) -> datetime | None:
    """Give the first instant at which the counted time since `start` equals the target; None while a pause is open.

    A target of 0 is due at `start`. Raises CalendarNeverOpens.
    """
    if target_seconds <= 0:
        return start
    left = timedelta(seconds=target_seconds)
    for opens, closes, ends_open in counted(calendar, start, pauses):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
        if ends_open:
            return None
    if any(each.until is None for each in pauses):
        return None
    raise CalendarNeverOpens(calendar.zone)


def elapsed(calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> int:
    """Count the seconds between two instants in which the calendar is open and no pause runs."""
    total = timedelta(0)
    for opens, closes, _ends in counted(calendar, start, pauses):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return int(total.total_seconds())


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """Give `at` when the calendar is open then, else its next opening. A calendar that never opens does not hold back."""
    return next((opens for opens, _closes in calendar.open_spans(at)), at)


def remaining(
    calendar: Calendar, start: datetime, target_seconds: int, now: datetime, pauses: Sequence[Pause] = ()
) -> int:
    """Count the seconds of the target that are left at `now`; negative when it has passed."""
    return target_seconds - elapsed(calendar, start, now, pauses)


def _merged(pauses: Sequence[Pause]) -> list[tuple[datetime, datetime | None]]:
    merged: list[tuple[datetime, datetime | None]] = []
    for each in sorted(pauses, key=lambda pause: pause.start):
        if each.until is not None and each.until <= each.start:
            continue
        if merged and (merged[-1][1] is None or each.start <= merged[-1][1]):
            end = merged[-1][1]
            merged[-1] = (merged[-1][0], None if end is None or each.until is None else max(end, each.until))
        else:
            merged.append((each.start, each.until))
    return merged


def counted(calendar: Calendar, start: datetime, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime, bool]]:
    """Give the spans that count from `start` on; the third value says that an open pause ends the counting after it."""
    breaks = _merged(pauses)
    for opens, closes in calendar.open_spans(start):
        at = opens
        for begun, ended in breaks:
            if ended is not None and ended <= at:
                continue
            if begun >= closes:
                break
            if begun > at:
                yield at, begun, ended is None
            if ended is None:
                return
            at = max(at, min(ended, closes))
        if at < closes:
            yield at, closes, False


def from_dict(data: Mapping[str, Any]) -> Calendar:
    """Read a calendar from JSON values. Raises ValueError that names what is wrong."""
    try:
        zone = str(data["zone"])
        ZoneInfo(zone)
        return Calendar(
            zone=zone,
            week=_week_from(data.get("week", {})),
            holidays=tuple(Holiday(**_dated_from(each)) for each in data.get("holidays", [])),
            periods=tuple(
                Period(week=_week_from(each["week"]), **_dated_from(each)) for each in data.get("periods", [])
            ),
            is_always_open=bool(data.get("always_open", False)),
        )
    except (KeyError, TypeError, AttributeError, OSError) as problem:
        raise ValueError(f"not a calendar: {problem}") from problem


def _week_to(week: Week) -> dict[str, list[list[int]]]:
    return {str(day): [[each.opens, each.closes] for each in windows] for day, windows in sorted(week.items())}


def _week_from(data: Mapping[str, Any]) -> dict[int, tuple[Window, ...]]:
    week = {int(day): tuple(Window(int(opens), int(closes)) for opens, closes in spans) for day, spans in data.items()}
    if not set(week) <= set(WEEKDAYS):
        raise ValueError("not a weekday")
    return week


def _dated_to(each: Holiday | Period) -> dict[str, Any]:
    return {
        "first": each.first.isoformat(),
        "last": each.last.isoformat(),
        "name_en": each.name_en,
        "name_ar": each.name_ar,
        "provisional": each.is_provisional,
    }


def _dated_from(data: Mapping[str, Any]) -> dict[str, Any]:
    first, last = date.fromisoformat(data["first"]), date.fromisoformat(data["last"])
    if last < first:
        raise ValueError("a span ends before it begins")
    return {
        "first": first,
        "last": last,
        "name_en": str(data.get("name_en", "")),
        "name_ar": str(data.get("name_ar", "")),
        "is_provisional": bool(data.get("provisional", False)),
    }
