"""Signing in as people do it: a second factor from its set-up to a lost phone, a session that ends under somebody's hands."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from app.accounts import queries
from app.accounts.models import LoginSession
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.px_action_center.models import ActionNote, PxAction
from app.px_action_center.services import opening
from tests.browser.conftest import check_accessible, sign_in, speaking
from tests.cast import PASSWORD
from tests.faults.stack import Stack

NOTES = {"ar": "اتصلت بالمريضة واعتذرت لها 🌿", "en": "Rang the patient and said sorry 🌿"}
TITLES = {"ar": "مواعيد الانتظار", "en": "Waiting times"}
WRONG_PASSWORD = "not the phrase of anybody"


def code_of(stack: Stack, secret: str, *, steps: int = 0) -> str:
    """The code that an authenticator shows now, or some steps of 30 seconds later, on the clock of the stack."""
    at = clock.now() + stack.noon + timedelta(seconds=30 * steps)  # type: ignore[attr-defined]
    return pyotp.TOTP(secret).at(at)


def give_password(page: Page, stack: Stack, email: str) -> None:
    """Sign out by the menu, then give the password; the second step is asked for."""
    page.click("[popovertarget='person-menu']")
    page.click("form[action='/logout'] button")
    page.wait_for_url(re.compile("/login"))
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("form[data-login-form] button.btn-primary")
    page.wait_for_selector("#code")
    page.goto(f"{stack.address}/actions/")
    assert "/login" in page.url, "the password alone opens nothing"
    page.go_back()


def give_code(page: Page, code: str) -> None:
    """Give the second step."""
    page.fill("#code", code)
    page.click("form[data-login-form] button.btn-primary")
    page.wait_for_url(lambda url: "/login" not in url)


@pytest.mark.parametrize(("language", "name"), [("ar", "physician"), ("en", "nurse")])
def test_a_second_factor_from_its_set_up_to_a_lost_phone(
    browser: Browser, stack: Stack, language: str, name: str
) -> None:
    page = speaking(browser, language)
    sign_in(page, stack, name, language)
    page.goto(f"{stack.address}/me")
    page.click("#second-factor a.btn")
    page.click("#set-up button")
    page.wait_for_selector("#set-up .px-qr svg")
    check_accessible(page)
    secret = page.locator("#set-up [data-copy]").get_attribute("data-copy") or ""
    page.fill("#code", code_of(stack, secret))
    page.click("#set-up button.btn-primary")
    page.wait_for_selector("#recovery")
    codes = page.locator("#recovery li").all_inner_texts()
    assert len(codes) == len(set(codes)) >= 8
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    check_accessible(page)
    page.goto(f"{stack.address}/me/second-factor")
    assert page.locator("#manage").is_visible()
    assert not any(each in page.content() for each in codes), "they are shown once"

    give_password(page, stack, f"{name}@example.org")
    give_code(page, code_of(stack, secret, steps=1))
    give_password(page, stack, f"{name}@example.org")
    give_code(page, codes[0])

    page.goto(f"{stack.address}/me/second-factor")
    assert str(len(codes) - 1) in page.locator("#manage").inner_text()
    assert page.problems == []  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def action(stack: Stack) -> PxAction:
    """An action in the queue of the coordinator."""
    with stack.app.app_context(), acting_as(system_actor("furnish a test")):
        actor = queries.actor_of(db.session.merge(stack.cast["px_coordinator"]))
        made = [
            opening.open_by_hand(
                hospital_id=stack.cast.a.id,
                title=title,
                severity="medium",
                department_id=None,
                patient_id=None,
                actor=actor,
            )
            for title in TITLES.values()
        ]
        db.session.expunge_all()
    return made[0]


def end_sessions(stack: Stack, name: str) -> None:
    """Let every session of a person end on the server, as rest or an administrator ends it."""
    with stack.app.app_context(), acting_as(system_actor("end a session")), unit_of_work():
        db.session.execute(
            sa.update(LoginSession)
            .where(LoginSession.user_id == stack.cast[name].id, LoginSession.revoked_at.is_(None))
            .values(revoked_at=clock.now())
        )


def sign_in_again(page: Page, name: str) -> None:
    """Sign in where the dialog asks for it, with a wrong password first: the page below stays."""
    page.wait_for_selector("#login-again[open] #password")
    check_accessible(page)
    for password in (WRONG_PASSWORD, PASSWORD):
        page.fill("#login-again #email", f"{name.replace('_', '.')}@example.org")
        page.fill("#login-again #password", password)
        page.click("#login-again button.btn-primary")
        if password == WRONG_PASSWORD:
            page.wait_for_selector(
                "#login-again [aria-invalid=true], #login-again [role=alert], #login-again .px-errors"
            )
    page.wait_for_selector("#login-again:not([open])", state="attached")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_note_survives_the_end_of_the_session(
    browser: Browser, stack: Stack, action: PxAction, language: str
) -> None:
    page = speaking(browser, language)
    sign_in(page, stack, "px_coordinator", language)
    page.goto(f"{stack.address}/actions/{action.id}")
    page.fill("#body", NOTES[language])
    end_sessions(stack, "px_coordinator")

    page.click("#events form button")
    page.wait_for_selector("#login-again[open]")
    assert page.input_value("#body") == NOTES[language]
    assert NOTES[language] not in [each.body for each in stack.rows(ActionNote)]
    sign_in_again(page, "px_coordinator")

    page.locator("#events", has_text=NOTES[language]).wait_for()
    assert [each.body for each in stack.rows(ActionNote)].count(NOTES[language]) == 1
    assert page.input_value("#body") == ""


def test_a_list_goes_on_after_the_end_of_the_session(browser: Browser, stack: Stack, action: PxAction) -> None:
    page = speaking(browser, "en")
    sign_in(page, stack, "px_coordinator", "en")
    page.goto(f"{stack.address}/actions/?tab=all")
    expect(page.locator("#rows tbody tr")).to_have_count(2)
    end_sessions(stack, "px_coordinator")

    page.fill("main input[type=search]", TITLES["en"])
    sign_in_again(page, "px_coordinator")

    expect(page.locator("#rows tbody tr")).to_have_count(1)
    assert page.input_value("main input[type=search]") == TITLES["en"]


def test_the_switch_of_language_keeps_the_page_its_filters_and_what_is_typed(
    browser: Browser, stack: Stack, action: PxAction
) -> None:
    page = speaking(browser, "ar")
    sign_in(page, stack, "px_coordinator", "ar")
    page.goto(f"{stack.address}/actions/?tab=all")
    page.fill("main input[type=search]", TITLES["ar"])
    expect(page.locator("#rows tbody tr")).to_have_count(1)

    page.click("button[name=language]")
    page.wait_for_selector("html[lang=en]")
    assert page.url.startswith(f"{stack.address}/actions/?") and "tab=all" in page.url
    assert page.input_value("main input[type=search]") == TITLES["ar"]
    expect(page.locator("#rows tbody tr")).to_have_count(1)

    page.goto(f"{stack.address}/actions/{action.id}")
    page.fill("#body", "half a thought")
    page.click("button[name=language]")
    page.wait_for_selector("html[lang=ar]")
    assert page.url == f"{stack.address}/actions/{action.id}"
    assert page.input_value("#body") == "half a thought"
    assert page.problems == []  # type: ignore[attr-defined]
