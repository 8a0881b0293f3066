"""Alembic's environment: runs as the owner role, compares with every domain's tables."""

from __future__ import annotations

import os
from typing import Any

from alembic import context
from sqlalchemy import create_engine

from app.core.db.base import Base
from app.core.db.install import import_models
from app.settings import _driver

import_models()


def _url() -> str:
    given = context.get_x_argument(as_dictionary=True).get("url")
    url = given or os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    return _driver(url)


def _is_ours(_object: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:
    return not (kind == "table" and reflected and name == "alembic_version")


def run() -> None:
    """Migrate over the connection given by a test, or over one of our own."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    engine = create_engine(_url())
    with engine.connect() as own:
        _migrate(own)
    engine.dispose()


def _migrate(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=_is_ours,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
