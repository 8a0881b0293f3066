"""Links of the one source of an installation that a test made."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from apiflask import APIFlask

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.integrations.models import MllpLink, SourceSystem
from devstack.servers import free_port
from tests.integrations.hl7.door import SYSTEM


def make_link(site: APIFlask, **values: Any) -> int:
    """Make a link of the source on a free port."""
    port = free_port()
    with site.app_context(), acting_as(SYSTEM), unit_of_work():
        source = db.session.execute(sa.select(SourceSystem)).scalar_one()
        db.session.add(MllpLink(hospital_id=source.hospital_id, source_id=source.id, port=port, **values))
    return port
