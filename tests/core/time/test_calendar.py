"""Working calendars: each clause by example, and everything against a slow oracle that walks the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.time import saudi
from app.core.time.calendar import (
    Calendar,
    CalendarNeverOpens,
    Holiday,
    Pause,
    Period,
    Window,
    always_open,
    due,
    elapsed,
    from_dict,
    remaining,
)
from app.core.time.trace import explain

RIYADH = ZoneInfo("Asia/Riyadh")
HOUR = 3600
OFFICE = Calendar("Asia/Riyadh", saudi.week_of(saudi.EIGHT_HOURS))


def at(text: str) -> datetime:
    """An instant, written in Riyadh's time; 2026-11-24 is a Tuesday."""
    return datetime.fromisoformat(text).replace(tzinfo=RIYADH).astimezone(UTC)


def test_a_target_within_the_day_counts_the_seconds() -> None:
    assert due(OFFICE, at("2026-11-24 09:00:07"), HOUR) == at("2026-11-24 10:00:07")


def test_the_due_time_may_be_the_closing_instant_itself() -> None:
    assert due(OFFICE, at("2026-11-24 15:00"), HOUR) == at("2026-11-24 16:00")
    assert due(OFFICE, at("2026-11-24 15:00"), HOUR + 1) == at("2026-11-25 08:00:01")


def test_a_start_outside_hours_begins_at_the_next_opening() -> None:
    assert due(OFFICE, at("2026-11-26 20:00"), HOUR) == at("2026-11-29 09:00")  # Thursday evening to Sunday
    assert due(OFFICE, at("2026-11-24 16:00"), HOUR) == at("2026-11-25 09:00")  # at the closing instant itself


def test_a_target_of_nothing_is_due_at_the_start() -> None:
    assert due(OFFICE, at("2026-11-27 12:00"), 0) == at("2026-11-27 12:00")


def test_a_window_past_midnight_belongs_to_the_day_it_starts() -> None:
    night = Calendar(
        "Asia/Riyadh", {3: (Window(20 * 60, 26 * 60),)}, (Holiday(date(2026, 11, 27), date(2026, 11, 27)),)
    )
    assert due(night, at("2026-11-26 23:00"), 2 * HOUR) == at(
        "2026-11-27 01:00"
    )  # Thursday's, though Friday is a holiday
    closed = Calendar("Asia/Riyadh", night.week, (Holiday(date(2026, 11, 26), date(2026, 11, 26)),))
    assert due(closed, at("2026-11-26 23:00"), HOUR) == at("2026-12-03 21:00")  # Thursday itself is a holiday


def test_several_windows_a_day_leave_the_break_out() -> None:
    split = Calendar("Asia/Riyadh", saudi.week_of(Window(480, 720), Window(960, 1200)))
    assert due(split, at("2026-11-24 11:00"), 2 * HOUR) == at("2026-11-24 17:00")


def test_windows_that_overlap_count_each_instant_once() -> None:
    doubled = Calendar("Asia/Riyadh", {1: (Window(480, 720), Window(600, 960))})
    assert elapsed(doubled, at("2026-11-24 00:00"), at("2026-11-25 00:00")) == 8 * HOUR


def test_a_period_replaces_the_week_on_both_its_days() -> None:
    ramadan = Calendar(
        "Asia/Riyadh",
        OFFICE.week,
        periods=(Period(date(2026, 11, 24), date(2026, 11, 25), saudi.week_of(saudi.SIX_HOURS)),),
    )
    assert [elapsed(ramadan, at(f"2026-11-{day} 00:00"), at(f"2026-11-{day} 23:59")) for day in (23, 24, 25, 26)] == [
        8 * HOUR,
        6 * HOUR,
        6 * HOUR,
        8 * HOUR,
    ]


def test_pauses_that_overlap_count_once_and_an_open_one_has_no_due_time() -> None:
    start = at("2026-11-24 09:00")
    twice = [
        Pause(at("2026-11-24 10:00"), at("2026-11-24 11:00")),
        Pause(at("2026-11-24 10:30"), at("2026-11-24 12:00")),
    ]
    assert due(OFFICE, start, 2 * HOUR, twice) == at("2026-11-24 13:00")
    still = [Pause(at("2026-11-24 10:00"))]
    assert due(OFFICE, start, 2 * HOUR, still) is None
    assert remaining(OFFICE, start, 2 * HOUR, at("2026-11-24 15:00"), still) == HOUR
    assert due(OFFICE, start, HOUR, still) == at("2026-11-24 10:00")  # reached at the instant in which the pause begins


def test_a_calendar_that_never_opens_says_so() -> None:
    with pytest.raises(CalendarNeverOpens):
        due(Calendar("Asia/Riyadh"), at("2026-11-24 09:00"), 1)


def test_around_the_clock_every_second_counts() -> None:
    assert due(always_open("Asia/Riyadh"), at("2026-11-27 23:00"), 12 * HOUR) == at("2026-11-28 11:00")


