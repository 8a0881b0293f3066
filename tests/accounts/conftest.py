"""What tests of accounts share: forms without their token, a sign-in through the real form, real codes of an authenticator app."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import User
from app.accounts.services import second_factor
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.events.models import EventLog
from app.core.time import clock
from tests.cast import PASSWORD, Cast
from tests.conftest import NOON

SYSTEM = system_actor("a test of accounts")


@pytest.fixture
def plain_forms(app: Flask) -> Iterator[None]:
    """Leave the CSRF token out: it has tests of its own."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that speaks English before anybody signs in."""
    return english(app)


def english(app: Flask) -> FlaskClient:
    """Another browser that speaks English."""
    browser = app.test_client()
    browser.set_cookie("px_lang", "en")
    return browser


def log_in(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> Any:
    """Send the login form."""
    return client.post("/login", data={"email": email, "password": password, **more})


def events(kind: str) -> list[EventLog]:
    """Give the events of a kind, the oldest first."""
    with acting_as(SYSTEM):
        found = db.session.execute(sa.select(EventLog).where(EventLog.kind == kind).order_by(EventLog.at, EventLog.id))
        return list(found.scalars())


def code_at(secret: str, steps: int = 0) -> str:
    """The code that an app shows now, or so many steps of 30 seconds later."""
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


def turn_on(user: User, cast: Cast) -> tuple[str, list[str]]:
    """Turn a person's second factor on as the page does; gives the secret and the recovery codes."""
    actor = next(cast.actor(name) for name, each in cast.people.items() if each.id == user.id)
    second_factor.start("", actor=actor)
    address = second_factor.pending_address(db.session.get_one(User, user.id)) or ""
    secret = address.partition("secret=")[2].partition("&")[0]
    return secret, second_factor.confirm(code_at(secret, -1), actor=actor)


def later(**span: float) -> Any:
    """Stand the clock so much later than the start of the test, inside a `with` block."""
    return clock.frozen(NOON + timedelta(**span))


def change(row: Any, **values: Any) -> None:
    """Set columns of a row, for states that no service makes."""
    with acting_as(SYSTEM), unit_of_work():
        for name, value in values.items():
            setattr(row, name, value)
        db.session.add(row)
