"""The sentences with which charts state what they show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel import dates
from flask_babel import gettext as _

from app.core.i18n import language, named
from app.surveys.trends import LEAST_ANSWERS, Month, Mover

QUARTER = 3
STEADY = 2.0  # points; less is no news
MOVED = 5.0


def of_months(months: Sequence[Month]) -> str:
    """Say whether the score rose or fell: the last three months against the three before, by their answers."""
    now, before = _mean(months[-QUARTER:]), _mean(months[-2 * QUARTER : -QUARTER])
    if now is None:
        return _("Too few answers yet to say how it goes")
    if before is None or abs(now - before) < STEADY:
        return _("The score is steady at %(score)s", score=f"{now:.0f}")
    points = f"{abs(now - before):.0f}"
    if now < before:
        return _("The score fell by %(points)s points within three months", points=points)
    return _("The score rose by %(points)s points within three months", points=points)


def _mean(months: Sequence[Month]) -> float | None:
    counted = [each for each in months if each.mean is not None]
    answers = sum(each.answers for each in counted)
    if answers < LEAST_ANSWERS:
        return None
    return sum((each.mean or 0) * each.answers for each in counted) / answers


def of_movers(movers: Sequence[Mover]) -> str:
    """Name the department that fell most, else the one that rose most, else the lowest."""
    moved = [each for each in movers if each.change is not None]
    fallen = min(moved, key=lambda each: each.change or 0, default=None)
    if fallen is not None and (fallen.change or 0) <= -MOVED:
        return _("%(place)s fell most, by %(points)s points", place=place_of(fallen, movers), points=_points(fallen))
    risen = max(moved, key=lambda each: each.change or 0, default=None)
    if risen is not None and (risen.change or 0) >= MOVED:
        return _("%(place)s rose most, by %(points)s points", place=place_of(risen, movers), points=_points(risen))
    if not movers:
        return _("Too few answers yet to compare departments")
    return _("%(place)s has the lowest score", place=place_of(movers[0], movers))


def _points(mover: Mover) -> str:
    return f"{abs(mover.change or 0):.0f}"


def place_of(mover: Mover, among: Sequence[Mover]) -> str:
    """Name a department, with its hospital where several hospitals are compared."""
    if len({each.hospital.id for each in among}) > 1:
        return f"{named(mover.department)} · {named(mover.hospital)}"
    return named(mover.department)


def month_label(month: str, with_year: bool = False) -> str:
    """Write a month (YYYY-MM) for people: short below a column, with its year where there is room."""
    first = date(int(month[:4]), int(month[5:]), 1)
    return str(dates.format_date(first, "MMMM y" if with_year else "MMM", locale=language()))
