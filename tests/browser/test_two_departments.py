"""Two departments are asked to explain: one answers in time, the other late; its manager gets a link of his own by mail."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from app.accounts.models import User
from app.complaints.models import Complaint, ComplaintPoint, Explanation
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.sla import sweep
from app.notifications.models import Provider as ProviderRow
from app.notifications.services import providers
from tests.browser.conftest import check_accessible, speaking
from tests.browser.office import at_work, entered, leave, open_from_bell, soon, stand_at, working_noon
from tests.browser.test_complaint_life import step
from tests.faults.stack import Stack

WORDS = {"ar": "تأخر الطبيب في الجناح ثم ضاعت أوراقي في الطوارئ", "en": "The doctor came late and my papers were lost"}
POINTS = {"ar": ["تأخر الطبيب", "ضاعت الأوراق"], "en": ["The doctor was late", "The papers were lost"]}
IN_TIME = {"ar": "كان الطبيب في غرفة العمليات", "en": "The doctor was in theatre"}
LATE = {"ar": "وجدنا الأوراق", "en": "We found the papers"}
MORE = {"ar": "أين وجدتموها ومتى؟", "en": "Where did you find them, and when?"}
AGAIN = {"ar": "في الأرشيف يوم الأحد", "en": "In the archive, on Sunday"}
SORRY = {"ar": "نعتذر عما حدث", "en": "We are sorry for what happened"}
PEOPLE = ("nurse", "physician", "department_manager")


@pytest.fixture(scope="module")
def posted(stack: Stack) -> Stack:
    """The stack with the simulator's mail server, through which mail leaves by SMTP."""
    stack.start("simulator")
    port = int(stack.environment["SIMULATOR_SMTP_PORT"])
    settings = {"host": "127.0.0.1", "port": port, "sender": "px@example.org"}
    with stack.app.app_context(), acting_as(system_actor("furnish a test")), unit_of_work():
        db.session.add(
            ProviderRow(
                channel="email",
                kind="smtp",
                name="Mail",
                settings=settings,
                secrets=providers.sealed({}),
                receipt_handle=providers.fresh_handle(),
            )
        )
    stack.wait("the simulator", lambda: httpx.get(f"{stack.environment['SIMULATOR_URL']}/api/messages").is_success)
    return stack


def mails(stack: Stack, who: str) -> list[str]:
    """The texts of the mails that a person got, newest first."""
    address = stack.cast[who].email
    found = httpx.get(f"{stack.environment['SIMULATOR_URL']}/api/messages", params={"to": address}).json()
    return [each["body"] for each in found]


def speak(stack: Stack, language: str) -> None:
    """Let those who are asked read their mail in a language."""
    with stack.app.app_context(), acting_as(system_actor("furnish a test")), unit_of_work():
        for name in PEOPLE:
            db.session.get_one(User, stack.cast[name].id).language = language


def answer_by_link(browser: Browser, stack: Stack, who: str, language: str, count: int, text: str) -> str:
    """Open the link of one's newest mail on a phone, without signing in, and answer; gives what the page said before."""
    mail = stack.wait(f"mail {count} of the {who}", lambda: len(mails(stack, who)) == count and mails(stack, who)[0])
    link = re.search(r"http://\S+/x/\S+", mail)
    assert link, mail
    phone = speaking(browser, language, width=360, height=740)
    phone.goto(f"{link.group()}?lang={language}")
    check_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    before = phone.inner_text("main")
    phone.fill("#text", text)
    phone.click("button[value=send]")
    phone.wait_for_selector("#text", state="detached")
    check_accessible(phone)
    assert phone.context.cookies() == []
    leave(phone)
    return before


def ask(officer: Page, stack: Stack, complaint: Any, who: str, department: str, about: str) -> Any:
    """Ask a person for a department; gives the request."""
    officer.goto(f"{stack.address}/complaints/{complaint.id}/explanations/new")
    check_accessible(officer)
    officer.select_option("#assignee_id", str(stack.cast[who].id))
    officer.select_option("#department_id", str(getattr(stack.cast, department).id))
    officer.select_option("#point_id", label=about)
    officer.fill("#question", f"{about}?")
    officer.click("form.px-form .px-form-foot button")
    officer.wait_for_url("**#explanations")
    return stack.rows(Explanation, complaint_id=complaint.id, assignee_id=stack.cast[who].id)[0]