def test_the_trace_explains_every_counted_second_and_names_what_was_closed() -> None:
    calendar = Calendar(
        "Asia/Riyadh", OFFICE.week, (Holiday(date(2026, 11, 25), date(2026, 11, 25), "A holiday", "إجازة"),)
    )
    trace = explain(calendar, at("2026-11-24 15:00"), 3 * HOUR)
    assert trace.due == at("2026-11-26 10:00")
    assert [(line.kind, line.seconds) for line in trace.lines] == [
        ("counted", HOUR),
        ("holiday", 0),
        ("counted", 2 * HOUR),
    ]
    assert sum(line.seconds for line in trace.lines) == 3 * HOUR


def test_saudi_dates_are_those_of_umm_al_qura_and_provisional_where_the_moon_decides() -> None:
    calendar = saudi.default_hospital_calendar([2026, 2027])
    assert (date(2026, 2, 18), date(2026, 3, 19)) in saudi.ramadan([2026, 2027])
    provisional = {holiday.first: holiday.is_provisional for holiday in calendar.holidays}
    assert provisional[date(2026, 2, 22)] is False
    assert provisional[date(2026, 3, 20)] is True
    assert provisional[date(2026, 5, 26)] is True
    assert from_dict(calendar.to_dict()) == calendar


@pytest.mark.parametrize(
    "broken",
    [{}, {"zone": "Nowhere/At"}, {"zone": "UTC", "week": {"9": [[0, 60]]}}, {"zone": "UTC", "week": {"1": [[60, 0]]}},
     {"zone": "UTC", "holidays": [{"first": "2026-02-02", "last": "2026-02-01"}]}],
)  # fmt: skip
def test_a_broken_definition_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        from_dict(broken)


STEP = 10  # minutes; everything below falls on it, so that the oracle may walk in steps
FIRST = datetime(2026, 3, 26, tzinfo=UTC)  # two zones of the test change their clocks in these days

windows = st.builds(
    lambda opens, length: Window(opens * STEP, opens * STEP + length * STEP), st.integers(0, 143), st.integers(1, 144)
)
weeks = st.dictionaries(st.integers(0, 6), st.lists(windows, max_size=2).map(tuple), min_size=1, max_size=7)
days = st.integers(0, 6).map(lambda number: date(2026, 3, 25) + timedelta(days=number))
holidays = st.builds(lambda day: Holiday(day, day), days)
periods = st.builds(lambda day, week: Period(day, day + timedelta(days=1), week), days, weeks)
calendars = st.builds(
    lambda zone, week, closed, other: Calendar(zone, week, tuple(closed), tuple(other)),
    st.sampled_from(["Asia/Riyadh", "Europe/Berlin", "Africa/Cairo"]),
    weeks,
    st.lists(holidays, max_size=2),
    st.lists(periods, max_size=1),
)
instants = st.integers(0, 6 * 144).map(lambda number: FIRST + timedelta(minutes=number * STEP))
pauses = st.lists(
    st.builds(
        lambda start, length: Pause(start, start + timedelta(minutes=length * STEP)), instants, st.integers(0, 60)
    ),
    max_size=3,
)


def counts(calendar: Calendar, instant: datetime, breaks: list[Pause]) -> bool:
    """The oracle's own reading of the rules, for one instant."""
    if any(each.start <= instant < (each.until or instant + timedelta(1)) for each in breaks):
        return False
    local = instant.astimezone(ZoneInfo(calendar.zone)).date()
    for day in (local - timedelta(days=2), local - timedelta(days=1), local, local + timedelta(days=1)):
        if any(opens <= instant < closes for opens, closes in calendar.windows_of(day)):
            return True
    return False


@settings(max_examples=60, deadline=None)
@given(calendars, instants, st.integers(0, 4 * 144), pauses)
def test_elapsed_equals_the_oracle(calendar: Calendar, start: datetime, steps: int, breaks: list[Pause]) -> None:
    walked = sum(counts(calendar, start + timedelta(minutes=number * STEP), breaks) for number in range(steps))
    assert elapsed(calendar, start, start + timedelta(minutes=steps * STEP), breaks) == walked * STEP * 60


@settings(max_examples=100, deadline=None)
@given(calendars, instants, st.integers(1, 60), pauses)
def test_due_is_the_first_instant_at_which_the_counted_time_equals_the_target(
    calendar: Calendar, start: datetime, steps: int, breaks: list[Pause]
) -> None:
    target = steps * STEP * 60
    try:
        found = due(calendar, start, target, breaks)
    except CalendarNeverOpens:
        return
    assert found is not None
    assert elapsed(calendar, start, found, breaks) == target
    assert elapsed(calendar, start, found - timedelta(seconds=1), breaks) == target - 1


@settings(max_examples=60, deadline=None)
@given(calendars, instants, st.integers(0, 300), st.integers(0, 300), pauses)
def test_elapsed_adds_up(calendar: Calendar, start: datetime, one: int, two: int, breaks: list[Pause]) -> None:
    middle = start + timedelta(minutes=one * STEP)
    end = middle + timedelta(minutes=two * STEP)
    whole = elapsed(calendar, start, end, breaks)
    assert whole == elapsed(calendar, start, middle, breaks) + elapsed(calendar, middle, end, breaks)
