"""An officer enters a complaint that is here already: the hint while typing, the case page's cards, and the way to the merge."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from app.complaints.models import Complaint, ComplaintSuggestion
from tests.browser.conftest import check_accessible, scroll_to
from tests.browser.office import at_work, entered
from tests.faults.stack import Stack

WORDS = {
    "ar": "أعطوني دواء خاطئ في الصيدلية بعد انتظار طويل",
    "en": "The pharmacy gave me the wrong medicine yesterday",
}


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_same_complaint_is_noticed_while_typing_and_merged(browser: Browser, stack: Stack, language: str) -> None:
    page = at_work(browser, stack, "px_coordinator", language)
    known = entered(page, stack, WORDS[language])

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/similar") else None)
    page.goto(f"{stack.address}/complaints/new")
    page.type("#words", WORDS[language], delay=20)
    page.wait_for_selector(f"#similar >> text={known.reference}")
    assert len(asked) == 1, "one request for a pause"
    check_accessible(page)
    page.click("form.px-form .px-form-foot button")
    page.wait_for_url(re.compile(r"/complaints/[0-9a-f-]{36}"))
    complaint_id = page.url.rpartition("/")[2]
    stack.wait("the suggestions", lambda: stack.rows(ComplaintSuggestion, complaint_id=complaint_id))

    page.reload()
    for card in ("suggestions", "similar", "links"):
        scroll_to(page, card)
        page.wait_for_selector(f"#{card}-here")
    check_accessible(page)
    page.click("#suggestions-here button >> nth=0")
    page.wait_for_load_state()
    assert stack.rows(Complaint, id=complaint_id)[0].severity == "critical"
    scroll_to(page, "similar")
    page.click("#similar-here a[href*='merge=']")
    page.wait_for_selector(f"input[name=other][value='{known.reference}']")
    assert page.problems == []  # type: ignore[attr-defined]
