"""Why a due time is what it is: every span that counted, and the holidays and pauses between. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.time.calendar import DAY_MINUTES, Calendar, Pause, counted, due


@dataclass(frozen=True, slots=True)
class Line:
    """One line of "why this deadline": a span that counted, or a reason why nothing did."""

    kind: str  # counted, holiday, pause
    start: datetime
    end: datetime | None
    seconds: int = 0
    name_en: str = ""
    name_ar: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """How a due time came about, in order."""

    due: datetime | None
    lines: tuple[Line, ...]


def explain(calendar: Calendar, start: datetime, target_seconds: int, pauses: Sequence[Pause] = ()) -> Trace:
    """Tell each span that counted, and the holidays and pauses between, up to the due time."""
    at = due(calendar, start, target_seconds, pauses)
    lines: list[Line] = []
    left = target_seconds
    for opens, closes, _ends in counted(calendar, start, pauses):
        if left <= 0 or (at is not None and opens >= at):
            break
        closes = closes if at is None else min(closes, at)
        seconds = min(int((closes - opens).total_seconds()), left)
        lines.append(
            Line("counted", opens, opens + timedelta(seconds=seconds), seconds, *_period_names(calendar, opens))
        )
        left -= seconds
    last = at or max((line.end for line in lines if line.end), default=start)
    lines += [Line("pause", each.start, each.until) for each in pauses if at is None or each.start < at]
    lines += _holidays_between(calendar, start, last)
    return Trace(at, tuple(sorted(lines, key=lambda line: line.start)))


def _period_names(calendar: Calendar, instant: datetime) -> tuple[str, str]:
    if calendar.is_always_open:
        return "", ""
    period = calendar.period_on(instant.astimezone(calendar.zone_info).date())
    return (period.name_en, period.name_ar) if period else ("", "")


def _holidays_between(calendar: Calendar, start: datetime, end: datetime) -> list[Line]:
    zone = calendar.zone_info
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    return [
        Line(
            "holiday",
            calendar.instant(max(each.first, first), 0),
            calendar.instant(each.last, DAY_MINUTES),
            0,
            each.name_en,
            each.name_ar,
        )
        for each in calendar.holidays
        if each.last >= first and each.first <= last and not calendar.is_always_open
    ]
