"""A browser that takes pictures of the portal's pages, as the people who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from devstack.check import chromium
from devstack.pages import PATIENT_PAGES, Answer

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars"]  # fmt: skip
TALLEST = 2400  # pixels of a page that a picture keeps at most
NOBODY = ""  # who is not signed in


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is taken: language, theme, width of the screen in pixels."""

    language: str
    theme: str
    width: int
    tallest: int = TALLEST

    @property
    def name(self) -> str:
        """The part of the file's name that tells it."""
        return f"{self.language}-{self.theme}-{self.width}"


class Camera:
    """People who are signed in, each in a browser of their own."""

    def __init__(self, browser: Browser, address: str) -> None:
        """Give the running browser and the address of the portal."""
        self.browser, self.address = browser, address
        self.people: dict[str, BrowserContext] = {NOBODY: browser.new_context()}

    def sign_in(self, email: str, password: str) -> None:
        """Sign a person in through the form. Raises AssertionError when the portal refuses."""
        context = self.browser.new_context()
        page = context.new_page()
        page.goto(f"{self.address}/login")
        page.fill("#email", email)
        page.fill("#password", password)
        page.click("form[data-login-form] button.btn-primary")
        page.wait_for_url(lambda url: "/login" not in url)
        page.close()
        self.people[email] = context

    def open(self, person: str, address: str) -> Answer:
        """Open an address without drawing it."""
        answer = self.people[person].request.get(f"{self.address}{address}", max_redirects=0)
        kind = answer.headers.get("content-type", "")
        return Answer(answer.status, kind, answer.text() if kind.startswith("text/html") else "")

    def take(self, person: str, address: str, look: Look, file: Path) -> None:
        """Draw a page and keep its picture."""
        context = self.people[person]
        values = (("px_lang", look.language), ("px_theme", look.theme))
        context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in values])
        page = context.new_page()
        try:
            page.set_viewport_size({"width": look.width, "height": 900 if look.width > 600 else 740})
            page.emulate_media(color_scheme="dark" if look.theme == "dark" else "light", reduced_motion="reduce")
            mark = "&" if "?" in address else "?"
            spoken = f"{mark}lang={look.language}" if address.startswith(PATIENT_PAGES) else ""
            page.goto(f"{self.address}{address}{spoken}", wait_until="load")
            page.wait_for_function("document.fonts.status === 'loaded'")
            page.wait_for_timeout(150)  # parts that load themselves
            tall = min(look.tallest, int(page.evaluate("document.documentElement.scrollHeight")))
            page.set_viewport_size({"width": look.width, "height": max(tall, 400)})
            page.screenshot(path=file)
        finally:
            page.close()


@contextmanager
def camera(address: str) -> Iterator[Camera]:
    """Start a browser for the block. Raises Lacking when the machine has none."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield Camera(browser, address)
        finally:
            browser.close()
