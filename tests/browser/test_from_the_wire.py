"""The whole loop with everything real: HL7 bytes on an MLLP line, the simulator's phone, the form, the head's desk."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.integrations.models import InboundEvent
from app.journeys.models import Journey
from app.notifications.models import Notification
from app.notifications.models import Provider as ProviderRow
from app.notifications.services import providers
from app.px_action_center.models import PxAction
from app.surveys.models import SurveyInstance
from tests.browser.conftest import check_accessible, sign_in, speaking
from tests.browser.test_main_loop import answer_badly
from tests.faults.stack import Stack
from tests.integrations.hl7.messages import message

LANGUAGES = {"ar": ("ar", 61), "en": ("en", 62)}
PID = (
    "PID|1||30{number}^^^A^MR||العتيبي^نورة^فهد^^^^L~Alotaibi^Noura^Fahd^^^^L||19850214|F|||||"
    "^PRN^CP^^966^50^77700{number}||{language}"
)


@pytest.fixture(scope="module")
def wired(stack: Stack) -> Stack:
    """The stack with the MLLP listener, and with the simulator as the only provider."""
    for name in ("hl7", "simulator"):
        stack.start(name)
    with stack.app.app_context(), acting_as(system_actor("furnish a test")), unit_of_work():
        row = db.session.execute(sa.select(ProviderRow)).scalar_one()
        row.settings = {**row.settings, "base_url": stack.environment["SIMULATOR_URL"]}
        row.secrets = providers.sealed({"token": "t", "receipt_secret": "simulator-receipts"})
    stack.wait("the simulator", lambda: httpx.get(f"{stack.environment['SIMULATOR_URL']}/api/messages").is_success)
    return stack


def tell(stack: Stack, trigger: str, number: int, language: str) -> None:
    """Send one message of the patient's outpatient visit and read the acknowledgement."""
    sent = clock.now().strftime("%Y%m%d%H%M%S+0000")
    text = (
        message(
            f"ADT^{trigger}",
            control=f"W-{trigger}-{number}",
            sent=sent,
            klass="O",
            visit=f"W-{number}",
            pid=PID.format(number=number, language=language),
        )
        .replace("CARD^12^B^NAKHEEL", "ER^12^B^A")
        .replace("20261124113000", sent)
    )
    answer = stack.wait("the MLLP listener", lambda: stack.send_hl7(text))
    assert f"MSA|AA|W-{trigger}-{number}" in answer


def open_the_link(phone: Page, stack: Stack, number: int) -> None:
    """Read the message on the simulator's phone page and tap the link in it."""
    address = f"{stack.environment['SIMULATOR_URL']}/phone/+9665077700{number}"

    def has_arrived() -> bool:
        phone.goto(address)
        return phone.locator("a[href*='/s/']").count() > 0

    stack.wait("the message on the phone", has_arrived)
    phone.locator("a[href*='/s/']").last.click()
    phone.wait_for_url(re.compile(r"/s/"))


@pytest.mark.parametrize(("language", "number"), LANGUAGES.values(), ids=LANGUAGES)
def test_bytes_on_the_wire_end_as_an_action_on_the_heads_desk(
    browser: Browser, wired: Stack, language: str, number: int
) -> None:
    wired.move_clock(wired.noon)  # type: ignore[attr-defined]
    for trigger in ("A04", "A03"):
        tell(wired, trigger, number, language)
    wired.wait("the visit's end", lambda: wired.rows(Journey, encounter=f"W-{number}")[0].status == "completed")
    journey = wired.rows(Journey, encounter=f"W-{number}")[0]
    wired.wait("the survey", lambda: wired.rows(SurveyInstance, journey_id=journey.id))
    wired.move_clock(wired.noon + timedelta(hours=3))  # type: ignore[attr-defined]

    phone = speaking(browser, language, width=360, height=740)
    open_the_link(phone, wired, number)
    assert phone.locator("html").get_attribute("lang") == language
    phone.click("a.next")
    answer_badly(phone, language)
    check_accessible(phone)

    survey = wired.rows(SurveyInstance, journey_id=journey.id)[0]
    action = wired.wait("the action", lambda: wired.rows(PxAction, source_id=survey.id))[0]
    wired.wait("both to be told", lambda: len(wired.rows(Notification, about_id=action.id)) == 2)
    assert action.department_id == wired.cast.er.id
    assert {each.state for each in wired.rows(InboundEvent, encounter=f"W-{number}")} == {"processed"}
    wired.wait("the receipt", lambda: wired.rows(SurveyInstance, id=survey.id)[0].delivered_at)

    desk = speaking(browser, language)
    sign_in(desk, wired, "department_manager", language)
    desk.goto(f"{wired.address}/actions/?tab=mine")
    desk.click(f"text={action.reference}")
    desk.wait_for_selector("h1")
    check_accessible(desk)
    assert desk.problems == [] and phone.problems == []  # type: ignore[attr-defined]
