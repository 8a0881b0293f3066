"""A new field key: everything encrypted is brought under it, in parts, and again is harmless."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.keys import rotation
from app.core.keys.fields import decrypt, encrypt, key_id_of
from app.integrations.models import InboundEvent
from app.integrations.services.intake import RAW_CONTEXT
from app.notifications.models import Provider
from app.notifications.services import providers
from tests.cast import Cast
from tests.integrations.hl7.door import post
from tests.integrations.hl7.messages import message

SYSTEM = system_actor("test")
Turn = Callable[[dict[str, bytes]], None]


@pytest.fixture
def ring(app: Flask) -> Any:
    """Give a function that changes the key ring, as a restart with another PX360_FIELD_KEY does."""
    known = app.config["FIELD_KEYS"]

    def turn(keys: dict[str, bytes]) -> None:
        app.config["FIELD_KEYS"] = keys

    yield turn
    app.config["FIELD_KEYS"] = known


def stored() -> list[bytes]:
    """The kept messages as they stand in the table."""
    with acting_as(SYSTEM):
        query = sa.select(InboundEvent.raw).order_by(InboundEvent.id)
        return [bytes(raw) for raw in db.session.execute(query).scalars() if raw]


@pytest.fixture
def kept(client: FlaskClient, source_key: str, reference_data: Cast) -> dict[str, bytes]:
    """Five kept messages, a provider with secrets and a second factor; gives the key ring with a new first key."""
    for number in range(5):
        post(client, source_key, message(control=f"K-{number}", visit=f"V-{number}"))
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(
            Provider(
                channel="sms",
                kind="http",
                name="SMS",
                secrets=providers.sealed({"token": "t"}),
                receipt_handle=providers.fresh_handle(),
            )
        )
        reference_data["nurse"].totp_secret = encrypt(b"JBSWY3DPEHPK3PXP", context="users.totp_secret")
    return {"k2": os.urandom(32)}


def test_every_encrypted_column_is_known_to_the_rotation(app: Flask) -> None:
    assert set(rotation.COLUMNS) == {
        ("inbound_events", "raw"),
        ("incoming_mails", "raw"),
        ("incoming_mails", "said"),
        ("mailboxes", "password"),
        ("providers", "secrets"),
        ("users", "totp_pending"),
        ("users", "totp_secret"),
        ("webhook_endpoints", "old_secret"),
        ("webhook_endpoints", "secret"),
    }


def test_everything_comes_under_the_new_key_and_the_old_one_may_go(
    app: Flask, kept: dict[str, bytes], ring: Turn, reference_data: Cast
) -> None:
    before = [decrypt(each, context=RAW_CONTEXT) for each in stored()]
    ring({**kept, **app.config["FIELD_KEYS"]})
    told = app.test_cli_runner().invoke(args=["px360", "rotate-field-key", "--batch", "2"])
    assert told.exit_code == 0, told.output
    assert "7 fields are under the key k2 now; 0 can not be opened." in told.output
    assert told.output.count("inbound_events.raw") == 3

    ring(kept)
    db.session.expire_all()
    assert [decrypt(each, context=RAW_CONTEXT) for each in stored()] == before
    with acting_as(SYSTEM):
        provider = db.session.execute(sa.select(Provider)).scalar_one()
        assert (key_id_of(provider.secrets or b""), key_id_of(reference_data["nurse"].totp_secret or b"")) == (
            "k2",
            "k2",
        )


def test_a_rotation_that_was_stopped_goes_on_and_again_does_nothing(
    app: Flask, kept: dict[str, bytes], ring: Turn
) -> None:
    ring({**kept, **app.config["FIELD_KEYS"]})
    parts = rotation.rotate(batch=2)
    next(parts)
    parts.close()
    assert sorted(key_id_of(each) for each in stored()) == ["k1", "k1", "k1", "k2", "k2"]

    assert sum(part.done for part in rotation.rotate()) == 5
    once = stored()
    assert list(rotation.rotate()) == []
    assert stored() == once


def test_what_no_key_opens_stays_and_is_told(app: Flask, kept: dict[str, bytes], ring: Turn) -> None:
    before = stored()
    ring(kept)
    told = app.test_cli_runner().invoke(args=["px360", "rotate-field-key"])

    assert told.exit_code == 1
    assert "0 fields are under the key k2 now; 7 can not be opened." in told.output
    assert stored() == before
