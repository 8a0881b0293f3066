"""What people of the office do again and again in the stories: come to work, enter a complaint, open what the bell says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from playwright.sync_api import Browser, Page

from app.complaints.models import Complaint
from app.core.access.actor import acting_as, system_actor
from app.core.i18n import in_language
from app.core.jobs.queues import enqueue
from app.core.sla.calendars import working_hours
from app.core.time import calendar as working
from tests.browser.conftest import check_accessible, scroll_to, sign_in, speaking
from tests.faults.stack import Stack


def at_work(browser: Browser, stack: Stack, who: str, language: str) -> Page:
    """Give the browser of a person who has just signed in."""
    page = speaking(browser, language)
    sign_in(page, stack, who, language)
    return page


def entered(page: Page, stack: Stack, words: str, **fields: str) -> Any:
    """Enter a complaint through the form, `fields` by name; gives its row."""
    page.goto(f"{stack.address}/complaints/new")
    page.fill("#words", words)
    for name, value in fields.items():
        if page.locator(f"#{name}").evaluate("each => each.tagName") == "SELECT":
            page.select_option(f"#{name}", value)
        else:
            page.fill(f"#{name}", value)
    page.click("form.px-form .px-form-foot button")
    page.wait_for_url(re.compile(r"/complaints/[0-9a-f-]{36}"))
    return stack.rows(Complaint, id=page.url.rpartition("/")[2])[0]


def open_from_bell(page: Page, stack: Stack, text: str) -> None:
    """Open the bell and the line that says `text`, and stand on the page to which it leads."""
    page.goto(f"{stack.address}/")
    page.click("#bell-menu-button")
    line = page.locator("#bell-menu .px-bell-line strong", has_text=text)
    line.first.wait_for()
    check_accessible(page)
    assert line.count() == 1, line.all_inner_texts()
    line.click()
    page.wait_for_load_state()
    page.wait_for_selector("h1")


def look_at(page: Page, card: str) -> str:
    """Read a card of a case that comes when it is seen, by the end of its address."""
    scroll_to(page, card)
    page.locator(f"#{card}-here").wait_for()
    return page.inner_text(f"#{card}-here")


def stand_at(stack: Stack, instant: datetime) -> None:
    """Move the clock of every process to an instant."""
    stack.move_clock(instant - datetime.now(UTC))


def working_noon(stack: Stack, weeks: int, days: Iterable[int] = (0,)) -> datetime:
    """Give a noon, so many weeks ahead, at which hospital A works, and also so many `days` after it."""
    noon: datetime = datetime.now(UTC) + stack.noon + timedelta(weeks=weeks)  # type: ignore[attr-defined]
    with stack.app.app_context(), acting_as(system_actor("look for a working day in a test")):
        hours = working_hours(stack.cast.a.id)
        while any(working.next_open(hours, at) != at for at in (noon + timedelta(days=each) for each in days)):
            noon += timedelta(days=1)
    return noon


def soon(stack: Stack, job: Callable[..., None]) -> None:
    """Ask the worker for a periodic job now, instead of at its next turn."""
    with stack.app.app_context():
        enqueue(job)


def said(stack: Stack, language: str, words: Callable[[], Any]) -> str:
    """Give words of the product in a language."""
    with stack.app.app_context(), in_language(language):
        return str(words())


def id_of(page: Page) -> UUID:
    """Give the id in the address of a case."""
    found = re.search(r"[0-9a-f-]{36}", page.url)
    assert found, page.url
    return UUID(found.group())


def leave(page: Page) -> None:
    """Close a person's browser, in which nothing went wrong."""
    problems = list(page.problems)  # type: ignore[attr-defined]
    page.context.close()  # what is still loading fails now, and is no problem of the product
    assert problems == [], problems
