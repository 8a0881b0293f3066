"""What a thief with the database owner's rights can do to the log, each found out. On a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work, uuid7
from app.core.events import record, sealer
from app.settings import from_environment
from tests.conftest import environment, owner_engine
from tests.core.events.test_sealer import PageTurned

SYSTEM = system_actor("test")


@pytest.fixture
def owned(servers: Any, clone: Any, tmp_path: Path) -> Iterator[tuple[Flask, sa.Engine]]:
    """Give an application on its own database with five sealed events, and the owner's connection."""
    name = clone()
    app = create_app(from_environment(environment(servers, name, tmp_path)))
    with app.app_context():
        for number in range(5):
            with acting_as(SYSTEM), unit_of_work():
                record(PageTurned(uuid7(), None, number), actor=SYSTEM)
        sealer.seal_events()
        yield app, owner_engine(servers, name)
        db.session.remove()
        db.engine.dispose()


SECOND = "(SELECT event_id FROM event_seals WHERE position = 2)"
TAMPERINGS = {
    "edit": ([f"UPDATE event_log SET kind = 'test.page.torn' WHERE id = {SECOND}"], "the event was changed"),
    "edit of the time": ([f"UPDATE event_log SET at = at - interval '1 hour' WHERE id = {SECOND}"], "was changed"),
    "edit of the actor": ([f"UPDATE event_log SET actor_kind = 'person' WHERE id = {SECOND}"], "was changed"),
    "removal of the seal": (["DELETE FROM event_seals WHERE position = 2"], "a seal is missing"),
    "unsealed row": (["DELETE FROM event_seals WHERE position = 5"], "without a seal"),
    "another order": (
        [
            "UPDATE event_seals SET position = 99 WHERE position = 2",
            "UPDATE event_seals SET position = 2 WHERE position = 3",
            "UPDATE event_seals SET position = 3 WHERE position = 99",
        ],
        "does not fit the one before it",
    ),
    "removal of the event": (
        [
            "ALTER TABLE event_seals DROP CONSTRAINT fk_event_seals_event_id",
            f"DELETE FROM event_log WHERE id = {SECOND}",
        ],
        "the event was removed",
    ),
}


@pytest.mark.parametrize("name", list(TAMPERINGS))
def test_tampering_with_sealed_events_is_found_out(owned: tuple[Flask, sa.Engine], name: str) -> None:
    app, owner = owned
    assert sealer.verify().is_whole
    db.session.rollback()  # its reading locks would make the thief wait for us, for ever
    statements, words = TAMPERINGS[name]
    with owner.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement).execution_options(px360_walled="open"))
    db.session.rollback()
    db.session.expire_all()

    found = sealer.verify()

    assert any(words in text for _position, text in found.faults), found.faults
    result = app.test_cli_runner().invoke(args=["px360", "audit-verify"])
    assert result.exit_code == 1
