"""The main loop as people live it: a phone in Arabic or English, and the department's head at a desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page

from app.journeys.models import Journey
from app.notifications.models import Notification
from app.px_action_center.models import PxAction
from app.surveys.models import SurveyInstance
from tests.browser.conftest import check_accessible, sign_in, speaking
from tests.faults.stack import Stack

WORDS = {"ar": "انتظرت أكثر من ساعتين 😞", "en": "I waited for more than two hours 😞"}


def visit(stack: Stack, number: int) -> str:
    """Let a patient come and go, and give the link that reached their phone."""
    phone = f"05055500{number:02d}"
    for code in ("OPD_STAGE_1_REGISTRATION", "OPD_VISIT_COMPLETED"):
        assert stack.send(code, f"B-{number}", mrn=f"20{number:02d}", phone=phone).status_code == 202
    stack.wait("the visit", lambda: stack.rows(Journey, encounter=f"B-{number}"))
    journey = stack.rows(Journey, encounter=f"B-{number}")[0]
    stack.wait("the survey", lambda: stack.rows(SurveyInstance, journey_id=journey.id))
    stack.move_clock(stack.noon + timedelta(hours=3))  # type: ignore[attr-defined]
    return str(stack.wait("the invitation", lambda: stack.link_for("+966" + phone[1:])))


def choose(radio: Locator) -> None:
    """Choose as the keyboard does: the drawn star or number stands over the real radio button."""
    radio.focus()
    radio.press("Space")


def answer_badly(page: Page, language: str) -> None:
    """Choose the worst of everything, page by page, and leave a comment."""
    for _turn in range(30):
        if "/thanks" in page.url:
            return
        for group in page.locator("fieldset.question").all():
            radios = group.locator("input[type=radio]:not([value=NA])")
            if radios.count():
                values = [int(each.get_attribute("value") or 0) for each in radios.all()]
                choose(group.locator(f"input[type=radio][value='{min(values)}']"))
            elif group.locator("textarea").count():
                group.locator("textarea").fill(WORDS[language])
        page.click("button.next[value=next]")
        page.wait_for_load_state()
    raise AssertionError("the form never ended")


@pytest.mark.parametrize(("language", "number"), [("ar", 1), ("en", 2)])
def test_a_bad_answer_on_a_phone_is_an_action_on_the_heads_desk(
    browser: Browser, stack: Stack, language: str, number: int
) -> None:
    stack.move_clock(stack.noon)  # type: ignore[attr-defined]
    link = visit(stack, number)
    phone = speaking(browser, language, width=360, height=740)
    phone.goto(f"{stack.address}{link}?lang={language}")
    assert phone.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    check_accessible(phone)
    phone.click("a.next")
    check_accessible(phone)
    answer_badly(phone, language)
    check_accessible(phone)
    phone.click("button[name=call][value=yes]")
    assert phone.context.cookies() == []
    assert phone.problems == []  # type: ignore[attr-defined]

    action = stack.wait("the action", lambda: stack.rows(PxAction)[number - 1])
    told = {"actions/assigned", "actions/opened", "actions/callback"}  # owner, office, and the owner of the wish
    stack.wait("all to be told", lambda: {row.kind for row in stack.rows(Notification, about_id=action.id)} == told)
    assert len(stack.rows(PxAction)) == number  # the wish joined the action of the low score
    desk = speaking(browser, language)
    sign_in(desk, stack, "department_manager", language)
    desk.goto(f"{stack.address}/actions/?tab=mine")
    desk.click(f"text={action.reference}")
    desk.wait_for_selector("h1")
    check_accessible(desk)
    desk.click("#steps button.btn-primary")
    desk.wait_for_load_state()
    assert stack.rows(PxAction, id=action.id)[0].status == "in_progress"
    assert desk.problems == []  # type: ignore[attr-defined]


def test_changing_the_language_in_the_middle_keeps_the_answers(browser: Browser, stack: Stack) -> None:
    stack.move_clock(stack.noon)  # type: ignore[attr-defined]
    link = visit(stack, 3)
    phone = speaking(browser, "ar", width=320, height=640)
    phone.goto(f"{stack.address}{link}?lang=ar&p=1")
    first = phone.locator("fieldset.question").first.locator("input[type=radio]").nth(1)
    chosen, name = first.get_attribute("value"), first.get_attribute("name")
    choose(first)
    phone.click("button.language[name=lang]")
    phone.wait_for_load_state()
    assert phone.locator("html").get_attribute("lang") == "en"
    assert phone.locator(f"input[name='{name}'][value='{chosen}']").is_checked()
