"""Starting rules of the action center. Repeatable; what an administrator changed stays."""

from __future__ import annotations

from app.core.access.actor import Actor
from app.core.db import command, seed_group
from app.core.sla.seeds import seed_policies
from app.px_action_center import sla
from app.px_action_center.enums import SignalKind
from app.px_action_center.models import ActionRule


@command
def seed_rules(*, actor: Actor) -> None:
    """Make the deadlines by severity, and the rules that a low score and a wish to be called back open an action."""
    seed_policies(sla.KIND, sla.TARGETS, reminders=sla.REMINDERS, ladder=sla.LADDER, actor=actor)
    seed_group(ActionRule, ("signal_kind",), ({"signal_kind": each} for each in SignalKind))
