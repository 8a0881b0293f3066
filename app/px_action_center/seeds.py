"""Starting rules of the action center. Repeatable; what an administrator changed stays."""

from __future__ import annotations

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.sla.seeds import seed_policies
from app.px_action_center import sla
from app.px_action_center.models import ActionRule


@command
def seed_rules(*, actor: Actor) -> None:
    """Make the deadlines by severity, and the rule that a low survey score opens an action."""
    seed_policies(sla.KIND, sla.TARGETS, reminders=sla.REMINDERS, ladder=sla.LADDER, actor=actor)
    known = db.session.execute(
        select(ActionRule.id).where(ActionRule.signal_kind == "survey_low_score", ActionRule.hospital_id.is_(None))
    ).first()
    if known is None:
        db.session.add(ActionRule(signal_kind="survey_low_score"))
        db.session.flush()
