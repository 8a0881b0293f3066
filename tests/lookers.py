"""People of the cast who look at every page: who saw what, and where it is."""

from __future__ import annotations

import re

from apiflask import APIFlask
from flask.testing import FlaskClient

from devstack.links import token_addresses
from devstack.pages import PATIENT_PAGES, Answer, Found, walk
from tests.cast import Cast, sign_in

# who looks, in this order, until one of them may; the last is nobody: pages for those who are not signed in
LOOKERS = ("px_admin", "hospital_admin", "px_coordinator", "department_manager", "")


class Lookers:
    """The people of the cast at their browsers; remembers who saw what."""

    def __init__(self, app: APIFlask, cast: Cast, language: str) -> None:
        """Sign everybody in."""
        self.app = app
        self.browsers: dict[str, FlaskClient] = {}
        self.seen_by: dict[str, str] = {}
        for name in LOOKERS:
            self.browsers[name] = app.test_client()
            self.browsers[name].set_cookie("px_lang", language)
            if name:
                sign_in(self.browsers[name], cast[name])

    def open(self, address: str) -> Answer:
        """Open an address as the first who may."""
        answer = Answer(0, "", "")
        for name, browser in self.browsers.items():
            with self.app.app_context():  # a session and a `g` of its own, as each request has in production
                got = browser.get(address)
            answer = Answer(got.status_code, got.content_type or "", got.text if got.mimetype == "text/html" else "")
            if answer.status == 200:
                self.seen_by[address] = name
                break
        return answer

    def browser(self, address: str) -> FlaskClient:
        """Give the browser of who saw an address."""
        return self.browsers[self.seen_by[address]]


def look_everywhere(app: APIFlask, cast: Cast, language: str) -> tuple[Found, Lookers]:
    """Walk the portal in a language."""
    lookers = Lookers(app, cast, language)
    return walk(app, lookers.open, token_addresses()), lookers


LANG = re.compile(r"(?<=[?&])lang=[a-z]+")
ENGLISH_ONLY = frozenset({"api_docs"})  # for programmers; the reader is somebody else's


def spoken(address: str, language: str) -> str:
    """Patients' pages speak the language of their link, and so does a trial of them."""
    if "lang=" in address:
        return LANG.sub(f"lang={language}", address)
    return f"{address}{'&' if '?' in address else '?'}lang={language}" if address.startswith(PATIENT_PAGES) else address
