"""Two at once on real connections: one holds something in its transaction while another comes and waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa

from app.core.db import db, unit_of_work

R = TypeVar("R")
WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def while_held(hold: Callable[[], Any], other: Callable[[], R], then: Callable[[], Any] = lambda: None) -> R:
    """In one transaction `hold` something, let `other` come in a thread until it waits for it, and do `then`; gives what
    `other` gave after the commit."""
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work():
            hold()
            given = pool.submit(other)
            _until_it_waits(given.done)
            then()
        return given.result(timeout=60)


def _until_it_waits(has_ended: Callable[[], bool]) -> None:
    # each look is a transaction of its own: within one, PostgreSQL goes on telling what it saw first
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
        while not watch.execute(WAITING).scalar_one():
            assert not has_ended(), "it did not wait for who holds the row"
            time.sleep(0.02)
