"""Keeping deliveries for a time: what ended is removed after a month, what was held for two weeks is given up."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.time import clock
from app.integrations.outbound.enums import ENDED, OPEN, Problem
from app.integrations.outbound.models import WebhookDelivery, WebhookTry
from app.integrations.outbound.workflow import DELIVERY

KEPT = timedelta(days=30)
HELD = timedelta(days=14)
PART = 1_000


@command
def give_up_held(*, actor: Actor) -> int:
    """Give up what waits without a next try since two weeks: its endpoint is paused or archived. Returns how many."""
    rows = db.session.execute(
        select(WebhookDelivery)
        .where(
            WebhookDelivery.created_at < clock.now() - HELD,
            WebhookDelivery.state.in_(OPEN),
            WebhookDelivery.next_try_at.is_(None),
        )
        .limit(PART)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).scalars()
    count = 0
    for delivery in rows:
        DELIVERY.apply(delivery, "give_up", actor=actor)
        delivery.problem = Problem.TOO_OLD
        count += 1
    return count


@command
def forget_old(*, actor: Actor) -> int:
    """Remove what ended and is older than a month; the event itself stays in the log. Returns how many."""
    old = (
        select(WebhookDelivery.id)
        .where(WebhookDelivery.created_at < clock.now() - KEPT, WebhookDelivery.state.in_(ENDED))
        .limit(PART)
    )
    ids = list(db.session.execute(old).scalars())
    if ids:
        db.session.execute(delete(WebhookTry).where(WebhookTry.delivery_id.in_(ids)))
        db.session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(ids)))
    return len(ids)
