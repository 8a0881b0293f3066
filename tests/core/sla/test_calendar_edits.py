"""Edits of a calendar: what each gives, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.core.errors import Invalid, NotFound
from app.core.sla import calendar_edits as edits
from app.core.sla.calendar_changes import difference
from app.core.sla.calendar_edits import Span
from app.core.time import saudi
from app.core.time.calendar import Calendar, Window

OFFICE = saudi.default_hospital_calendar([2027])
EID = date(2027, 3, 9)


def span(first: date, last: date | None = None) -> Span:
    """A named span."""
    return Span(first, last or first, "Closed", "مغلق")


def test_a_week_takes_any_number_of_windows_and_one_may_end_on_the_next_day() -> None:
    week = edits.week_of({6: [(480, 720), (780, 1020)], 0: [(1200, 120)]})

    assert week[6] == (Window(480, 720), Window(780, 1020))
    assert week[0] == (Window(1200, 1560),)


def test_windows_of_a_day_may_touch_and_not_overlap() -> None:
    assert edits.week_of({0: [(720, 900), (480, 720)]})[0] == (Window(480, 720), Window(720, 900))
    with pytest.raises(Invalid):
        edits.week_of({0: [(480, 721), (720, 900)]})


def test_a_calendar_that_would_never_open_is_refused_unless_it_is_open_around_the_clock() -> None:
    with pytest.raises(Invalid):
        edits.with_week(OFFICE, {}, is_always_open=False, zone=OFFICE.zone)
    assert edits.with_week(OFFICE, {}, is_always_open=True, zone=OFFICE.zone).is_always_open


def test_a_day_that_a_person_enters_is_confirmed_and_stands_in_order() -> None:
    calendar = edits.with_day(OFFICE, span(date(2027, 1, 4)))

    assert calendar.holidays[0].first == date(2027, 1, 4)
    assert not calendar.holidays[0].is_provisional


def test_days_that_are_taken_or_end_before_they_begin_are_refused() -> None:
    taken = OFFICE.holidays[0].first
    with pytest.raises(Invalid) as refused:
        edits.with_day(OFFICE, span(taken))
    assert "first" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        edits.with_day(OFFICE, span(date(2027, 1, 5), date(2027, 1, 4)))
    assert "last" in refused.value.fields


def test_computed_lunar_days_are_provisional_until_they_are_confirmed_or_moved() -> None:
    place = next(n for n, each in enumerate(OFFICE.holidays) if each.is_provisional)

    confirmed = edits.confirmed(OFFICE, "holidays", place)
    moved = edits.with_changed_day(OFFICE, place, span(date(2027, 1, 4)))

    assert not confirmed.holidays[place].is_provisional
    assert confirmed.holidays[place].first == OFFICE.holidays[place].first
    assert not moved.holidays[0].is_provisional
    assert len(moved.holidays) == len(OFFICE.holidays)


def test_founding_day_and_national_day_are_certain_and_ramadan_is_not() -> None:
    certain = {each.first for each in OFFICE.holidays if not each.is_provisional}

    assert certain == {date(2027, 2, 22), date(2027, 9, 23)}
    assert [(each.first, each.is_provisional) for each in OFFICE.periods] == [(date(2027, 2, 8), True)]


def test_adding_a_year_keeps_what_stands_there_and_adds_only_what_is_missing() -> None:
    place = next(n for n, each in enumerate(OFFICE.holidays) if each.is_provisional)
    confirmed = edits.confirmed(OFFICE, "holidays", place)

    again = edits.with_saudi_year(confirmed, 2027)
    longer = edits.with_saudi_year(confirmed, 2028)

    assert again == confirmed
    assert {each.first.year for each in longer.holidays} == {2027, 2028}
    assert longer.holidays[place] == confirmed.holidays[place]
    with pytest.raises(Invalid):
        edits.with_saudi_year(OFFICE, 2090)


@pytest.mark.parametrize("part", ["holidays", "periods"])
def test_a_place_that_is_none_is_not_found(part: str) -> None:
    with pytest.raises(NotFound):
        edits.without(OFFICE, part, 99)
    with pytest.raises(NotFound):
        edits.confirmed(Calendar(OFFICE.zone, OFFICE.week), part, 0)


def test_a_difference_names_only_what_came_or_went() -> None:
    after = edits.without(replace(OFFICE, zone="UTC"), "holidays", 0)

    found = difference(OFFICE.to_dict(), after.to_dict())

    assert set(found) == {"zone", "holidays"}
    assert [len(part) for part in found["holidays"]] == [1, 0]
