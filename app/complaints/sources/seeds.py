"""The sources that every installation starts with. Repeatable."""

from __future__ import annotations

from sqlalchemy import select

from app.complaints.sources.built_in import BUILT_IN, COMPLAINT, INQUIRY
from app.complaints.sources.models import CaseSource
from app.core.access.actor import Actor
from app.core.db import command, db


@command
def seed_sources(*, actor: Actor) -> None:
    """Make the sources of the system that are not there yet; what an administrator changed or archived stays."""
    there = set(db.session.execute(select(CaseSource.code)).scalars())
    db.session.add_all(
        CaseSource(
            code=code,
            name_en=start.name_en,
            name_ar=start.name_ar,
            hue=start.hue,
            position=place * 10,
            for_complaints=COMPLAINT in start.kinds,
            for_inquiries=INQUIRY in start.kinds,
            is_system=True,
        )
        for place, (code, start) in enumerate(BUILT_IN.items(), start=1)
        if code not in there
    )
    db.session.flush()
