"""A database of its own for one measurement: embedded servers, the newest schema, and the application on top."""

from __future__ import annotations

import base64
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from apiflask import APIFlask

from devstack.testing import FAST, ephemeral_servers


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@contextmanager
def application(*, durable: bool = False) -> Iterator[APIFlask]:
    """Give the application on an empty database that lives as long as the block.

    `durable`: commits reach the disk as in production; else they need not, as in tests.
    """
    from app import create_app
    from app.settings import from_environment

    with ephemeral_servers(() if durable else FAST) as servers, tempfile.TemporaryDirectory() as folder:
        url = sa.make_url(servers.superuser_dsn).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            config = Config()
            config.set_main_option("script_location", "migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        address = url.render_as_string(hide_password=False)
        environment = {
            "PX360_ENV": "test",
            "DATABASE_URL": address,
            "DATABASE_OWNER_URL": address,
            "REDIS_URL": servers.redis_url,
            "PX360_DATA_DIR": str(Path(folder)),
            "PX360_SECRET_KEY": secrets.token_hex(32),
            "PX360_AUDIT_KEY": _key(),
            "PX360_LINK_KEY": _key(),
            "PX360_FIELD_KEY": f"k1:{_key()}",
        }
        app = create_app(from_environment(environment))
        app.config["BENCH_ENVIRONMENT"] = environment  # for measurements with processes of their own
        yield app
