"""Dates as people type them: Gregorian or Hijri (Umm al-Qura), Arabic digits, day or year first."""

from __future__ import annotations

import re
from datetime import date

from hijridate import Hijri

from app.core.resources.problems import FieldProblem
from app.core.text.digits import strip_marks, western_digits
from app.core.time import clock

_PARTS = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})")
HIJRI = range(1343, 1501)  # the years that the Umm al-Qura tables hold


def day_of(value: date | str, *, past: bool = False) -> date:
    """Give a date. A year of 1343-1500 is Hijri. Raises FieldProblem: date, future (only if `past`)."""
    found = value if isinstance(value, date) else _read(value)
    if past and found > clock.now().date():
        raise FieldProblem("future")
    return found


def _read(text: str) -> date:
    match = _PARTS.fullmatch(western_digits(strip_marks(text)).strip().split(" ")[0].split("T")[0])
    if match is None:
        raise FieldProblem("date")
    first, month, last = (int(part) for part in match.groups())
    year, day = (first, last) if len(match.group(1)) == 4 else (last, first)
    try:
        return Hijri(year, month, day).to_gregorian() if year in HIJRI else _gregorian(year, month, day)
    except (ValueError, OverflowError):
        raise FieldProblem("date") from None


def _gregorian(year: int, month: int, day: int) -> date:
    if year < 1850:
        raise FieldProblem("date")
    return date(year, month, day)
