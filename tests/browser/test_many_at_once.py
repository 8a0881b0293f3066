"""Many at once by the keyboard: an officer selects inquiries, reads what will happen to each, cancels them, and takes it back."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.services import answering, receiving, stepping
from app.complaints.inquiries.services.answering import Reply
from app.complaints.inquiries.services.receiving import InquiryFacts
from app.complaints.inquiries.services.stepping import StepFacts
from app.core.access.actor import acting_as, system_actor
from tests.browser.conftest import check_accessible
from tests.browser.office import at_work, leave
from tests.complaints.inquiring import ANSWER, WORDS
from tests.faults.stack import Stack

SYSTEM = system_actor("a test of many inquiries")
# keeps how the form stands once it was submitted, and submits it again at that moment
WATCH = """() => addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const word = document.getElementById("busy").textContent;
  const state = [event.target.ariaBusy, event.target.querySelector("button").ariaDisabled, word];
  sessionStorage.setItem("at-submit", JSON.stringify(state));
  event.target.requestSubmit();
})"""


def asked(stack: Stack, verb: str = "") -> tuple[UUID, str]:
    """An inquiry that somebody began, answered, or nobody has looked at; gives its id and number."""
    contact = {"contact_name": "هدى السالم", "contact_phone": "0509998877"}
    with stack.app.app_context(), acting_as(SYSTEM):
        facts = InquiryFacts(words=WORDS, channel="phone", **contact)
        row = receiving.receive(hospital_id=stack.cast.a.id, facts=facts, actor=SYSTEM)
        if verb == "start":
            stepping.move(row.id, verb, StepFacts(), version=None, actor=SYSTEM)
        elif verb == "respond":
            answering.respond(row.id, Reply("phone", ANSWER), version=None, actor=SYSTEM)
        return row.id, row.reference


@pytest.mark.parametrize("language", ["ar", "en"])
def test_an_officer_cancels_many_inquiries_by_key_and_takes_it_back(
    browser: Browser, stack: Stack, language: str
) -> None:
    rows = [asked(stack), asked(stack, "start"), asked(stack, "respond")]
    ids, numbers = [row[0] for row in rows], [row[1] for row in rows]
    page = at_work(browser, stack, "px_coordinator", language)
    page.goto(f"{stack.address}/inquiries/")
    page.wait_for_selector("[data-queue] [data-select]")

    for number in range(page.locator("[data-queue] tbody tr").count()):
        page.keyboard.press("j")
        if number < 2 or page.locator(".px-at").get_attribute("id") == f"q-{ids[2]}":
            page.keyboard.press("x")
    check_accessible(page)
    page.click("button[name=verb][value=cancel]")
    page.wait_for_selector("#going")
    check_accessible(page)
    assert numbers[2] in page.inner_text("#staying")
    chosen = page.locator("#going input[name=ids]").count()
    page.select_option("#cancel_reason", "repeated")
    page.fill("#reason", "سؤال مكرر")
    page.click("#going form button")
    page.wait_for_url("**/inquiries/selected/done*")
    check_accessible(page)

    assert len(stack.rows(Inquiry, status="cancelled", cancel_reason="repeated")) == chosen == 2
    page.click("#changed form button")
    page.wait_for_url("**/inquiries/")
    assert stack.rows(Inquiry, status="cancelled", cancel_reason="repeated") == []
    leave(page)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_change_to_many_says_that_it_runs_and_a_double_click_runs_it_once(
    browser: Browser, stack: Stack, language: str
) -> None:
    row_id, _number = asked(stack, "start")
    page = at_work(browser, stack, "px_coordinator", language)
    page.goto(f"{stack.address}/inquiries/selected/?verb=cancel&ids={row_id}")
    page.select_option("#cancel_reason", "repeated")
    page.fill("#reason", "سؤال مكرر")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate(WATCH)
    assert page.inner_text("#busy") == ""

    page.dblclick("#going form button", no_wait_after=True)
    page.wait_for_url("**/inquiries/selected/done*")

    busy, disabled, words = json.loads(page.evaluate("sessionStorage.getItem('at-submit')"))
    assert (busy, disabled) == ("true", "true")
    assert {"ar": "استفسار", "en": "1 inquiry"}[language] in words, "said to screen readers too"
    assert [url for url in sent if "/inquiries/selected/" in url] == [f"{stack.address}/inquiries/selected/"]
    assert page.locator("#staying").count() == 0, "a second run would have found it changed"
    page.dblclick("#changed form button", no_wait_after=True)
    page.wait_for_url("**/inquiries/")
    assert [each.status for each in stack.rows(Inquiry, id=row_id)] == ["in_progress"]
    leave(page)


def test_the_key_a_takes_the_row_itself_where_nothing_is_selected(browser: Browser, stack: Stack) -> None:
    asked(stack)
    page = at_work(browser, stack, "px_coordinator", "en")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{stack.address}/inquiries/")
    page.keyboard.press("j")
    at = page.locator(".px-at").get_attribute("id")

    page.keyboard.press("a")
    page.wait_for_selector("#going #assignee_id")

    assert page.locator("#going input[name=ids]").count() == 1
    assert at and page.locator("#going input[name=ids]").get_attribute("value", timeout=1000).startswith(at[2:])  # type: ignore[union-attr]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    check_accessible(page)
    leave(page)
