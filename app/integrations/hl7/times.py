"""HL7 times: YYYY[MM[DD[HH[MM[SS[.S]]]]]][+ZZZZ]. Nothing is filled in that was not said."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from app.integrations.hl7.problems import Unreadable

_TIME = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d{2})(?:(?P<day>\d{2})(?:(?P<hour>\d{2})(?:(?P<minute>\d{2})"
    r"(?:(?P<second>\d{2})(?:\.(?P<part>\d{1,6}))?)?)?)?)?)?(?P<zone>[+-]\d{4})?$",
    re.ASCII,
)
EARLIEST_BIRTH = 1850  # an earlier year is a Hijri year or a slip: never taken for a Gregorian one
EVENT_YEARS = range(1900, 2101)  # the same of events: outside of it stands a Hijri year or a slip
_MOST_OFFSET = timedelta(hours=14)


def instant(text: str, zone: ZoneInfo, place: str) -> datetime:
    """Give the instant (UTC) of a time that is known to the minute at least; without a zone it is local to `zone`.

    Raises Unreadable, naming `place`.
    """
    found = _TIME.match(text)
    if found is None or found["minute"] is None or int(found["year"]) not in EVENT_YEARS:
        raise Unreadable(place)
    try:
        local = datetime(
            *(int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")),  # type: ignore[misc,arg-type]
            microsecond=int((found["part"] or "0").ljust(6, "0")),
            tzinfo=_offset(found["zone"]) if found["zone"] else zone,
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise Unreadable(place) from problem


def moment(text: str, zone: ZoneInfo, place: str) -> datetime | None:
    """Give the instant of a time, or None when it is known to the day only. Raises Unreadable."""
    found = _TIME.match(text)
    if found is not None and found["minute"] is None:
        return None
    return instant(text, zone, place)


def birth_date(text: str, today: date, place: str) -> date | None:
    """Give a birth date; None when only its year or month is known. Raises Unreadable, naming `place`."""
    found = _TIME.match(text)
    if found is None:
        raise Unreadable(place)
    if found["day"] is None:
        return None
    try:
        born = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError as problem:
        raise Unreadable(place) from problem
    if not born.year >= EARLIEST_BIRTH or born > today:
        raise Unreadable(place)
    return born


def written(moment: datetime) -> str:
    """Write an instant as HL7 does, with its zone."""
    return moment.strftime("%Y%m%d%H%M%S%z")


def _offset(text: str) -> timezone:
    span = timedelta(hours=int(text[1:3]), minutes=int(text[3:]))
    if span > _MOST_OFFSET or int(text[3:]) > 59:
        raise ValueError
    return timezone(-span if text[0] == "-" else span)
