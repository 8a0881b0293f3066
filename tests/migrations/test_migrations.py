"""Migrations: one head, the same schema as the models, down and up again."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.core.db import Base, install
from tests.conftest import admin_engine, owner_engine


def config(connection: sa.Connection | None = None) -> Config:
    """Alembic's settings, over a connection of the test."""
    found = Config()
    found.set_main_option("script_location", "migrations")
    found.attributes["connection"] = connection
    return found


@pytest.fixture
def empty(servers: Any) -> Any:
    """An empty database that belongs to the owner role."""
    with admin_engine(servers).connect() as admin:
        admin.execute(sa.text("DROP DATABASE IF EXISTS migrating"))
        admin.execute(sa.text("CREATE DATABASE migrating OWNER px360_owner"))
    with admin_engine(servers, "migrating").connect() as admin:
        for extension in install.EXTENSIONS:
            admin.execute(sa.text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
    return owner_engine(servers, "migrating")


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(config()).get_heads()) == 1


def test_upgrading_gives_the_schema_of_the_models(template_database: str, empty: sa.Engine) -> None:
    install.import_models()
    with empty.connect() as connection:
        command.upgrade(config(connection), "head")
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = [change for change in compare_metadata(context, Base.metadata) if "alembic_version" not in str(change)]
    assert found == []


def test_down_and_up_again_with_data_in_it(template_database: str, empty: sa.Engine) -> None:
    with empty.connect() as connection:
        command.upgrade(config(connection), "head")
    with empty.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO hospitals (id, code, name_en, name_ar, zone, version, created_at, updated_at)"
                " VALUES ('018f0000-0000-7000-8000-000000000001', 'A', 'A', 'أ', 'Asia/Riyadh', 1, :at, :at)"
            ),
            {"at": "2026-01-01T00:00:00Z"},
        )
    with empty.connect() as connection:
        command.downgrade(config(connection), "base")
    with empty.connect() as connection:
        left = connection.execute(
            sa.text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        ).scalar_one()
        connection.rollback()
        assert left == 0
        command.upgrade(config(connection), "head")
