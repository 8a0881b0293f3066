"""Pooled connections: one that the server ended is replaced unseen, one that lives is not asked each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.db import pool
from tests.conftest import admin_engine

BACKEND = sa.text("SELECT pg_backend_pid()")


@pytest.fixture
def engine(application: Any, settings: Any) -> Iterator[sa.Engine]:
    """A pool of two connections to the application's database."""
    made = sa.create_engine(settings.database_url, pool_size=2)
    yield made
    made.dispose()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The connections that were asked by a round trip."""
    found: list[Any] = []
    ask = pool._ask
    monkeypatch.setattr(pool, "_ask", lambda connection: (found.append(connection), ask(connection)))
    return found


def backends(engine: sa.Engine, count: int = 1) -> list[int]:
    """Use so many connections at once; gives the processes of the server behind them."""
    opened = [engine.connect() for _turn in range(count)]
    found = [each.execute(BACKEND).scalar_one() for each in opened]
    for each in opened:
        each.close()
    return found


def end(servers: Any, pids: list[int]) -> None:
    """Let the server end these connections, as its restart does."""
    with admin_engine(servers).connect() as admin:
        for pid in pids:
            assert admin.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid}).scalar_one()


def test_a_living_connection_is_used_again_without_a_round_trip(engine: sa.Engine, asked: list[Any]) -> None:
    assert backends(engine) == backends(engine)
    assert not asked


def test_connections_that_the_server_ended_are_replaced_before_anybody_notices(
    engine: sa.Engine, servers: Any, asked: list[Any]
) -> None:
    ended = backends(engine, 2)
    end(servers, ended)

    assert not set(backends(engine, 2)) & set(ended)
    assert len(asked) == 1, "what one has found out holds for all that are as old"


def test_a_connection_that_was_idle_for_long_is_asked(
    engine: sa.Engine, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = backends(engine)
    monkeypatch.setattr(pool, "TRUSTED_SECONDS", 0.0)

    assert backends(engine) == before
    assert len(asked) == 1


def test_a_connection_that_was_closed_here_is_replaced(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        before = connection.execute(BACKEND).scalar_one()
    driver.close()

    assert backends(engine) != [before]
