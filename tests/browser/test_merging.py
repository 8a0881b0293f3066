"""The same matter twice: an officer merges one complaint into the other, both numbers lead on, and the merge is undone in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask_babel import gettext
from playwright.sync_api import Browser, Page

from app.complaints import sla
from app.complaints.enums import ComplaintStatus
from app.complaints.models import Complaint
from app.complaints.public.tracking import WORDS as STATES
from app.core.sla.models import SlaClock
from tests.browser.conftest import check_accessible, speaking
from tests.browser.office import at_work, leave, look_at, said, stand_at, working_noon
from tests.browser.test_complaint_life import step, token_for_link
from tests.faults.stack import Stack

FIRST = {"ar": "ضاع موعدي مع طبيب العيون", "en": "My appointment with the eye doctor was lost"}
SECOND = {"ar": "ما زلت أنتظر موعد العيون", "en": "I am still waiting for the eye doctor"}
HEARD = {"ar": "سمعنا المريض", "en": "We have heard the patient"}
CLOCKS = {sla.ACTIVATION, sla.FIRST_CONTACT, sla.RESOLUTION, sla.WITHIN_72_HOURS}


def complain(page: Page, stack: Stack, language: str, words: str, phone: str) -> Any:
    """Complain on the public page; gives the complaint."""
    page.goto(f"{stack.address}/c/?lang={language}")
    if page.locator("#hospital_id option").count() > 1:
        page.select_option("#hospital_id", str(stack.cast.a.id))
    page.fill("#words", words)
    page.fill("#contact_phone", phone)
    page.click("button.main")
    page.wait_for_url("**new=1*")
    return stack.rows(Complaint, reference=page.locator("bdi.number").inner_text())[0]


def follow(page: Page, stack: Stack, language: str, complaint: Any) -> str:
    """Open the tracking link of a complaint, which names it and nobody; gives what it says of the state."""
    page.goto(f"{stack.address}/c/{token_for_link(stack, complaint)}?lang={language}")
    check_accessible(page)
    assert page.locator("bdi.number").inner_text() == complaint.reference
    return page.locator("ul.points strong").inner_text()


def state_words(stack: Stack, language: str, status: ComplaintStatus) -> str:
    """What who complained reads of a state."""
    return said(stack, language, lambda: STATES[status])


def merge_as_hinted(officer: Page, stack: Stack, complaint: Any, other: Any) -> None:
    """Merge a complaint into the other as its card of like ones offers."""
    officer.goto(f"{stack.address}/complaints/{complaint.id}")
    look_at(officer, "similar")
    officer.click(f"#similar-here a[href*='merge={other.reference}']")
    officer.wait_for_selector(f"input[name=other][value='{other.reference}']")
    check_accessible(officer)
    officer.click("form[action$='/steps/merge'] button")
    officer.wait_for_selector("form[action$='/steps/merge']", state="detached")


def both_numbers_lead_on(officer: Page, stack: Stack, kept: Any, merged: Any) -> None:
    """Find both by their numbers, and come from the merged one to the one that goes on."""
    for each in (kept, merged):
        officer.goto(f"{stack.address}/complaints/?tab=all&q={each.reference}")
        officer.click(f"#c-{each.id} a >> nth=0")
        officer.wait_for_url(f"**/complaints/{each.id}")
    check_accessible(officer)
    officer.click(f"a[href='/complaints/{kept.id}'] >> nth=0")
    officer.wait_for_url(f"**/complaints/{kept.id}")


def running(stack: Stack, complaint: Any) -> dict[str, Any]:
    """The clocks that run, by kind, with their start."""
    return {each.kind: each.started_at for each in stack.rows(SlaClock, subject_id=complaint.id, stopped_at=None)}


def label(stack: Stack, language: str, status: ComplaintStatus) -> str:
    """What the office reads of a state."""
    return said(stack, language, lambda: status.label)


@pytest.mark.parametrize(("language", "weeks", "phone"), [("ar", 0, "0505552201"), ("en", 14, "0505552202")])
def test_a_duplicate_is_merged_followed_and_parted_again_within_thirty_days(
    browser: Browser, stack: Stack, language: str, weeks: int, phone: str
) -> None:
    noon = working_noon(stack, weeks)
    stand_at(stack, noon)
    patient = speaking(browser, language, width=360, height=740)
    kept = complain(patient, stack, language, FIRST[language], phone)
    merged = complain(patient, stack, language, SECOND[language], phone)
    before = running(stack, merged)
    assert set(before) == CLOCKS

    # merged while it is new: both numbers lead to the one that goes on, at the desk and on the phone
    officer = at_work(browser, stack, "px_coordinator", language)
    merge_as_hinted(officer, stack, merged, kept)
    both_numbers_lead_on(officer, stack, kept, merged)
    assert running(stack, merged) == {}
    assert follow(patient, stack, language, merged) == state_words(stack, language, ComplaintStatus.NEW)
    step(officer, "activate", way="phone", statement=HEARD[language])
    assert follow(patient, stack, language, merged) == state_words(stack, language, ComplaintStatus.ACTIVATED)
    leave(officer)

    # parted again on the twenty-ninth day, it is what it was
    stand_at(stack, noon + timedelta(days=29))
    officer = at_work(browser, stack, "px_coordinator", language)
    officer.goto(f"{stack.address}/complaints/{merged.id}")
    step(officer, "part")
    check_accessible(officer)
    assert label(stack, language, ComplaintStatus.NEW) in officer.inner_text(".px-lead")
    assert running(stack, merged) == before
    assert follow(patient, stack, language, merged) == state_words(stack, language, ComplaintStatus.NEW)
    step(officer, "activate", way="phone", statement=HEARD[language])
    assert follow(patient, stack, language, merged) == state_words(stack, language, ComplaintStatus.ACTIVATED)

    # merged a second time, and too late to part
    merge_as_hinted(officer, stack, merged, kept)
    leave(officer)
    stand_at(stack, noon + timedelta(days=60))
    officer = at_work(browser, stack, "px_coordinator", language)
    officer.goto(f"{stack.address}/complaints/{merged.id}")
    assert officer.locator("form[action$='/steps/part']").count() == 0
    part_anyway(officer, stack.rows(Complaint, id=merged.id)[0].version)
    assert said(stack, language, lambda: gettext("It was merged more than 30 days ago.")) in officer.inner_text("main")
    check_accessible(officer)
    assert stack.rows(Complaint, id=merged.id)[0].status == "duplicate"
    assert follow(patient, stack, language, merged) == state_words(stack, language, ComplaintStatus.ACTIVATED)
    assert [each for each in officer.problems if "409" not in each] == []  # type: ignore[attr-defined]
    officer.context.close()
    leave(patient)


def part_anyway(officer: Page, version: int) -> None:
    """Send the form that the page does not offer any more, as one that was left open would."""
    with officer.expect_navigation():
        officer.evaluate(
            """version => {
                const form = document.querySelector("#events form[method=post]").cloneNode(true);
                form.action = location.pathname + '/steps/part';
                form.append(Object.assign(document.createElement('input'), {name: 'version', value: version}));
                document.body.append(form);
                form.submit();
            }""",
            version,
        )
