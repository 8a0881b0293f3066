"""A queue day by day: its order, columns of one's own, also without JavaScript, and Back that lands on the same row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.complaints.services import receiving
from app.complaints.services.receiving import ComplaintFacts
from app.core.access.actor import acting_as, system_actor
from tests.browser.conftest import check_accessible, sign_in, speaking
from tests.browser.office import at_work
from tests.complaints.conftest import WORDS
from tests.faults.stack import Stack

HERE = "document.activeElement?.closest('tr')?.id ?? ''"
SEEN = """(id) => { const box = document.getElementById(id).getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight; }"""
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture(scope="module")
def many(stack: Stack) -> Iterator[Stack]:
    """Thirty complaints: two pages of the queue."""
    actor, place = system_actor("fill a queue"), stack.cast.a.id
    with stack.app.app_context(), acting_as(actor):
        for number in range(30):
            facts = ComplaintFacts(words=WORDS, severity=("low", "high", "medium")[number % 3])
            receiving.receive(hospital_id=place, facts=facts, actor=actor)
    yield stack


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("after", ["", "next"])
def test_back_from_a_case_lands_on_the_same_row_of_the_same_page(
    browser: Browser, many: Stack, language: str, after: str
) -> None:
    page = at_work(browser, many, "px_coordinator", language)
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto(f"{many.address}/complaints/?sort=oldest")
    if after:
        page.click("a[rel=next]")
        page.wait_for_url("**after=*")
    stood_at = page.url
    row = page.locator("[data-queue] tbody tr").last
    row_id, link = row.get_attribute("id"), row.locator("a.px-ref")
    link.click()
    page.wait_for_url(re.compile(r"/complaints/[0-9a-f-]{36}"))

    page.go_back()
    page.wait_for_function(f"id => {HERE} === id", arg=row_id)
    assert page.url == stood_at
    assert page.evaluate(SEEN, row_id)
    page.keyboard.press("k")  # the keys go on from there
    assert page.evaluate(HERE) == page.locator("[data-queue] tbody tr").nth(-2).get_attribute("id")
    page.reload()
    page.wait_for_load_state()
    assert page.evaluate(HERE) == ""  # only going back leads to a row
    page.context.close()


def columns(page: Page, *codes: str) -> None:
    """Choose columns in the queue's own form."""
    page.click(".px-columns summary")
    for box in page.locator(".px-columns input[type=checkbox]").all():
        box.set_checked(box.get_attribute("value") in codes)
    page.click(".px-columns .btn-primary")
    page.wait_for_load_state()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_order_and_columns_are_chosen_at_a_desk_and_on_a_phone(browser: Browser, many: Stack, language: str) -> None:
    page = at_work(browser, many, "px_coordinator", language)
    page.goto(f"{many.address}/complaints/")
    columns(page, "patient", "severity", "received", "status")
    assert page.locator("[data-queue] thead th").count() == 7  # the box, number and title always
    page.click("th:nth-child(6) .px-sort")
    page.wait_for_url("**sort=severity*")
    assert page.locator("th[aria-sort=descending]").count() == 1
    page.click(".px-columns summary")
    check_accessible(page)

    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{many.address}/complaints/")
    page.select_option("select[name=sort]", "newest")
    page.wait_for_url("**sort=newest*")
    page.wait_for_selector("a[href*='sort=newest']")
    columns(page, "patient", "department", "channel", "severity", "received", "status", "deadline", "owner")
    assert "sort=newest" in page.url
    assert page.evaluate(FITS)
    page.click(".px-columns summary")
    assert page.evaluate(FITS)
    check_accessible(page)
    page.click(".px-columns button[name=usual]")
    page.wait_for_load_state()
    assert page.problems == []  # type: ignore[attr-defined]
    page.context.close()


def test_columns_are_chosen_without_javascript(browser: Browser, many: Stack) -> None:
    known = speaking(browser, "en")
    sign_in(known, many, "hospital_admin", "en")
    state: Any = known.context.storage_state()
    page = browser.new_context(java_script_enabled=False, storage_state=state).new_page()
    page.goto(f"{many.address}/complaints/?tab=all")
    columns(page, "owner")

    assert page.url == f"{many.address}/complaints/?tab=all"
    assert page.locator("[data-queue] thead th").count() == 4
    known.context.close()
    page.context.close()
