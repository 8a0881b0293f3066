"""Source systems: making one."""

from __future__ import annotations

from uuid import UUID

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital
from app.core.db import command, db
from app.core.errors import NotAllowed
from app.integrations.models import SourceSystem
from app.integrations.policy import Perm


@command
def create(
    *, hospital_id: UUID, code: str, name_en: str, name_ar: str, charset: str = "utf-8", actor: Actor
) -> SourceSystem:
    """Make a source system of a hospital; it has no key until one is rotated in. NotAllowed: another hospital."""
    if not can_reach_hospital(actor, Perm.SETUP, hospital_id):
        raise NotAllowed()
    source = SourceSystem(hospital_id=hospital_id, code=code, name_en=name_en, name_ar=name_ar, charset=charset)
    db.session.add(source)
    db.session.flush()
    return source
