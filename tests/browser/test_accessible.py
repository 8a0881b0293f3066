"""Every page against WCAG 2.2 AA in both languages and both themes, and the portal without a mouse.

The pages are found by their routes and links, as in tests/guards/test_pages.py. The whole checker runs on
a page in the light theme; in the dark one only what a theme can change: contrast. The frame (menu and top bar), the same
around all pages of a person, is looked at on the first of them. On a phone no page scrolls sideways.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.core.db import db
from app.core.time import clock
from devstack.pages import Found
from tests.browser.conftest import faults, sign_in, speaking
from tests.cast import at_hand
from tests.faults.stack import Stack
from tests.lookers import Lookers, look_everywhere, spoken
from tests.world import DELAY, furnish

CONTRAST = {"type": "rule", "values": ["color-contrast"]}
NOT_OURS = frozenset({"api_docs"})  # the reader of the API's document is shipped as it is
# no colour on its way from one theme to the other while the checker looks
DARK = """() => { document.documentElement.setAttribute('data-bs-theme', 'dark');
    document.getAnimations().forEach((each) => each.cancel()); }"""
FRAME = (".px-side", ".px-top")
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RING = """() => { const at = document.activeElement, style = getComputedStyle(at);
    const around = getComputedStyle(at.closest('.px-search, .px-palette-field') ?? at);
    return at === document.body || style.outlineStyle !== 'none' || style.boxShadow !== 'none' || around.boxShadow !== 'none'; }"""


@pytest.fixture(scope="module")
def furnished(stack: Stack) -> Iterator[Stack]:
    """The stack with something of everything, and nobody at work who would change it."""
    stack.kill("scheduler")
    stack.kill("worker")
    with stack.app.app_context(), clock.frozen(clock.now() + stack.noon):  # type: ignore[attr-defined]
        furnish(stack.app, at_hand(), stack.key)
        db.session.remove()
    stack.move_clock(stack.noon + DELAY)  # type: ignore[attr-defined]
    yield stack


@pytest.fixture(scope="module")
def walked(furnished: Stack) -> tuple[Found, Lookers]:
    """The pages and who may see them; both languages have the same."""
    with furnished.app.app_context(), clock.frozen(clock.now() + furnished.noon + DELAY):  # type: ignore[attr-defined]
        found = look_everywhere(furnished.app, at_hand(), "ar")
        db.session.remove()
    return found


def signed_in(browser: Browser, stack: Stack, lookers: Lookers, language: str) -> dict[str, BrowserContext]:
    """Give each looker a browser with the session that the walk used."""
    found = {}
    for name, client in lookers.browsers.items():
        context = browser.new_context(  # type: ignore[arg-type]
            locale=language, viewport=WIDE, reduced_motion="reduce"
        )
        cookies = {"px_lang": language, "px_theme": "light"}
        session = client.get_cookie("px360")
        if name and session is not None:
            cookies["px360"] = session.value
        context.add_cookies([{"name": key, "value": value, "url": stack.address} for key, value in cookies.items()])
        found[name] = context
    return found


@pytest.mark.timeout(900)  # some 200 pages, each looked at three times
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_is_accessible_in_both_themes(
    browser: Browser, furnished: Stack, walked: tuple[Found, Lookers], language: str
) -> None:
    found, lookers = walked
    contexts = signed_in(browser, furnished, lookers, language)
    pages = {name: context.new_page() for name, context in contexts.items()}
    framed: set[str] = set()  # whose frame, the same around all of their pages, was looked at
    wrong = []
    for endpoint, address in found.pages.items():
        if endpoint in NOT_OURS:
            continue
        looker = lookers.seen_by[address]
        page = pages[looker]
        page.emulate_media(color_scheme="light")
        answer = page.goto(f"{furnished.address}{spoken(address, language)}")
        assert answer is not None and answer.status == 200, address
        assert page.locator("html").get_attribute("lang") == language, address
        known = FRAME if looker in framed else ()
        if page.locator(FRAME[0]).count():
            framed.add(looker)
        light = faults(page, without=known)
        page.emulate_media(color_scheme="dark")
        page.evaluate(DARK)
        dark = [f"dark {each}" for each in faults(page, CONTRAST, without=known)]
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        over = page.evaluate(OVERFLOW)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        sideways = [f"{over} px wider than a phone of 360 px"] if over > 0 else []
        wrong += [f"{endpoint}, {address}, {each}" for each in (*light, *dark, *sideways)]
    for context in contexts.values():
        context.close()
    assert wrong == [], "\n".join(wrong)
    assert len(found.pages) >= 50


@pytest.fixture
def desk(browser: Browser, furnished: Stack) -> Iterator[Page]:
    """A coordinator at the queue of actions, in Arabic, with the keyboard only."""
    page = speaking(browser, "ar")
    sign_in(page, furnished, "px_coordinator", "ar")
    page.goto(f"{furnished.address}/actions/")
    yield page
    page.context.close()


def test_the_first_tab_skips_to_the_content(desk: Page) -> None:
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.className") == "px-skip"

    desk.keyboard.press("Enter")

    assert desk.evaluate("document.activeElement.id") == "main"


def test_focus_is_seen_wherever_tab_leads(desk: Page) -> None:
    for _turn in range(45):
        desk.keyboard.press("Tab")
        assert desk.evaluate(RING), desk.evaluate("document.activeElement.outerHTML")


def test_rows_are_walked_and_opened_by_key_on_an_arabic_keyboard_too(desk: Page) -> None:
    rows = desk.locator("[data-queue] tbody tr")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    assert rows.nth(1).evaluate("row => row.classList.contains('px-at') && row.contains(document.activeElement)")
    desk.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ن', code: 'KeyK', bubbles: true}))")
    assert rows.first.evaluate("row => row.classList.contains('px-at')")

    desk.keyboard.press("o")

    desk.wait_for_url("**/actions/0*")


def test_the_search_opens_by_key_finds_and_is_left_by_escape(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.wait_for_selector("#palette[open]")

    desk.keyboard.type("نورة")
    desk.wait_for_selector("#search-results a")

    desk.keyboard.press("Escape")
    desk.wait_for_selector("#palette:not([open])", state="attached")


def test_the_keys_are_shown_and_closed_by_key(desk: Page) -> None:
    desk.keyboard.press("?")
    desk.wait_for_selector("#keys[open]")

    desk.keyboard.press("Escape")

    desk.wait_for_selector("#keys:not([open])", state="attached")


def test_the_persons_menu_opens_by_enter_and_gives_the_focus_back(desk: Page) -> None:
    button = desk.locator("[popovertarget='person-menu']")
    button.focus()
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#person-menu:popover-open")

    desk.keyboard.press("Escape")

    desk.wait_for_selector("#person-menu:not(:popover-open)", state="attached")
    assert button.evaluate("each => each === document.activeElement")
