"""Nobody answers: a complaint climbs three levels, each finds it in the bell once; and an outage floods nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from app.complaints import sla
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.events.models import Delivery
from app.core.sla import clocks, notices, sweep
from app.core.sla.events import ClockEscalated
from app.core.sla.kinds import KINDS
from app.core.sla.models import SlaClock, SlaNotice
from app.core.sla.words import rung_label
from app.core.web.story import CLOCK_TITLES
from app.notifications.models import Notification
from tests.browser.conftest import check_accessible
from tests.browser.office import at_work, entered, leave, open_from_bell, said, soon, stand_at, working_noon
from tests.browser.test_complaint_life import step
from tests.faults.stack import Stack

WORDS = {"ar": "لم يرد علينا أحد منذ أيام", "en": "Nobody has answered us for days"}
LADDER = ["department_manager", "hospital_admin", "px_admin"]
MINUTE = timedelta(minutes=1)


def ladder_of(stack: Stack, complaint: Any) -> list[datetime]:
    """The instants at which the activation climbs, level by level."""
    with stack.app.app_context(), acting_as(system_actor("look in a test")):
        runs = clocks.open_clock(complaint.id, sla.ACTIVATION)
        assert runs is not None
        steps = [each for each in clocks.steps_of(runs) if each.sort == "escalation"]
        assert [each.to for each in steps] == LADDER
        found = [clocks.instant_of(runs, each) for each in steps]
    return [each for each in found if each is not None]


def who_is(stack: Stack, language: str, to: str) -> str:
    """A rung of the ladder in words."""
    return said(stack, language, lambda: rung_label(to, {}))


def climbed(desk: Page, stack: Stack, language: str, to: str) -> int:
    """How often the timeline tells that the activation climbed to a rung; the answer's deadline is told with its name."""
    title = said(stack, language, lambda: CLOCK_TITLES[ClockEscalated.kind]({"to": to}, {}))
    answers = said(stack, language, lambda: f"{KINDS[sla.RESOLUTION].label} · {title}")
    timeline = desk.inner_text("#events")
    return timeline.count(title) - timeline.count(answers)


def end(page: Page, stack: Stack, complaint: Any) -> None:
    """Take a complaint off the table, so that it rings no more."""
    page.goto(f"{stack.address}/complaints/{complaint.id}")
    step(page, "cancel", cancel_reason="entered_in_error", reason="A drill.")


@pytest.mark.parametrize(("language", "weeks"), [("ar", 0), ("en", 3)])
def test_what_nobody_answers_climbs_three_levels_and_each_finds_it_in_the_bell(
    browser: Browser, stack: Stack, language: str, weeks: int
) -> None:
    stand_at(stack, working_noon(stack, weeks))
    officer = at_work(browser, stack, "px_coordinator", language)
    complaint = entered(officer, stack, WORDS[language], department_id=str(stack.cast.er.id))
    assert who_is(stack, language, "department_manager") in officer.inner_text("#deadline")
    leave(officer)

    for level, (who, at) in enumerate(zip(LADDER, ladder_of(stack, complaint), strict=True), 1):
        stand_at(stack, at + MINUTE)
        soon(stack, sweep.sweep_clocks)
        stack.wait(f"level {level}", lambda who=who: told(stack, who, complaint))  # type: ignore[misc]
        desk = at_work(browser, stack, who, language)
        open_from_bell(desk, stack, complaint.reference)
        assert desk.url.endswith(f"/complaints/{complaint.id}")
        check_accessible(desk)
        counts = [climbed(desk, stack, language, each) for each in LADDER]
        assert counts == [1] * level + [0] * (len(LADDER) - level)
        if who != LADDER[-1]:
            leave(desk)

    # meanwhile the answer itself is late, so the ladder of its deadline leads on from the manager
    assert who_is(stack, language, "hospital_admin") in desk.inner_text("#deadline")
    desk.click("#clocks a >> nth=0")
    desk.wait_for_selector("#steps")
    check_accessible(desk)
    assert all(who_is(stack, language, each) in desk.inner_text("#steps") for each in LADDER)

    end(desk, stack, complaint)
    leave(desk)
    assert [len(told(stack, who, complaint)) for who in LADDER] == [1, 1, 1]


def told(stack: Stack, who: str, complaint: Any) -> list[Any]:
    """The lines in a person's bell that a complaint was escalated to them."""
    rows = stack.rows(Notification, user_id=stack.cast[who].id, kind="complaints/escalated")
    return [each for each in rows if each.about_id == complaint.id]


@pytest.mark.parametrize(("language", "weeks"), [("ar", 6), ("en", 9)])
def test_two_days_without_a_sweep_are_one_line_for_each(
    browser: Browser, stack: Stack, language: str, weeks: int
) -> None:
    noon = working_noon(stack, weeks, days=(0, 2))
    stand_at(stack, noon)
    quiet(stack, noon)
    officer = at_work(browser, stack, "px_coordinator", language)
    complaints = [
        entered(officer, stack, f"{WORDS[language]} {number}", department_id=str(stack.cast.er.id))
        for number in range(3)
    ]
    people = ["px_coordinator", "department_manager", "hospital_admin"]
    leave(officer)
    before = {who: len(bell_of(stack, who)) for who in people}

    later = noon + timedelta(days=2)
    stand_at(stack, later)
    soon(stack, sweep.sweep_clocks)
    stack.wait("all that was missed", lambda: is_decided(stack, later))
    stand_at(stack, later + 2 * MINUTE)
    soon(stack, notices.tell_waiting)
    stack.wait("the summaries", lambda: stack.rows(SlaNotice) and not stack.rows(SlaNotice, told_at=None))

    new = {who: [each.kind for each in bell_of(stack, who)][before[who] :] for who in people}
    assert new == {who: [notices.SUMMARY] for who in people}
    manager = at_work(browser, stack, "department_manager", language)
    open_from_bell(manager, stack, "3")  # three complaints in one line
    assert manager.url.endswith("/complaints/")
    shown = manager.inner_text("#rows")
    assert all(each.reference in shown for each in complaints)
    leave(manager)

    officer = at_work(browser, stack, "px_coordinator", language)
    for each in complaints:
        end(officer, stack, each)
    leave(officer)


def quiet(stack: Stack, at: datetime) -> None:
    """Let everything that earlier stories left be said."""
    soon(stack, notices.tell_waiting)
    stack.wait("quiet", lambda: is_decided(stack, at) and not stack.rows(SlaNotice, told_at=None))


def is_decided(stack: Stack, at: datetime) -> bool:
    """Whether no clock has anything to decide at an instant, and what was decided has been handled."""
    with stack.app.app_context(), acting_as(system_actor("look in a test")):
        late = db.session.execute(sa.select(SlaClock.id).where(SlaClock.look_at <= at).limit(1)).first()
        waits = db.session.execute(sa.select(Delivery.id).where(Delivery.parked_at.is_(None)).limit(1)).first()
    return late is None and waits is None


def bell_of(stack: Stack, who: str) -> list[Any]:
    """A person's bell, oldest first."""
    return sorted(stack.rows(Notification, user_id=stack.cast[who].id), key=lambda row: row.id)
