"""Sending again by hand, one delivery or many, with the same id."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import after_commit, command, db
from app.core.errors import Conflict
from app.core.events import record
from app.core.time import clock
from app.integrations.outbound.catalogue import TEST
from app.integrations.outbound.events import DeliveryRedelivered
from app.integrations.outbound.models import WebhookDelivery, WebhookEndpoint
from app.integrations.outbound.services import health, queueing
from app.integrations.outbound.workflow import DELIVERY
from app.integrations.policy import Perm

ARCHIVED = _l("This record is archived.")


@command
def redeliver(delivery_id: UUID, *, actor: Actor) -> WebhookDelivery:
    """Send a delivery that ended once more, with the same id and all its tries before it; a paused endpoint gets it later.

    Conflict: it is still under way, or its endpoint is archived.
    """
    known = load(WebhookDelivery, delivery_id, actor=actor, needs=Perm.SETUP, sees=Perm.SETUP_READ)
    # the endpoint first, as everyone who locks both: nobody pauses or resumes it meanwhile
    endpoint = db.session.get_one(WebhookEndpoint, known.endpoint_id, with_for_update=True, populate_existing=True)
    delivery = load(WebhookDelivery, delivery_id, actor=actor, needs=Perm.SETUP, sees=Perm.SETUP_READ, lock=True)
    if endpoint.archived_at is not None:
        raise Conflict(ARCHIVED, code="archived", current=delivery)
    DELIVERY.apply(delivery, "redeliver", actor=actor)
    delivery.attempts = 0
    delivery.next_try_at = clock.now() if endpoint.is_active or delivery.kind == TEST else None
    health.wake(endpoint)
    record(DeliveryRedelivered(endpoint.id, endpoint.hospital_id, delivery.id), actor=actor)
    after_commit(queueing.nudge)
    return delivery


@command
def redeliver_many(delivery_ids: Iterable[UUID], *, actor: Actor) -> int:
    """Send several deliveries again; those that are under way are passed over. Gives how many went. NotFound: not one's own."""
    count = 0
    for delivery_id in delivery_ids:
        try:
            with db.session.begin_nested():
                redeliver(delivery_id, actor=actor)
        except Conflict:
            continue
        count += 1
    return count
