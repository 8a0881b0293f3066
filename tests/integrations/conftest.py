"""Fixtures of the intake's pages and setup."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.integrations.models import SourceSystem
from tests.cast import Cast, sign_in

SYSTEM = system_actor("test")


@pytest.fixture
def plain_forms(app: Flask) -> Iterator[None]:
    """Leave the CSRF token out: it has tests of its own."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def admin(app: Flask, reference_data: Cast, plain_forms: None) -> FlaskClient:
    """The browser of hospital A's administrator, in English."""
    browser = app.test_client()
    browser.set_cookie("px_lang", "en")
    return sign_in(browser, reference_data["hospital_admin"])


@pytest.fixture
def source_id(source_key: str) -> UUID:
    """The id of hospital A's own system."""
    with acting_as(SYSTEM):
        return db.session.execute(sa.select(SourceSystem.id)).scalar_one()
