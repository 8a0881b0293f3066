"""A complaint's whole life as people live it: a phone, the office, who is asked to explain, the letter, and a satisfied answer."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from app.complaints.models import Complaint, ComplaintPaper, Explanation
from app.core.keys.links import token_for
from app.organizations.models import Patient
from app.surveys.models import SurveyInstance
from tests.browser.conftest import check_accessible, sign_in, speaking
from tests.browser.test_main_loop import choose, visit
from tests.faults.stack import Stack

WORDS = {"ar": "انتظرت ثلاث ساعات في الطوارئ 😞", "en": "I waited in emergency for three hours 😞"}
ANSWER = {"ar": "زدنا عدد الأطباء مساءً", "en": "We added doctors in the evening"}


def picture(colour: str = "teal") -> bytes:
    """A photo of a phone."""
    target = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(target, "JPEG")
    return target.getvalue()


def complain(page: Page, stack: Stack, language: str, phone: str) -> Any:
    """Fill the public page, picture and all; gives the complaint."""
    page.goto(f"{stack.address}/c/?lang={language}")
    check_accessible(page)
    if page.locator("#hospital_id option").count() > 1:
        page.select_option("#hospital_id", index=1)
    page.fill("#words", WORDS[language])
    page.fill("#contact_phone", phone)
    page.set_input_files("#files", {"name": "room.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    assert page.inner_text(".file-names") == "room.jpg"
    page.click("button.main")
    page.wait_for_url("**new=1*")
    check_accessible(page)
    return stack.rows(Complaint, reference=page.locator("bdi.number").inner_text())[0]


def to_the_words(page: Page, stack: Stack, phone: str) -> None:
    """Ask for a code, read it from the phone, and show what is behind it."""
    before = len(codes(stack, phone))
    page.click("form button")
    sent = stack.wait("the code", lambda: codes(stack, phone)[before:])
    check_accessible(page)
    page.fill("#code", sent[-1])
    page.click("button.main")
    page.wait_for_selector(".said")
    check_accessible(page)


def codes(stack: Stack, phone: str) -> list[str]:
    """The codes that reached a phone."""
    texts = [each["body"] for each in stack.provider.arrived if each["to"] == phone]
    return [found.group(1) for text in texts if (found := re.search(r"(?:code for PX360|رمزكم): (\d{6})", text))]


def step(desk: Page, verb: str, **fields: str) -> None:
    """Take a step on the case page with what it asks for."""
    form = desk.locator(f"form[action$='/steps/{verb}']")
    if not form.is_visible():
        desk.locator("details.px-step", has=form).locator("summary").click()
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    with desk.expect_navigation():
        form.locator("button").click()
    assert desk.locator(f"form[action$='/steps/{verb}']").count() == 0, desk.inner_text("main")


@pytest.mark.parametrize(("language", "number"), [("ar", 41), ("en", 42)])
def test_from_the_public_page_to_a_satisfied_answer(browser: Browser, stack: Stack, language: str, number: int) -> None:
    stack.move_clock(stack.noon)  # type: ignore[attr-defined]
    visit(stack, number)  # so that the hospital knows the patient
    stack.move_clock(stack.noon)  # type: ignore[attr-defined]
    phone_number = f"+966505550{number:03d}"
    phone = speaking(browser, language, width=360, height=740)
    complaint = complain(phone, stack, language, f"0505550{number:03d}")

    desk = speaking(browser, language)
    sign_in(desk, stack, "px_coordinator", language)
    case = f"{stack.address}/complaints/{complaint.id}"
    desk.goto(case)
    assert complaint.reference in (desk.text_content("main") or "")
    check_accessible(desk)
    patient = stack.rows(Patient, mrn=f"20{number:02d}")[0]
    identify(desk, stack, complaint.id, patient.id)
    step(desk, "activate", way="phone", statement=WORDS[language])
    step(desk, "start")
    ask_to_explain(desk, stack, complaint.id)
    explain_on_a_phone(browser, stack, complaint.id, language)
    point(desk, case, language)

    desk.goto(f"{case}/letter?language={language}")
    check_accessible(desk)
    desk.fill("[name=signatory_name]", "د. منى")
    desk.fill("[name=signatory_title]", "مديرة")
    desk.click("main form[action$='/letter'] button.btn-primary")
    desk.wait_for_url(case)
    stack.wait("the letter", lambda: stack.rows(ComplaintPaper, complaint_id=complaint.id)[0].state == "ready")
    desk.goto(case)
    step(desk, "resolve", category="full_action_taken", resolution=ANSWER[language])

    stack.wait("the answer's message", lambda: f"/c/{token_for_link(stack, complaint)}" in newest(stack, phone_number))
    phone.goto(f"{stack.address}/c/{token_for_link(stack, complaint)}?lang={language}")
    to_the_words(phone, stack, phone_number)
    assert ANSWER[language] in (phone.text_content("main") or "")
    with phone.expect_download() as taken:
        phone.click("form[action$='/letter'] button")
    assert taken.value.suggested_filename.endswith(".pdf")
    assert phone.context.cookies() == []

    step(desk, "close")
    survey = stack.wait("the survey", lambda: stack.rows(SurveyInstance, cause_id=complaint.id))[0]
    assert desk.problems == []  # type: ignore[attr-defined]
    stack.move_clock(stack.noon + timedelta(hours=3))  # type: ignore[attr-defined]
    link = stack.wait(
        "the invitation", lambda: survey.handle in stack.link_for(phone_number) and stack.link_for(phone_number)
    )
    phone.goto(f"{stack.address}{link}?lang={language}&p=1")
    answer_well(phone)
    judged = stack.wait("the judgement", lambda: stack.rows(Complaint, id=complaint.id, is_satisfied=True))[0]
    assert judged.status == "closed"
    assert phone.problems == []  # type: ignore[attr-defined]


def token_for_link(stack: Stack, complaint: Any) -> str:
    """The token of the tracking link."""
    with stack.app.app_context():
        return token_for("complaint", complaint.handle)


def newest(stack: Stack, phone: str) -> str:
    """All that reached a phone, joined."""
    return "\n".join(each["body"] for each in stack.provider.arrived if each["to"] == phone)


def identify(desk: Page, stack: Stack, complaint_id: Any, patient_id: Any) -> None:
    """Say whose file it belongs to, as the chooser of patients does."""
    desk.goto(f"{stack.address}/complaints/{complaint_id}/patient")
    check_accessible(desk)
    desk.evaluate(
        "id => { const field = document.querySelector('[name=patient_id]'); field.value = id; field.form.submit() }",
        str(patient_id),
    )
    desk.wait_for_url(re.compile(r"/complaints/[0-9a-f-]{36}$"))


def ask_to_explain(desk: Page, stack: Stack, complaint_id: Any) -> None:
    """Ask somebody of the hospital."""
    desk.goto(f"{stack.address}/complaints/{complaint_id}/explanations/new")
    desk.select_option("#assignee_id", index=1)
    desk.fill("[name=question]", "Why so long?")
    desk.click("main form button.btn-primary")
    desk.wait_for_url("**#explanations")


def explain_on_a_phone(browser: Browser, stack: Stack, complaint_id: Any, language: str) -> None:
    """Whoever was asked opens the link of the e-mail on a phone: a draft first, then the answer; nobody signs in."""
    explanation = stack.rows(Explanation, complaint_id=complaint_id)[0]
    with stack.app.app_context():
        token = token_for("explanation", explanation.handle)
    page = speaking(browser, language, width=360, height=740)
    page.goto(f"{stack.address}/x/{token}?lang={language}")
    check_accessible(page)
    page.fill("#text", "Two doctors")
    page.click("button[value=draft]")
    page.wait_for_selector("[role=status]")
    page.fill("#text", "Two doctors were ill.")
    page.click("button[value=send]")
    page.wait_for_selector("#text", state="detached")
    check_accessible(page)
    assert stack.rows(Explanation, complaint_id=complaint_id)[0].status == "answered"
    assert page.problems == []  # type: ignore[attr-defined]


def point(desk: Page, case: str, language: str) -> None:
    """Judge and answer the one point."""
    desk.goto(case)
    desk.click("a[href$='/points/new']")
    desk.fill("[name=summary]", WORDS[language])
    desk.select_option("[name=finding]", "upheld")
    desk.fill("[name=answer]", ANSWER[language])
    desk.click("main form button.btn-primary")
    desk.wait_for_url(re.compile(r"/complaints/[0-9a-f-]{36}(#.*)?$"))


def answer_well(page: Page) -> None:
    """Choose the best of everything, page by page."""
    for _turn in range(20):
        if "/thanks" in page.url:
            return
        for group in page.locator("fieldset.question").all():
            radios = group.locator("input[type=radio]:not([value=NA])")
            if radios.count():
                best = max(int(each.get_attribute("value") or 0) for each in radios.all())
                choose(group.locator(f"input[type=radio][value='{best}']"))
        page.click("button.next[value=next]")
        page.wait_for_load_state()
    raise AssertionError("the form never ended")
