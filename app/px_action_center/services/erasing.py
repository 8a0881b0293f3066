"""Erasing a patient: what people wrote on their actions goes; cause, severity, times and steps stay."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.events.erasure import ERASED, blank, forget_details
from app.core.sla import extensions
from app.notifications.services import messages
from app.px_action_center.enums import MANUAL
from app.px_action_center.models import ActionNote, PxAction


@command
def forget(patient_id: UUID, *, actor: Actor) -> int:
    """Remove titles, notes, outcomes and reasons that people wrote on a patient's actions; gives how many actions."""
    of_patient = select(PxAction.id, PxAction.source_kind, PxAction.outcome).where(PxAction.patient_id == patient_id)
    rows = db.session.execute(of_patient.with_for_update()).all()
    ids = [row.id for row in rows]
    blank(PxAction, PxAction.id.in_([row.id for row in rows if row.outcome]), outcome=ERASED)
    titled = [row.id for row in rows if row.source_kind == MANUAL]
    blank(PxAction, PxAction.id.in_(titled), title_en=ERASED, title_ar=ERASED)
    blank(ActionNote, ActionNote.action_id.in_(ids), body=ERASED, text_language="")
    extensions.forget(ids)
    messages.forget(ids, actor=actor)
    forget_details(ids)
    return len(ids)
