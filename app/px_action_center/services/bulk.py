"""Handing many actions over at once: what would happen is shown first, each action gets its own verdict."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import can_on, require, visible
from app.core.db import db
from app.core.web.chosen import Outcome, Verdict, carry_out, one_by_one
from app.px_action_center.enums import FINAL
from app.px_action_center.models import PxAction
from app.px_action_center.policy import Perm
from app.px_action_center.services import working

MOST = 100


def preview(action_ids: Sequence[UUID], *, actor: Actor) -> list[Verdict]:
    """Say of each action that the actor sees whether it may be handed over: `ended`, `not_allowed`, or nothing."""
    require(actor, Perm.ASSIGN)
    rows = db.session.execute(
        select(PxAction)
        .where(PxAction.id.in_(action_ids[:MOST]), visible(PxAction, actor, Perm.READ))
        .order_by(PxAction.due_at, PxAction.id)
    ).scalars()
    return [Verdict(row, _refusal(row, actor)) for row in rows]


def _refusal(action: PxAction, actor: Actor) -> str:
    if not can_on(actor, Perm.ASSIGN, action):
        return "not_allowed"
    return "ended" if action.status in FINAL else ""


def hand_over(versions: dict[UUID, int], *, to: UUID, actor: Actor) -> list[Outcome]:
    """Hand every action that may be handed over to `to`, each in a transaction of its own; gives what became of each.

    `versions` are those that the preview showed: an action that somebody changed since is left alone.
    """

    def change(action_id: UUID) -> Outcome:
        action = working.assign(action_id, to=to, version=versions[action_id], actor=actor)
        return Outcome(str(action.id))

    return carry_out(preview(list(versions), actor=actor), lambda ids: one_by_one(ids, change))
