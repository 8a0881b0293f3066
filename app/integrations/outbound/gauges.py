"""What the health page shows of the webhooks: how old what waits is, what was given up, which endpoints are paused."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.core.db import db
from app.core.health import Gauge, gauges
from app.core.time import clock
from app.integrations.outbound.enums import HookState, PauseReason
from app.integrations.outbound.models import WebhookDelivery, WebhookEndpoint

LATE_SECONDS = 300


@gauges
def webhooks() -> list[Gauge]:
    """Give the lines of the reader's hospitals; the wall narrows them. One statement."""
    now = clock.now()
    due = select(func.min(WebhookDelivery.next_try_at)).where(WebhookDelivery.next_try_at <= now).scalar_subquery()
    dead = select(func.count(WebhookDelivery.id)).where(WebhookDelivery.state == HookState.DEAD).scalar_subquery()
    by_itself = WebhookEndpoint.pause_reason.in_([PauseReason.FAILING, PauseReason.GONE])
    oldest, given_up, paused, gave_out = db.session.execute(
        select(
            due,
            dead,
            func.count(WebhookEndpoint.id).filter(~WebhookEndpoint.is_active),
            func.count(WebhookEndpoint.id).filter(~WebhookEndpoint.is_active, by_itself),
        )
        .select_from(WebhookEndpoint)
        .where(WebhookEndpoint.archived_at.is_(None))
    ).one()
    age = round(max((now - oldest).total_seconds(), 0)) if oldest else 0
    return [
        Gauge(_l("Age of the oldest waiting webhook delivery, seconds"), age, age < LATE_SECONDS),
        Gauge(_l("Webhook deliveries given up"), given_up, given_up == 0),
        Gauge(_l("Webhooks paused"), paused, gave_out == 0),
    ]
