"""The demo, loaded once for all tests of this folder into a database of its own; nobody changes it for good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask

from app import create_app
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.time import clock
from app.portal.demo.load import Loaded, load
from app.portal.seeds import seed_reference_data
from app.settings import from_environment
from tests.conftest import NOON, environment

SYSTEM = system_actor("look at the demo")


@pytest.fixture(scope="session")
def demo_app(servers: Any, clone: Any, tmp_path_factory: pytest.TempPathFactory) -> APIFlask:
    """An application on a database that holds the demo, ending at noon of a Tuesday in Riyadh."""
    settings = environment(servers, clone(), tmp_path_factory.mktemp("demo"))
    # as `make run` has it: the simulator, to which the demo's webhooks go, stands on this machine
    app = create_app(from_environment({**settings, "PX360_WEBHOOK_NETWORKS": "127.0.0.1/32"}))
    app.testing = True
    with app.app_context(), clock.frozen(NOON), acting_as(SYSTEM) as actor:
        seed_reference_data()
        app.extensions["demo"] = load("http://127.0.0.1:8361", actor=actor)
        db.session.remove()
    return app


@pytest.fixture
def demo(demo_app: APIFlask) -> Iterator[Loaded]:
    """What was loaded, inside a system scope at the moment at which the demo ends."""
    with demo_app.app_context(), clock.frozen(NOON), acting_as(SYSTEM):
        yield demo_app.extensions["demo"]
        db.session.rollback()
        db.session.remove()
