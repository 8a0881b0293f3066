"""An installation of its own with one source, for tests whose listener and workers have connections of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from app import create_app
from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.integrations import mllp
from app.integrations.models import InboundEvent, MllpLink
from app.integrations.services import sources
from app.portal.seeds import seed_reference_data
from app.settings import from_environment
from tests.cast import assemble
from tests.conftest import environment
from tests.integrations.hl7.door import SYSTEM


@pytest.fixture(scope="module")
def env(servers: Any, clone: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an installation of its own."""
    return environment(servers, clone(), tmp_path_factory.mktemp("mllp"))


@pytest.fixture(scope="module")
def site(env: dict[str, str]) -> APIFlask:
    """An application on a database of its own, with one source."""
    app = create_app(from_environment(env))
    with app.app_context():
        seed_reference_data()
        cast = assemble()
        with acting_as(SYSTEM):
            sources.create(hospital_id=cast.a.id, code="HIS", name_en="HIS", name_ar="النظام", actor=SYSTEM)
    return app


@pytest.fixture
def board(site: APIFlask) -> Iterator[mllp.Switchboard]:
    """The listeners, opened and closed by `refresh`."""
    switchboard = mllp.Switchboard(site, "127.0.0.1")
    yield switchboard
    switchboard.close()
    with site.app_context(), acting_as(SYSTEM), unit_of_work():
        for model in (MllpLink, InboundEvent):
            for row in db.session.execute(sa.select(model)).scalars():
                db.session.delete(row)
