"""Browsers of administrators for the kernel's own pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from tests.cast import Cast, sign_in

SYSTEM = system_actor("test")


@pytest.fixture
def plain_forms(app: Flask) -> Iterator[None]:
    """Leave the CSRF token out: it has tests of its own."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def boss(app: Flask, reference_data: Cast, plain_forms: None) -> FlaskClient:
    """The browser of the PX Admin."""
    return sign_in(app.test_client(), reference_data["px_admin"])


@pytest.fixture
def admin(app: Flask, reference_data: Cast, plain_forms: None) -> FlaskClient:
    """The browser of hospital A's administrator."""
    return sign_in(app.test_client(), reference_data["hospital_admin"])


@pytest.fixture
def outsider(app: Flask, reference_data: Cast, plain_forms: None) -> FlaskClient:
    """The browser of hospital B's administrator."""
    return sign_in(app.test_client(), reference_data["outsider"])


def rows(model: Any, **where: Any) -> list[Any]:
    """Give the rows of a table as they stand, whatever the hospital."""
    with acting_as(SYSTEM):
        found = db.session.execute(
            sa.select(model).filter_by(**where).order_by(model.id).execution_options(populate_existing=True)
        )
        return list(found.unique().scalars())
