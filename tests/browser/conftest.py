"""A real browser on a real stack, for the stories that people live through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, sync_playwright

from devstack.check import chromium
from tests.conftest import environment
from tests.faults.stack import Stack, running_stack

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ONLY = {"resultTypes": ["violations"], "preload": False, "iframes": False}  # a frame is a page that is walked by itself
CHECKER = Axe().axe_script
CHECK = """async ([without, options]) => (await axe.run({exclude: without}, options)).violations.flatMap(
    (each) => each.nodes.slice(0, 3).map((node) => `${each.id}: ${node.target}`))"""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium; in CI there is no way around it. It ends with the module, because its driver keeps a running
    loop in the thread, in which no later test could run one of its own."""
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def stack(servers: Any, clone: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for a module of stories, standing at noon of a working day in Riyadh."""
    folder = tmp_path_factory.mktemp("stories")
    now = datetime.now(UTC)
    noon = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while noon.weekday() in (3, 4, 5):  # Thursday to Saturday
        noon += timedelta(days=1)
    with running_stack(environment(servers, clone(), folder), folder) as found:
        found.move_clock(noon - now)
        found.noon = noon - now  # type: ignore[attr-defined]
        yield found


def check_accessible(page: Page) -> None:
    """Hold a page against WCAG 2.2 AA, as far as a program can."""
    found = faults(page)
    assert found == [], f"{page.url}\n{found}"


def faults(page: Page, rules: Any = WCAG, without: Sequence[str] = ()) -> list[str]:
    """List what the checker finds with an element of each kind; it reads no more than violations, which halves its time.

    `without`: selectors of parts that it passes over.
    """
    page.wait_for_load_state()
    try:
        return _checked(page, rules, without)
    except Error:  # the page was just being left for the next one, which is the one to look at
        page.wait_for_load_state()
        return _checked(page, rules, without)


def _checked(page: Page, rules: Any, without: Sequence[str]) -> list[str]:
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(CHECKER)
    found: list[str] = page.evaluate(CHECK, [[[each] for each in without], {**ONLY, "runOnly": rules}])
    return found


def speaking(browser: Browser, language: str, theme: str = "light", **screen: int) -> Page:
    """Open a browser of a person: language, theme, screen."""
    context = browser.new_context(
        locale=language,
        viewport={"width": screen.get("width", 1280), "height": screen.get("height", 900)},
        reduced_motion="reduce",  # nothing moves while it is clicked, and no frame is drawn for nobody
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.problems = []  # type: ignore[attr-defined]
    page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)  # type: ignore[attr-defined]
    page.on("pageerror", lambda said: page.problems.append(str(said)))  # type: ignore[attr-defined]
    page.theme = theme  # type: ignore[attr-defined]
    return page


def sign_in(page: Page, stack: Stack, name: str, language: str) -> None:
    """Sign a person of the cast in through the form."""
    from tests.cast import PASSWORD

    looks = {"px_lang": language, "px_theme": page.theme}  # type: ignore[attr-defined]
    cookies: Any = [{"name": name, "value": value, "url": stack.address} for name, value in looks.items()]
    page.context.add_cookies(cookies)
    page.goto(f"{stack.address}/login")
    page.fill("#email", f"{name.replace('_', '.')}@example.org")
    page.fill("#password", PASSWORD)
    page.click("form[data-login-form] button.btn-primary")
    page.wait_for_url(lambda url: "/login" not in url)
    page.context.add_cookies(cookies)  # signing in brought the person's own, which is English for all of the cast


def scroll_to(page: Page, card: str) -> None:
    """Scroll to a card that loads when it is seen, and again while others that load above it move it away."""
    page.wait_for_function(
        """(card) => { const waits = document.querySelector(`[hx-get$='/${card}']`);
            waits?.scrollIntoView(); return document.getElementById(`${card}-here`); }""",
        arg=card,
        polling=200,
    )
