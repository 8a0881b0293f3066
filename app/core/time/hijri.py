"""Hijri dates (Umm al-Qura) beside Gregorian ones, written in the reader's language."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from hijridate import Gregorian

MONTHS = (
    _l("Muharram"),
    _l("Safar"),
    _l("Rabi al-Awwal"),
    _l("Rabi al-Thani"),
    _l("Jumada al-Ula"),
    _l("Jumada al-Akhirah"),
    _l("Rajab"),
    _l("Shaban"),
    _l("Ramadan"),
    _l("Shawwal"),
    _l("Dhu al-Qadah"),
    _l("Dhu al-Hijjah"),
)


def hijri(day: date) -> tuple[int, int, int] | None:
    """Give year, month and day of the Hijri calendar; None outside the tables (before 1924, after 2077)."""
    try:
        found = Gregorian(day.year, day.month, day.day).to_hijri()
    except (ValueError, OverflowError):
        return None
    return found.year, found.month, found.day


def written(day: date | None) -> str:
    """Write a date's Hijri form: `1 Ramadan 1448`; nothing where the tables end."""
    found = hijri(day) if day else None
    if found is None:
        return ""
    year, month, number = found
    return _("%(day)s %(month)s %(year)s AH", day=number, month=MONTHS[month - 1], year=year)