def add_point(officer: Page, stack: Stack, complaint: Any, summary: str, department: str) -> None:
    """Split one matter off."""
    officer.goto(f"{stack.address}/complaints/{complaint.id}/points/new")
    officer.fill("#summary", summary)
    officer.select_option("#department_id", str(getattr(stack.cast, department).id))
    officer.click("form.px-form .px-form-foot button")
    officer.wait_for_url(re.compile(r"#points$"))


def judge(officer: Page, stack: Stack, point: Any, answer: str) -> None:
    """Give a point its finding and its answer."""
    officer.goto(f"{stack.address}/complaints/{point.complaint_id}/points/{point.id}")
    officer.select_option("#finding", "upheld")
    officer.fill("#answer", answer)
    officer.click("form.px-form .px-form-foot button")
    officer.wait_for_url(re.compile(r"#points$"))


def rule(officer: Page, stack: Stack, complaint: Any, answer: str, verb: str, reason: str = "") -> None:
    """Read an explanation on the case, open it, and accept or return it."""
    officer.goto(f"{stack.address}/complaints/{complaint.id}#explanations")
    officer.locator("#explanations li", has_text=answer).locator("a").first.click()
    officer.wait_for_url("**/explanations/*")
    check_accessible(officer)
    form = officer.locator(f"form[action$='/steps/{verb}']")
    if reason:
        form.locator("textarea").fill(reason)
    form.locator("button").click()
    officer.wait_for_selector(f"form[action$='/steps/{verb}']", state="detached")


@pytest.mark.parametrize(("language", "weeks"), [("ar", 0), ("en", 3)])
def test_one_department_answers_in_time_and_the_other_through_its_managers_mail(
    browser: Browser, posted: Stack, language: str, weeks: int
) -> None:
    stack, of_doctor, of_papers = posted, *POINTS[language]
    before = {who: len(mails(stack, who)) for who in PEOPLE}
    speak(stack, language)
    stand_at(stack, working_noon(stack, weeks))

    officer = at_work(browser, stack, "px_coordinator", language)
    complaint = entered(officer, stack, WORDS[language])
    step(officer, "activate", way="phone", statement=WORDS[language])
    step(officer, "start")
    add_point(officer, stack, complaint, of_doctor, "ward")
    add_point(officer, stack, complaint, of_papers, "er")
    ask(officer, stack, complaint, "physician", "ward", of_doctor)
    late = ask(officer, stack, complaint, "nurse", "er", of_papers)
    leave(officer)

    # the ward answers through the page, the emergency department does not answer
    physician = at_work(browser, stack, "physician", language)
    open_from_bell(physician, stack, complaint.reference)
    check_accessible(physician)
    physician.fill("#text-answer", IN_TIME[language])
    physician.click("form[action$='/steps/answer'] button")
    physician.wait_for_selector("#text-answer", state="detached")
    leave(physician)

    assert late.due_at is not None
    stand_at(stack, late.due_at + timedelta(minutes=1))
    soon(stack, sweep.sweep_clocks)
    said = answer_by_link(
        browser, stack, "department_manager", language, before["department_manager"] + 1, LATE[language]
    )
    assert of_papers in said
    assert of_doctor not in said

    # one is accepted, the other comes back, and who was asked first answers again
    officer = at_work(browser, stack, "px_coordinator", language)
    rule(officer, stack, complaint, IN_TIME[language], "accept")
    rule(officer, stack, complaint, LATE[language], "return", MORE[language])
    said = answer_by_link(browser, stack, "nurse", language, before["nurse"] + 2, AGAIN[language])
    assert MORE[language] in said
    rule(officer, stack, complaint, AGAIN[language], "accept")
    assert {each.status for each in stack.rows(Explanation, complaint_id=complaint.id)} == {"accepted"}

    # every point has its finding, so it can be resolved
    officer.goto(f"{stack.address}/complaints/{complaint.id}")
    assert officer.locator("form[action$='/steps/resolve']").count() == 0
    for point in stack.rows(ComplaintPoint, complaint_id=complaint.id):
        judge(officer, stack, point, SORRY[language])
    step(officer, "resolve", category="full_action_taken", resolution=SORRY[language])
    check_accessible(officer)
    leave(officer)
    assert stack.rows(Complaint, id=complaint.id)[0].status == "resolved"
