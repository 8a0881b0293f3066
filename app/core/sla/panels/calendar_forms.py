"""Forms of working calendars: they parse times and dates; rules are the commands'."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, NumberRange

from app.core.resources.days import day_of
from app.core.resources.problems import FieldProblem
from app.core.sla.calendar_changes import CalendarFacts
from app.core.sla.calendar_edits import Span, week_of
from app.core.sla.calendars import DEFAULT_ZONE
from app.core.time.calendar import DAY_MINUTES, Week
from app.core.web.forms import Form, LineField, UuidField, VersionField

GIVE = _l("This field is required.")
TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
MOST_WINDOWS = 8  # of one day
ZONES = (DEFAULT_ZONE, "Asia/Dubai", "Asia/Kuwait", "Asia/Bahrain", "Asia/Qatar", "Africa/Cairo", "Asia/Amman", "UTC")


class ProposalForm(Form):
    """A change of a calendar: shown with what it moves first, then confirmed."""

    version = VersionField()
    confirmed = BooleanField("")


class CalendarForm(ProposalForm):
    """Name a calendar."""

    name_en = LineField(_l("Name in English"), [DataRequired(GIVE)])
    name_ar = LineField(_l("Name in Arabic"), [DataRequired(GIVE)])
    is_default = BooleanField(_l("Deadlines of working time count in this calendar"))

    def facts(self) -> CalendarFacts:
        """Give what was typed."""
        return CalendarFacts(self.name_en.data or "", self.name_ar.data or "", bool(self.is_default.data))


class NewCalendarForm(CalendarForm):
    """Make a calendar."""

    hospital_id = UuidField(_l("Hospital"))


class WeekForm(ProposalForm):
    """The weekly windows, the zone, or around the clock. Windows come as opens-<day>-<n> and closes-<day>-<n>."""

    zone = SelectField(_l("Time zone"), choices=[SelectChoice(zone) for zone in ZONES], validate_choice=False)
    is_always_open = BooleanField(_l("Around the clock: every hour of every day counts"))

    def week(self) -> Week:
        """Give the windows that were typed. Raises Invalid."""
        return week_of(typed_windows())


class DayField(StringField):
    """A date, Gregorian or Hijri (a year of 1343 to 1500)."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the date; anything else is the field's error."""
        raw = (valuelist[0] if valuelist else "").strip()
        self.data: Any = None
        if raw:
            self.data = raw
            try:
                self.data = day_of(raw)
            except FieldProblem as problem:
                raise ValidationError(str(_l("Give a date such as 2027-02-08 or 1448-09-01."))) from problem

    def _value(self) -> str:
        return self.data.isoformat() if isinstance(self.data, date) else str(self.data or "")


class EntryForm(ProposalForm):
    """A holiday, or a period of other weekly windows (which come as in WeekForm)."""

    name_en = LineField(_l("Name in English"), [DataRequired(GIVE)])
    name_ar = LineField(_l("Name in Arabic"), [DataRequired(GIVE)])
    first = DayField(_l("First day"), [DataRequired(GIVE)], description=_l("2027-02-08, or Hijri: 1448-09-01"))
    last = DayField(_l("Last day"), description=_l("Left empty: one day only"))

    def span(self) -> Span:
        """Give the named span that was typed."""
        first: Any = self.first.data
        return Span(first, self.last.data or first, self.name_en.data or "", self.name_ar.data or "")

    def week(self) -> Week:
        """Give the windows that were typed. Raises Invalid."""
        return week_of(typed_windows())


class YearForm(ProposalForm):
    """Add the Saudi holidays and Ramadan of a year."""

    year = IntegerField(_l("Year"), [DataRequired(GIVE), NumberRange(min=2000, max=2076)])


def typed_windows() -> dict[int, list[tuple[int, int]]]:
    """Give the windows of the request by weekday, in minutes after midnight; lines that are not filled are left out."""
    found: dict[int, list[tuple[int, int]]] = {}
    for day in range(7):
        for number in range(MOST_WINDOWS):
            opens = minutes_of(request.form.get(f"opens-{day}-{number}"))
            closes = minutes_of(request.form.get(f"closes-{day}-{number}"))
            if opens is not None and closes is not None and opens < DAY_MINUTES:
                found.setdefault(day, []).append((opens, closes))
    return found


def minutes_of(text: str | None) -> int | None:
    """Read a time of day as minutes after midnight; None where there is none."""
    match = TIME.fullmatch((text or "").strip())
    return int(match.group(1)) * 60 + int(match.group(2)) if match else None
