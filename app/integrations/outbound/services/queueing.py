"""Writing what is to be sent: one row per endpoint and event, in the transaction of the event's handler."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core import throttle
from app.core.access.actor import Actor
from app.core.access.wall import passage
from app.core.db import after_commit, command, db, uuid7
from app.core.events import Entry, record
from app.core.events.outbox import entry_of
from app.core.jobs import nudge_once
from app.core.time import clock
from app.integrations.outbound import catalogue, queries
from app.integrations.outbound.enums import HookState
from app.integrations.outbound.events import EndpointTested
from app.integrations.outbound.models import WebhookDelivery, WebhookEndpoint
from app.integrations.outbound.services import health


def queue_event(entry: Entry) -> None:
    """Write a delivery of this event for each endpoint of its hospital that wants it; those of paused ones are held.

    The same event again writes nothing.
    """
    kind = catalogue.kind_of(entry)
    if kind is None or entry.hospital_id is None:
        return
    # locked for reading, so that nobody pauses or resumes an endpoint between this look and the row
    found = db.session.execute(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.hospital_id == entry.hospital_id, WebhookEndpoint.archived_at.is_(None))
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).scalars()
    wanted = [endpoint for endpoint in found if kind.code in endpoint.kinds]
    _write(wanted, catalogue.payload_of(entry, kind.code, kind.fields), entry)


@command
def send_test(endpoint_id: UUID, *, actor: Actor) -> UUID:
    """Send a test event to an endpoint, also to a paused one; gives the id of its delivery.

    Conflict: it is archived. TooMany: too many tests.
    """
    throttle.hit("webhook.test", str(actor.id))
    endpoint = queries.get_for_update(endpoint_id, actor=actor)
    event_id = record(EndpointTested(endpoint.id, endpoint.hospital_id), actor=actor)
    entry = entry_of(event_id)
    health.wake(endpoint)
    _write([endpoint], catalogue.payload_of(entry, catalogue.TEST), entry, is_test=True)
    return db.session.execute(
        select(WebhookDelivery.id).where(
            WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.event_id == event_id
        )
    ).scalar_one()


def _write(
    endpoints: Iterable[WebhookEndpoint], payload: dict[str, Any], entry: Entry, *, is_test: bool = False
) -> None:
    now = clock.now()
    rows = [_row(each, payload, entry, now if each.is_active or is_test else None, now) for each in endpoints]
    if not rows:
        return
    with passage("the rows are of the event's own hospital; one per endpoint and event"):
        db.session.execute(
            insert(WebhookDelivery).values(rows).on_conflict_do_nothing(index_elements=["endpoint_id", "event_id"])
        )
    after_commit(nudge)


def _row(
    endpoint: WebhookEndpoint, payload: dict[str, Any], entry: Entry, next_try_at: datetime | None, now: datetime
) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "created_at": now,
        "updated_at": now,
        "hospital_id": endpoint.hospital_id,
        "endpoint_id": endpoint.id,
        "event_id": entry.id,
        "kind": payload["type"],
        "payload": payload,
        "occurred_at": entry.at,
        "state": HookState.WAITING,
        "attempts": 0,
        "next_try_at": next_try_at,
        "problem": "",
        "answer_text": "",
    }


def nudge() -> None:
    """Wake the sender."""
    from app.integrations.outbound.jobs import send_webhooks

    nudge_once(send_webhooks)
