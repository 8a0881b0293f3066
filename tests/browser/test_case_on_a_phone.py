"""A case on a phone: the likely steps at the bottom, tabs with drafts that survive a reload, keys, and pictures in place."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from app.complaints.models import Complaint, ComplaintNote
from app.core.access.actor import acting_as, system_actor
from app.core.attachments.models import Attachment, FileState
from app.core.db import db, unit_of_work
from tests.browser.conftest import check_accessible, scroll_to, sign_in, speaking
from tests.browser.office import entered, leave
from tests.browser.test_complaint_life import picture
from tests.faults.stack import Stack

WORDS = {"ar": "انتظرت ثلاث ساعات في الطوارئ", "en": "I waited in emergency for three hours"}
NOTE = {"ar": "سألنا القسم", "en": "We asked the ward"}
MESSAGE = {"ar": "سنتصل بكم يوم الأحد", "en": "We shall call you on Sunday"}
CLEAR = """() => { const at = document.activeElement.getBoundingClientRect();
    const bar = document.querySelector(".px-likely").getBoundingClientRect();
    return document.activeElement.closest(".px-likely") || at.bottom <= bar.top + 1; }"""


def on_a_phone(browser: Browser, stack: Stack, language: str) -> Page:
    """An officer who has signed in on a phone."""
    page = speaking(browser, language, width=360, height=740)
    sign_in(page, stack, "px_coordinator", language)
    return page


def uncovered(page: Page) -> None:
    """Stand where neither bar lies over anything: what scrolls out from below one is no smaller for it."""
    page.locator(".px-likely").evaluate("bar => { bar.style.position = 'static'; scrollTo(0, 0); }")
    page.wait_for_function("scrollY === 0")


def found_clean(stack: Stack, complaint: Any) -> None:
    """Let the scanner have found the files of a complaint clean."""
    with stack.app.app_context(), acting_as(system_actor("a scanner in a test")), unit_of_work():
        db.session.execute(
            sa.update(Attachment).where(Attachment.about_id == complaint.id).values(state=FileState.CLEAN)
        )


@pytest.mark.parametrize(("language", "phone"), [("ar", "0505551301"), ("en", "0505551302")])
def test_an_officer_works_on_a_case_on_a_phone(browser: Browser, stack: Stack, language: str, phone: str) -> None:
    stack.move_clock(stack.noon)  # type: ignore[attr-defined]
    page = on_a_phone(browser, stack, language)
    complaint = entered(page, stack, WORDS[language], contact_name="Huda", contact_phone=phone)
    case = f"{stack.address}/complaints/{complaint.id}"

    # each tab keeps its own draft, and both survive a reload; arrows follow the direction of the language
    page.goto(case)
    page.fill("#body", NOTE[language])
    page.focus("#compose-note")
    onward = "ArrowLeft" if language == "ar" else "ArrowRight"
    page.keyboard.press(onward)
    page.keyboard.press(onward)
    assert page.evaluate("document.activeElement.id") == "compose-message"
    page.fill("#body-message", MESSAGE[language])
    page.reload()
    assert page.get_attribute("#compose-message", "aria-selected") == "true"
    assert (page.input_value("#body-message"), page.input_value("#body")) == (MESSAGE[language], NOTE[language])
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("c")
    assert page.evaluate("document.activeElement.id") == "body-message"
    with page.expect_navigation():
        page.locator("#compose-message-panel form button").press("Enter")
    assert page.input_value("#body") == NOTE[language], "what was sent is another text"
    kinds = [each.kind for each in stack.rows(ComplaintNote, complaint_id=complaint.id)]
    assert kinds == ["message"]
    page.click("#compose-ask")
    page.wait_for_selector("#compose-ask-panel [name=question]")
    uncovered(page)
    check_accessible(page)

    # the bar leads to the form of a step and takes another at once; focus never stands behind it
    page.goto(case)
    page.locator(".px-likely a").first.click()
    assert page.evaluate("document.activeElement.id") == "way-activate"
    for _turn in range(25):
        page.keyboard.press("Tab")
        page.wait_for_function(CLEAR, timeout=3000)  # the browser scrolls a moment after it moved the focus
    page.select_option("#way-activate", "phone")
    page.fill("#statement-activate", WORDS[language])
    with page.expect_navigation():
        page.locator("form[action$='/steps/activate'] button").press("Enter")
    with page.expect_navigation():
        page.click(".px-likely button[form=step-start]")
    assert stack.rows(Complaint, id=complaint.id)[0].status == "in_progress"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # a picture is small in the list, and opens over the page
    scroll_to(page, "files")
    page.set_input_files("#add-files", {"name": "room.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    with page.expect_navigation():
        page.locator("#files-here form[enctype] button").press("Enter")
    found_clean(stack, complaint)
    page.goto(case)
    scroll_to(page, "files")
    page.wait_for_function("() => document.querySelector('.px-file-look img')?.naturalWidth > 0")
    page.locator("[data-picture]").press("Enter")
    page.wait_for_function("() => document.querySelector('#picture[open] img')?.naturalWidth === 60")
    check_accessible(page)
    page.keyboard.press("Escape")
    assert page.locator("#picture[open]").count() == 0
    assert page.url.partition("?")[0] == case
    leave(page)


def test_without_javascript_tabs_and_steps_are_links(browser: Browser, stack: Stack) -> None:
    page = on_a_phone(browser, stack, "en")
    complaint = entered(page, stack, WORDS["en"], contact_name="Huda", contact_phone="0505551303")
    bare = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    bare.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    still = bare.new_page()

    still.goto(f"{stack.address}/complaints/{complaint.id}")
    still.click("#compose-message")
    still.wait_for_url("**?compose=message#compose")
    assert (still.locator("#body-message").is_visible(), still.locator("#body").is_visible()) == (True, False)
    still.goto(f"{stack.address}/complaints/{complaint.id}")
    still.locator(".px-likely a").first.click()
    assert still.locator("#way-activate").is_visible()
    bare.close()
    leave(page)
