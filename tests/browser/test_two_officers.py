"""Two officers at one complaint: they see each other, keep a view, edit at once, and nothing is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.complaints.models import ComplaintNote, ComplaintPoint
from tests.browser.conftest import check_accessible
from tests.browser.office import at_work, entered
from tests.faults.stack import Stack

WORDS = {"ar": "انتظرت طويلا ولم يأت الطبيب", "en": "I waited long and no doctor came"}
FIRST = {"ar": "فتحنا عيادة ثانية", "en": "We opened a second clinic"}
SECOND = {"ar": "زدنا عدد الأطباء", "en": "We added doctors"}
WRITES = {"ar": "يكتب الآن", "en": "is writing"}
IS_HERE = {"ar": "هنا", "en": "is here"}


def entered_with_point(page: Page, stack: Stack, words: str) -> Any:
    """Enter a complaint with one point; gives its row."""
    complaint = entered(page, stack, words)
    page.goto(f"{stack.address}/complaints/{complaint.id}/points/new")
    page.fill("#summary", words)
    page.click("form.px-form .px-form-foot button")
    page.wait_for_url(re.compile(r"#points$"))
    return complaint


@pytest.mark.parametrize("language", ["ar", "en"])
def test_two_officers_see_each_other_and_lose_nothing(browser: Browser, stack: Stack, language: str) -> None:
    officer = at_work(browser, stack, "px_coordinator", language)
    admin = at_work(browser, stack, "hospital_admin", language)
    complaint = entered_with_point(officer, stack, WORDS[language])
    case = f"{stack.address}/complaints/{complaint.id}"
    point = stack.rows(ComplaintPoint, complaint_id=complaint.id)[0]

    # they see each other, on the case and in the rows
    officer.goto(case)
    admin.goto(case)
    admin.wait_for_selector(f"[data-here] bdi:has-text('{IS_HERE[language]}')")
    check_accessible(admin)
    officer.fill("#body", FIRST[language])
    admin.wait_for_selector(f"[data-here] bdi[data-writing]:has-text('{WRITES[language]}')", timeout=30_000)
    admin.goto(f"{stack.address}/complaints/?tab=all")
    admin.wait_for_selector(f"[data-here-row='{complaint.id}']:visible")
    check_accessible(admin)

    # both edit the same point; the later one sees both, and sends on top
    officer.goto(f"{case}/points/{point.id}")
    admin.goto(f"{case}/points/{point.id}")
    officer.fill("#answer", FIRST[language])
    admin.fill("#answer", SECOND[language])
    officer.click("form.px-form .px-form-foot button")
    officer.wait_for_url(re.compile(r"#points$"))
    admin.click("form.px-form .px-form-foot button")
    admin.wait_for_selector("#stale-sides")
    assert FIRST[language] in admin.inner_text("#stale-sides")
    assert admin.input_value("#stale-sides textarea[name=answer]") == SECOND[language]
    assert admin.evaluate("document.documentElement.scrollWidth <= innerWidth")
    check_accessible(admin)
    both = f"{FIRST[language]}. {SECOND[language]}"
    admin.fill("#stale-sides textarea[name=answer]", both)
    admin.click("#stale-sides .btn-primary")
    admin.wait_for_url(re.compile(r"#points$"))
    assert stack.rows(ComplaintPoint, id=point.id)[0].answer == both

    # what the officer had begun to write on the case is still there, and is found afterwards
    officer.goto(case)
    assert officer.input_value("#body") == FIRST[language]

    # a colleague is named by the keyboard alone
    officer.press("#body", "End")
    officer.keyboard.type(" @hospital.a")
    officer.wait_for_selector("[data-mention='hospital.admin']")
    check_accessible(officer)
    officer.keyboard.press("ArrowDown")
    officer.keyboard.press("Enter")
    named = f"{FIRST[language]} @hospital.admin"
    assert officer.input_value("#body") == f"{named} "
    with officer.expect_navigation():
        officer.click("#compose-note-panel form button")
    stack.wait("the note", lambda: stack.rows(ComplaintNote, complaint_id=complaint.id, body=named))
    officer.goto(f"{stack.address}/complaints/?tab=all&severity=medium&q={FIRST[language]}")
    officer.wait_for_selector(f"#c-{complaint.id}")

    # the filters are kept as a view beside the tabs
    officer.click("a[href^='/views/new']")
    officer.fill("#name", FIRST[language])
    check_accessible(officer)
    officer.click("form.px-form .px-form-foot button")
    officer.wait_for_selector(f".px-saved-views [aria-current]:has-text('{FIRST[language]}')")
    check_accessible(officer)
    # the refused form is said by its status, which the browser writes into its console
    assert officer.problems == []  # type: ignore[attr-defined]
    assert [each for each in admin.problems if "409" not in each] == []  # type: ignore[attr-defined]
