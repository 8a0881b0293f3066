"""Quiet hours: every day from nine to nine, not in the Friday prayer, later on evenings of Ramadan where set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.notifications.quiet import Hours, is_open, is_ramadan, opening_after, with_jitter

RIYADH = ZoneInfo("Asia/Riyadh")
HOURS = Hours()
EVENINGS = replace(HOURS, ramadan_closes=23 * 60)


def local(text: str) -> datetime:
    """An instant by the clock on the wall in Riyadh."""
    return datetime.fromisoformat(text).replace(tzinfo=RIYADH)


@pytest.mark.parametrize(
    ("at", "good"),
    [
        ("2026-11-24T08:59:59", False),
        ("2026-11-24T09:00:00", True),
        ("2026-11-24T20:59:59", True),
        ("2026-11-24T21:00:00", False),
        ("2026-11-27T11:29:59", True),  # a Friday
        ("2026-11-27T11:30:00", False),
        ("2026-11-27T13:29:59", False),
        ("2026-11-27T13:30:00", True),
        ("2026-11-28T12:00:00", True),  # Saturday is a day like any other
        ("2026-11-24T00:00:00", False),
    ],
)
def test_open_and_closed(at: str, good: bool) -> None:
    assert is_open(local(at), HOURS) is good


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-11-24T10:15:00", "2026-11-24T10:15:00"),
        ("2026-11-24T03:00:00", "2026-11-24T09:00:00"),
        ("2026-11-24T21:00:00", "2026-11-25T09:00:00"),
        ("2026-11-27T12:00:00", "2026-11-27T13:30:00"),
        ("2026-11-26T23:00:00", "2026-11-27T09:00:00"),
        ("2026-12-31T22:00:00", "2027-01-01T09:00:00"),
    ],
)
def test_the_next_opening(at: str, opening: str) -> None:
    assert opening_after(local(at), HOURS) == local(opening)


def test_the_evening_of_ramadan_is_open_longer_only_where_it_is_set_and_only_in_ramadan() -> None:
    evening = local("2027-02-10T22:30:00")  # Ramadan 1448 is 8 February to 8 March 2027

    assert is_ramadan(evening.date())
    assert is_open(evening, EVENINGS)
    assert not is_open(evening, HOURS)
    assert not is_open(local("2027-02-10T23:00:00"), EVENINGS)
    assert is_open(local("2027-03-08T22:30:00"), EVENINGS), "the last evening"
    assert not is_open(local("2027-03-09T22:30:00"), EVENINGS), "the eve after the feast"


def test_a_window_may_end_after_midnight_of_its_day() -> None:
    late = replace(HOURS, ramadan_closes=24 * 60)

    assert is_open(local("2027-02-10T23:59:59"), late)
    assert not is_open(local("2027-02-11T00:00:00"), late)


def test_a_hospital_without_a_prayer_pause_is_open_on_friday_noon() -> None:
    assert is_open(local("2026-11-27T12:00:00"), replace(HOURS, prayer_from=None, prayer_until=None))


def test_the_zone_of_the_hospital_decides() -> None:
    at = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)  # 09:30 in Riyadh, 06:30 in London

    assert is_open(at, HOURS)
    assert not is_open(at, replace(HOURS, zone="Europe/London"))


def test_hours_that_never_open_are_told() -> None:
    with pytest.raises(ValueError, match="never open"):
        opening_after(local("2026-11-24T10:00:00"), replace(HOURS, opens=600, closes=600))


def test_jitter_spreads_what_waited_and_never_leaves_the_hours() -> None:
    at = local("2026-11-24T03:00:00")
    found = {with_jitter(at, local("2026-11-24T09:00:00"), HOURS) for _turn in range(40)}

    assert len(found) > 30
    assert all(local("2026-11-24T09:00:00") <= each <= local("2026-11-24T09:10:00") for each in found)


def test_what_did_not_wait_leaves_at_once() -> None:
    at = local("2026-11-24T10:00:00")

    assert with_jitter(at, at, HOURS) == at
    assert with_jitter(at - timedelta(hours=3), at, replace(HOURS, jitter_minutes=0)) == at
