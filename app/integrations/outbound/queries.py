"""Readers of the webhooks: endpoints with their counts, and deliveries by key."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select, tuple_

from app.core.access.actor import Actor
from app.core.access.policy import load, visible
from app.core.db import db
from app.core.errors import Conflict
from app.integrations.outbound.enums import ENDED, OPEN, HookState
from app.integrations.outbound.models import WebhookDelivery, WebhookEndpoint
from app.integrations.policy import Perm

PAGE = 30
COUNT_CAP = 10_000
MOST_AT_ONCE = 500
ARCHIVED = _l("This record is archived.")


def endpoints(*, actor: Actor) -> Select[Any]:
    """Give the endpoints that are in use and visible to the actor, for a list."""
    return select(WebhookEndpoint).where(
        visible(WebhookEndpoint, actor, Perm.SETUP_READ), WebhookEndpoint.archived_at.is_(None)
    )


def deliveries(endpoint_id: UUID, *, actor: Actor) -> Select[Any]:
    """Give the deliveries of an endpoint. NotFound: the actor may not see it."""
    get(endpoint_id, actor=actor)
    return select(WebhookDelivery).where(
        visible(WebhookDelivery, actor, Perm.SETUP_READ), WebhookDelivery.endpoint_id == endpoint_id
    )


def get(endpoint_id: UUID, *, actor: Actor) -> WebhookEndpoint:
    """Find one endpoint."""
    return load(WebhookEndpoint, endpoint_id, actor=actor, needs=Perm.SETUP_READ)


def get_for_update(endpoint_id: UUID, *, actor: Actor, version: int | None = None) -> WebhookEndpoint:
    """Find one endpoint to change it, locked. Conflict: it is archived, or somebody changed it since `version`."""
    found = load(
        WebhookEndpoint, endpoint_id, actor=actor, needs=Perm.SETUP, sees=Perm.SETUP_READ, version=version, lock=True
    )
    if found.archived_at is not None:
        raise Conflict(ARCHIVED, code="archived", current=found)
    return found


def get_delivery(delivery_id: UUID, *, actor: Actor) -> WebhookDelivery:
    """Find one delivery; its `tries` are all requests that were made for it, newest first."""
    return load(WebhookDelivery, delivery_id, actor=actor, needs=Perm.SETUP_READ)


@dataclass(frozen=True, slots=True)
class Line:
    """An endpoint with how many deliveries wait and how many were given up, each of the 10,000 newest."""

    endpoint: WebhookEndpoint
    waiting: int
    dead: int


def list_endpoints(*, actor: Actor) -> list[Line]:
    """Give all endpoints by name with their counts: two statements."""
    rows = db.session.execute(endpoints(actor=actor).order_by(WebhookEndpoint.name, WebhookEndpoint.id)).scalars().all()
    wanted = [row.id for row in rows]
    state = WebhookDelivery.state
    counts = db.session.execute(
        select(
            WebhookDelivery.endpoint_id,
            func.count().filter(state.in_(OPEN)),
            func.count().filter(state == HookState.DEAD),
        )
        .where(WebhookDelivery.endpoint_id.in_(wanted), state.in_([*OPEN, HookState.DEAD]))
        .group_by(WebhookDelivery.endpoint_id)
    ).all()
    known = {endpoint_id: (waiting, dead) for endpoint_id, waiting, dead in counts}
    return [Line(row, *known.get(row.id, (0, 0))) for row in rows]


def counts_of(endpoint_id: UUID, *, actor: Actor) -> Mapping[str, int]:
    """Count an endpoint's deliveries by state, of the 10,000 newest."""
    newest = (
        deliveries(endpoint_id, actor=actor)
        .with_only_columns(WebhookDelivery.state)
        .order_by(WebhookDelivery.created_at.desc())
        .limit(COUNT_CAP)
        .subquery()
    )
    rows = db.session.execute(select(newest.c.state, func.count().label("number")).group_by(newest.c.state))
    return {row.state: row.number for row in rows}


def list_deliveries(
    endpoint_id: UUID, state: str, *, actor: Actor, before: tuple[datetime, UUID] | None = None
) -> Sequence[WebhookDelivery]:
    """Give an endpoint's deliveries, newest first, by key, one more than a page."""
    query = deliveries(endpoint_id, actor=actor)
    if state:
        query = query.where(WebhookDelivery.state == state)
    if before is not None:
        query = query.where(tuple_(WebhookDelivery.created_at, WebhookDelivery.id) < before)
    query = query.order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id.desc())
    return db.session.execute(query.limit(PAGE + 1)).scalars().all()


def redeliverable(endpoint_id: UUID, ids: Collection[UUID], *, actor: Actor) -> list[UUID]:
    """Give which deliveries can be sent again, oldest first, up to 500: of `ids`, or, without any, all that were given up."""
    query = deliveries(endpoint_id, actor=actor)
    if ids:
        query = query.where(WebhookDelivery.id.in_(ids), WebhookDelivery.state.in_(ENDED))
    else:
        query = query.where(WebhookDelivery.state == HookState.DEAD)
    ordered = query.with_only_columns(WebhookDelivery.id).order_by(WebhookDelivery.created_at, WebhookDelivery.id)
    return list(db.session.execute(ordered.limit(MOST_AT_ONCE)).scalars())
