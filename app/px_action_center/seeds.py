"""Starting rules of the action center. Repeatable; what an administrator changed stays."""

from __future__ import annotations

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.sla.seeds import seed_policies
from app.px_action_center import sla
from app.px_action_center.enums import SignalKind
from app.px_action_center.models import ActionRule


@command
def seed_rules(*, actor: Actor) -> None:
    """Make the deadlines by severity, and the rules that a low score and a wish to be called back open an action."""
    seed_policies(sla.KIND, sla.TARGETS, reminders=sla.REMINDERS, ladder=sla.LADDER, actor=actor)
    known = set(db.session.execute(select(ActionRule.signal_kind).where(ActionRule.hospital_id.is_(None))).scalars())
    db.session.add_all(ActionRule(signal_kind=each) for each in SignalKind if each not in known)
    db.session.flush()
