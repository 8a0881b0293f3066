"""Fixtures of every test: real PostgreSQL and Redis-protocol servers, a database cloned from a template, the cast."""

from __future__ import annotations

import base64
import gc
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from apiflask import APIFlask
from flask.testing import FlaskClient

from app import create_app
from app.complaints.flags import phrases
from app.core.db import db, ids, install
from app.core.jobs import queues
from app.core.time import clock
from app.settings import Settings, from_environment
from app.surveys.services import asking
from devstack.testing import Servers, ephemeral_servers

TESTS = Path(__file__).parent
LONG = (  # the longest first
    "test_accessible.py",
    "test_faults.py",
    "test_fuzz.py",
    "test_doors.py",
    "test_walls.py",
    "test_pages.py",
    "test_run.py",
    "test_midway.py",
    "test_demo.py",
    "test_deploy.py",
    "test_backup.py",
)
NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, 12:00 in Riyadh


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, then the stories: processes that take file after file then end at about the same time."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.path.name in LONG:
        return LONG.index(item.path.name)
    return len(LONG) if item.path.is_relative_to(TESTS / "browser") else len(LONG) + 1


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Start one PostgreSQL and one Redis-protocol server for this test process."""
    with ephemeral_servers() as found:
        yield found


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def environment(servers: Servers, database: str, data_dir: Path) -> dict[str, str]:
    """Give the environment with which web, workers and tools reach `database`."""
    host = f"{servers.host}:{servers.port}"
    return {
        "PX360_ENV": "test",
        "DATABASE_URL": f"postgresql+psycopg://px360_app:app@{host}/{database}",
        "DATABASE_OWNER_URL": f"postgresql+psycopg://px360_owner:owner@{host}/{database}",
        "REDIS_URL": servers.redis_url,
        "PX360_DATA_DIR": str(data_dir),
        "PX360_SECRET_KEY": secrets.token_hex(32),
        "PX360_AUDIT_KEY": _key(),
        "PX360_LINK_KEY": _key(),
        "PX360_FIELD_KEY": f"k1:{_key()}",
    }


def admin_engine(servers: Servers, database: str = "postgres") -> sa.Engine:
    """Connect as superuser, outside any transaction."""
    url = sa.make_url(servers.superuser_dsn).set(database=database, drivername="postgresql+psycopg")
    return sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)


@pytest.fixture(scope="session")
def template_database(servers: Servers) -> str:
    """Make the template once: roles, extensions, schema, rights."""
    with admin_engine(servers).connect() as admin:
        admin.execute(sa.text("CREATE ROLE px360_owner LOGIN PASSWORD 'owner'"))
        admin.execute(sa.text("CREATE ROLE px360_app LOGIN PASSWORD 'app'"))
        admin.execute(sa.text("CREATE DATABASE px360_template OWNER px360_owner"))
    with admin_engine(servers, "px360_template").connect() as admin:
        for extension in install.EXTENSIONS:
            admin.execute(sa.text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
    with owner_engine(servers, "px360_template").connect() as owner:
        migrate(owner)
    return "px360_template"


def owner_engine(servers: Servers, database: str) -> sa.Engine:
    """Connect as the owner role, which runs migrations."""
    url = sa.make_url(servers.superuser_dsn).set(
        drivername="postgresql+psycopg", username="px360_owner", password="owner", database=database
    )
    return sa.create_engine(url, poolclass=sa.NullPool)


def migrate(connection: sa.Connection) -> None:
    """Bring an empty database to the newest schema, as an installation does."""
    config = Config()
    config.set_main_option("script_location", "migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@pytest.fixture(scope="session")
def clone(servers: Servers, template_database: str) -> Any:
    """Give a function that clones the template into a fresh database (about 25 ms) and returns its name."""

    def make() -> str:
        name = f"t_{uuid4().hex[:12]}"
        with admin_engine(servers).connect() as admin:
            admin.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template_database} OWNER px360_owner"))
        return name

    return make


@pytest.fixture(scope="session")
def settings(servers: Servers, clone: Any, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give the settings of the application under test."""
    return from_environment(environment(servers, clone(), tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="session")
def application(settings: Settings) -> APIFlask:
    """Build the application once for this test process."""
    os.environ.pop("PX360_CLOCK_FILE", None)
    built = create_app(settings)
    built.testing = True
    gc.freeze()  # as in wsgi.py
    gc.set_threshold(20_000, 20, 50)
    return built


def _with_cast() -> None:
    from tests.cast import assemble

    assemble()


def _with_reference_data() -> None:
    from app.portal.seeds import seed_reference_data

    _with_cast()
    seed_reference_data()


# the fixture that a test asks for -> how the database is filled in which it begins; the first one asked for counts
BEGINNINGS: dict[str, Callable[[], None]] = {"reference_data": _with_reference_data, "cast": _with_cast}


@pytest.fixture(scope="session")
def beginning(application: APIFlask, clone: Any) -> Iterator[Callable[[Iterable[str]], sa.Engine | None]]:
    """Give a function from a test's fixtures to the database in which it begins; None means the empty one.

    Each is filled once for this test process, by the code that fills an installation, instead of before every test.
    """
    engines: dict[str, sa.Engine] = {}

    def engine(fixtures: Iterable[str]) -> sa.Engine | None:
        name = next((each for each in BEGINNINGS if each in fixtures), None)
        if name is not None and name not in engines:
            engines[name] = _filled(application, clone(), BEGINNINGS[name])
        return engines.get(name) if name else None

    yield engine
    for each in engines.values():
        each.dispose()


def _filled(application: APIFlask, database: str, fill: Callable[[], None]) -> sa.Engine:
    with application.app_context():
        engines = db._app_engines[application]
        own = db.engine
        engines[None] = sa.create_engine(own.url.set(database=database))
        ids._last = 0  # what a test writes later has greater ids, wherever the clock was before
        try:
            with clock.frozen(NOON - timedelta(seconds=1)):
                fill()
            return engines[None]
        finally:
            db.session.remove()
            engines[None] = own


@contextmanager
def rolled_back(application: APIFlask, engine: sa.Engine | None = None) -> Iterator[APIFlask]:
    """Give the application inside one outer transaction that is rolled back; commits are savepoints.

    `engine`: the database to be in, instead of the application's own.
    """
    with application.app_context():
        engines = db._app_engines[application]
        own = db.engine
        connection = (engine or own).connect()
        transaction = connection.begin()
        engines[None] = connection  # type: ignore[assignment]
        db.session.configure(join_transaction_mode="create_savepoint")
        queues.redis_client().flushdb()
        for kept in (phrases._kept, asking._known, asking._asked):  # what a process keeps ready of rows
            kept.clear()
        try:
            with clock.frozen(NOON):
                yield application
        finally:
            db.session.remove()
            transaction.rollback()
            connection.close()
            engines[None] = own


@pytest.fixture
def app(application: APIFlask, beginning: Any, request: pytest.FixtureRequest) -> Iterator[APIFlask]:
    """Give the application; what a test writes is rolled back."""
    with rolled_back(application, beginning(request.fixturenames)) as given:
        yield given


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    """Give a browser without JavaScript."""
    return app.test_client()


@pytest.fixture
def drain(app: APIFlask) -> Any:
    """Give a function that delivers every due event now, as the worker would after the commit."""
    from app.core.events import outbox

    def deliver() -> int:
        delivered = 0
        while tried := outbox.drain_batch():
            delivered += tried
        return delivered

    return deliver


@pytest.fixture
def cast(app: APIFlask) -> Any:
    """Give the fixed cast of every test, which its database holds already."""
    from tests.cast import at_hand

    return at_hand()


@pytest.fixture
def reference_data(cast: Any) -> Any:
    """Give the cast in a database with the group's calendar, rules, templates and texts, as an installation has them."""
    return cast


@pytest.fixture
def source_key(cast: Any) -> str:
    """Give the key of hospital A's own system."""
    from app.core.access.actor import acting_as, system_actor
    from app.integrations.services import keys, sources

    with acting_as(system_actor("test")) as actor:
        source = sources.create(
            hospital_id=cast.a.id, code="HIS", name_en="Hospital system", name_ar="نظام المستشفى", actor=actor
        )
        return keys.rotate(source.id, actor=actor)
