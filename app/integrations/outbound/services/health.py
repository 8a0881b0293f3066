"""How an endpoint does: it rests after failures, and is paused by itself when nothing arrived for days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from app.core.access.actor import Actor
from app.core.db import db
from app.core.events import record
from app.core.time import clock
from app.integrations.outbound.enums import OPEN, PauseReason, Problem
from app.integrations.outbound.events import EndpointGaveOut
from app.integrations.outbound.models import WebhookDelivery, WebhookEndpoint
from app.integrations.outbound.posting import Outcome

FAILING_FOR = timedelta(days=3)
SHORTEST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=5)


def note_success(endpoint: WebhookEndpoint) -> None:
    """Note that something arrived: the endpoint is well again."""
    _note(endpoint, succeeded_at=clock.now(), failing_since=None, failures=0, rests_until=None)


def note_failure(endpoint: WebhookEndpoint, outcome: Outcome, *, is_test: bool, actor: Actor) -> None:
    """Note a failure: rest, twice as long each time up to 5 minutes; after three days of failures, or 410, pause.

    A test that fails says nothing of the endpoint: somebody is looking at it right now.
    """
    if is_test:
        return
    now = clock.now()
    failures, since = endpoint.failures + 1, endpoint.failing_since or now
    rest = min(SHORTEST_REST * 2 ** min(failures - 1, 10), LONGEST_REST)
    _note(endpoint, failed_at=now, failing_since=since, failures=failures, rests_until=now + rest)
    reason = PauseReason.GONE if outcome.problem == Problem.GONE else PauseReason.FAILING
    if endpoint.is_active and (reason is PauseReason.GONE or now - since >= FAILING_FOR):
        hold(endpoint, reason)
        record(EndpointGaveOut(endpoint.id, endpoint.hospital_id, reason), actor=actor)


def wake(endpoint: WebhookEndpoint) -> None:
    """End the rest of an endpoint: somebody wants to see now whether it takes something."""
    _note(endpoint, rests_until=None)


def hold(endpoint: WebhookEndpoint, reason: PauseReason) -> None:
    """Pause an endpoint that the caller has locked: what waits for it has no next try until it is resumed."""
    endpoint.is_active, endpoint.pause_reason = False, reason
    set_next_try(endpoint, None)


def set_next_try(endpoint: WebhookEndpoint, at: datetime | None) -> None:
    """Set when what waits for an endpoint is tried next; None holds it."""
    db.session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.state.in_(OPEN))
        .values(next_try_at=at)
    )


def _note(endpoint: WebhookEndpoint, **values: Any) -> None:
    """Write how it does without raising the version: a form that somebody has open stays good."""
    db.session.execute(update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint.id).values(**values))
