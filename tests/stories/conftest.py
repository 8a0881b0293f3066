"""What stories share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.notifications.models import Provider as ProviderRow
from app.notifications.services import providers
from tests.provider import Provider, running_provider

SYSTEM = system_actor("test")


@pytest.fixture
def provider(app: Any) -> Iterator[Provider]:
    """An SMS provider on a real port, set up for the group."""
    with running_provider() as found:
        with acting_as(SYSTEM), unit_of_work():
            db.session.add(
                ProviderRow(
                    channel="sms",
                    kind="http",
                    name="Simulator",
                    settings={"base_url": found.base_url, "ask_path": "/messages/{reference}"},
                    secrets=providers.sealed({"token": "t", "receipt_secret": "s"}),
                    receipt_handle=providers.fresh_handle(),
                )
            )
        yield found
