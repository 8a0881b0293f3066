"""An insurer's desk: it enters a complaint, sees its own and nothing of the office's work, and learns the answer."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.complaints.enums import ComplaintStatus
from app.complaints.models import Complaint, ComplaintNote
from app.core.attachments.models import Attachment
from tests.browser.conftest import check_accessible
from tests.browser.office import at_work, entered, leave, look_at, said
from tests.browser.test_complaint_life import picture, step
from tests.faults.stack import Stack

WORDS = {"ar": "رُفضت موافقة التأمين دون سبب", "en": "The approval was refused without a reason"}
OTHERS = {"ar": "كان الطعام باردا", "en": "The food was cold"}
NOTE = {"ar": "الموظف معروف بذلك", "en": "The clerk is known for this"}
MESSAGE = {"ar": "سنتصل بكم يوم الأحد", "en": "We shall call you on Sunday"}
COLOURS = {"insurer.jpg": "navy", "office.jpg": "olive"}
ANSWER = {"ar": "قُبلت الموافقة واعتذرنا", "en": "The approval was granted, and we apologized"}


def file_named(name: str) -> Any:
    """A picture to add, each with bytes of its own: the same ones again would be the file that is there."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture(COLOURS[name])}


def add_file(page: Page, stack: Stack, complaint: Any, name: str) -> None:
    """Add a file to a complaint in its card."""
    look_at_files(page, stack, complaint)
    page.set_input_files("#add-files", file_named(name))
    with page.expect_navigation():
        page.click(f"form[action='/complaints/{complaint.id}/files'] button")
    assert name in {each.name for each in stack.rows(Attachment, about_id=complaint.id)}


def look_at_files(page: Page, stack: Stack, complaint: Any) -> str:
    """Read the card of files, which comes when it is seen."""
    page.goto(f"{stack.address}/complaints/{complaint.id}")
    return look_at(page, "files")


def write(officer: Page, stack: Stack, complaint: Any, kind: str, text: str) -> None:
    """Write on a complaint."""
    officer.goto(f"{stack.address}/complaints/{complaint.id}")
    officer.click(f"#compose-{kind}")
    officer.fill(f"#compose-{kind}-panel textarea", text)
    with officer.expect_navigation():
        officer.locator(f"#compose-{kind}-panel form button").press("Enter")  # cards that load above may move it
    assert [each.body for each in stack.rows(ComplaintNote, complaint_id=complaint.id, kind=kind)] == [text]


def answer(officer: Page, stack: Stack, complaint: Any, language: str) -> None:
    """Do the office's work: a note, a message, a file, and the answer."""
    write(officer, stack, complaint, "note", NOTE[language])
    write(officer, stack, complaint, "message", MESSAGE[language])
    add_file(officer, stack, complaint, "office.jpg")
    officer.goto(f"{stack.address}/complaints/{complaint.id}")
    step(officer, "activate", way="phone", statement=WORDS[language])
    step(officer, "start")
    step(officer, "resolve", category="full_action_taken", resolution=ANSWER[language])


@pytest.mark.parametrize(("language", "phone"), [("ar", "0505551101"), ("en", "0505551102")])
def test_the_desk_sees_what_it_entered_and_the_answer_and_nothing_else(
    browser: Browser, stack: Stack, language: str, phone: str
) -> None:
    stack.move_clock(stack.noon)  # type: ignore[attr-defined]
    officer = at_work(browser, stack, "px_coordinator", language)
    other = entered(officer, stack, OTHERS[language])
    desk = at_work(browser, stack, "source_user", language)
    desk.goto(f"{stack.address}/complaints/new")
    check_accessible(desk)
    assert desk.locator("#channel").count() == 0, "it comes from the desk, whatever they say"
    own = entered(desk, stack, WORDS[language], contact_name="Ali", contact_phone=phone)
    assert own.channel == "partner"
    check_accessible(desk)

    # its queue holds its own
    desk.goto(f"{stack.address}/complaints/?tab=all")
    assert own.reference in desk.inner_text("#rows")
    assert other.reference not in desk.inner_text("#rows")
    check_accessible(desk)
    add_file(desk, stack, own, "insurer.jpg")

    # the office works, and of that the desk sees the message, the state and the answer
    answer(officer, stack, own, language)
    files = look_at_files(desk, stack, own)
    assert ("insurer.jpg" in files, "office.jpg" in files) == (True, False)
    case = desk.inner_text("main")
    assert said(stack, language, lambda: ComplaintStatus.RESOLVED.label) in desk.inner_text(".px-lead")
    assert {text: text in case for text in (MESSAGE[language], ANSWER[language], NOTE[language])} == {
        MESSAGE[language]: True,
        ANSWER[language]: True,
        NOTE[language]: False,
    }
    assert desk.locator("#steps, #body, a[href$='/points/new']").count() == 0, "it reads, and works on nothing"
    check_accessible(desk)
    office = officer.inner_text("#events")
    assert NOTE[language] in office

    # another's complaint is not there, by whatever address
    theirs = stack.rows(Attachment, about_id=own.id, name="office.jpg")[0]
    for address in (f"{other.id}", f"{other.id}/files", f"{own.id}/files/{theirs.id}"):
        shown = desk.goto(f"{stack.address}/complaints/{address}")
        assert shown is not None
        assert (shown.status, OTHERS[language] in desk.content()) == (404, False)
    check_accessible(desk)
    assert desk.locator("h1").count() == 1
    assert [each for each in desk.problems if "404" not in each] == []  # type: ignore[attr-defined]
    desk.context.close()
    leave(officer)
    assert stack.rows(Complaint, id=own.id)[0].created_by_id == stack.cast["source_user"].id
