"""A week as a picture: bars on an axis of hours, mirrored where the reader's language runs from the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.core.i18n import direction
from app.core.sla.words import WEEK_ORDER, WEEKDAYS
from app.core.time.calendar import DAY_MINUTES, Window

WIDTH = 960
QUARTER = 360  # the axis ends at a whole quarter of a day
BLANKS = 1  # empty lines for more windows in the form


@dataclass(frozen=True, slots=True)
class Bar:
    """One window on the axis."""

    x: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One day of the week."""

    day: int
    label: Any
    bars: tuple[Bar, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole week, and the hours of its axis from its beginning to its end."""

    rows: tuple[Row, ...]
    hours: tuple[str, ...]
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form: opens, closes, as times of day."""

    number: int
    opens: str
    closes: str


def grid_of(week: Mapping[int, Sequence[Window]]) -> Grid:
    """Draw a week in the reader's direction; a window past midnight stays on the day it starts."""
    latest = max((window.closes for windows in week.values() for window in windows), default=DAY_MINUTES)
    end = max(DAY_MINUTES, -(-latest // QUARTER) * QUARTER)
    mirrored = direction() == "rtl"
    rows = tuple(
        Row(day, WEEKDAYS[day], tuple(_bar(window, end, mirrored) for window in week.get(day, ())), _text(week, day))
        for day in WEEK_ORDER
    )
    hours = range(0, end // 60 + 1, 4 if end == DAY_MINUTES else 6)
    return Grid(rows, tuple(f"{hour % 24:02d}:00" for hour in hours))


def _bar(window: Window, end: int, mirrored: bool) -> Bar:
    width = (window.closes - window.opens) / end * WIDTH
    return Bar(_place(window.opens, width, end, mirrored), round(width, 1), span(window))


def _place(minute: int, width: float, end: int, mirrored: bool) -> float:
    at = minute / end * WIDTH
    return round(WIDTH - at - width if mirrored else at, 1)


def _text(week: Mapping[int, Sequence[Window]], day: int) -> str:
    windows = week.get(day, ())
    return _(", ").join(span(window) for window in windows) if windows else _("closed")


def span(window: Window) -> str:
    """Write a window: 08:00–16:00."""
    return f"{clock_time(window.opens)}–{clock_time(window.closes)}"


def clock_time(minute: int) -> str:
    """Write minutes after midnight as a time of day."""
    hours, minutes = divmod(minute % DAY_MINUTES, 60)
    return f"{hours:02d}:{minutes:02d}"


def lines_of(windows: Sequence[Window] | Sequence[tuple[int, int]]) -> list[Line]:
    """Give the lines of a day's form: what stands there, and an empty one."""
    pairs = [(each.opens, each.closes) if isinstance(each, Window) else each for each in windows]
    filled = [Line(number, clock_time(opens), clock_time(closes)) for number, (opens, closes) in enumerate(pairs)]
    return filled + [Line(len(filled) + extra, "", "") for extra in range(BLANKS)]


def form_rows(week: Mapping[int, Any]) -> list[tuple[int, Any, list[Line]]]:
    """Give the days of the form in the order of the week: number, name, lines."""
    return [(day, WEEKDAYS[day], lines_of(week.get(day, ()))) for day in WEEK_ORDER]
