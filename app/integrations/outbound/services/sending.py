"""Sending: `sending` is committed before the first byte; what came of it decides between done, a later try and giving up.

At least once: a worker that dies while it sends leaves a row that is taken again, with the same webhook-id, so that the
receiver can tell a repeat. A receiver that fails rests for a while: the others do not wait behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import exists, or_, select

from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db import command, db, unit_of_work, uuid7
from app.core.keys.fields import Undecipherable
from app.core.logging import get_logger
from app.core.time import clock
from app.integrations.outbound import posting, signing
from app.integrations.outbound.catalogue import TEST
from app.integrations.outbound.enums import HookState, Problem
from app.integrations.outbound.models import WebhookDelivery, WebhookEndpoint, WebhookTry
from app.integrations.outbound.posting import Outcome
from app.integrations.outbound.services import health, secrets
from app.integrations.outbound.workflow import DELIVERY

log = get_logger(__name__)

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 7200, 28_800, 86_400))
LOST_AFTER = timedelta(minutes=3)  # longer than any request takes
MOST_LOST = 200
LONGEST_PAUSE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one try needs, read before the transaction ends."""

    delivery_id: UUID
    endpoint_id: UUID
    try_id: UUID
    url: str
    body: bytes
    headers: dict[str, str] | None  # None: the secret can not be read


def send_due() -> int:
    """Send one due delivery of each endpoint that does not rest; returns how many were tried (0: nothing is due)."""
    with acting_as(system_actor("send webhooks")) as actor:
        with unit_of_work():
            due = _endpoints_with_work()
        tried = 0
        for endpoint_id in due:
            with unit_of_work():
                ticket = take(endpoint_id, actor=actor)
            if ticket is not None:
                settle(ticket, _hand_over(ticket), actor=actor)
                tried += 1
        db.session.expunge_all()
        return tried


def has_work() -> bool:
    """Tell whether anything is due."""
    return bool(_endpoints_with_work())


def _endpoints_with_work() -> list[UUID]:
    now = clock.now()
    due = exists().where(WebhookDelivery.endpoint_id == WebhookEndpoint.id, WebhookDelivery.next_try_at <= now)
    rested = or_(WebhookEndpoint.rests_until.is_(None), WebhookEndpoint.rests_until <= now)
    query = select(WebhookEndpoint.id).where(rested, due)
    return list(db.session.execute(query.order_by(WebhookEndpoint.failures, WebhookEndpoint.id)).scalars())


def take(endpoint_id: UUID, *, actor: Actor) -> Ticket | None:
    """Claim the oldest due delivery of an endpoint and write `sending`; the caller commits before the first byte leaves."""
    now = clock.now()
    delivery = db.session.execute(
        select(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.next_try_at <= now)
        .order_by(WebhookDelivery.next_try_at, WebhookDelivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if delivery is None:
        return None
    endpoint = db.session.get_one(WebhookEndpoint, endpoint_id, populate_existing=True)
    if endpoint.archived_at is not None or (not endpoint.is_active and delivery.kind != TEST):
        delivery.next_try_at = None  # it was paused or archived in the meantime
        return None
    DELIVERY.apply(delivery, "take", actor=actor)
    delivery.attempts += 1
    delivery.try_id = uuid7()
    delivery.next_try_at, delivery.sending_until = None, now + LOST_AFTER
    body = signing.body_of(delivery.payload)
    headers = _headers(delivery, endpoint, body)
    return Ticket(delivery.id, endpoint.id, delivery.try_id, endpoint.url, body, headers)


def _headers(delivery: WebhookDelivery, endpoint: WebhookEndpoint, body: bytes) -> dict[str, str] | None:
    try:
        keys = secrets.in_force(endpoint)
    except Undecipherable as problem:
        log.error("webhook_secret_lost", endpoint=str(endpoint.id), problem=str(problem))
        return None
    return signing.headers_of(str(delivery.event_id), clock.now(), body, keys)


def _hand_over(ticket: Ticket) -> Outcome:
    """Talk to the receiver, with no transaction open."""
    if ticket.headers is None:
        return Outcome(Problem.NO_SECRET)
    networks = current_app.config["SETTINGS"].webhook_networks
    try:
        return posting.post(ticket.url, ticket.headers, ticket.body, networks)
    except Exception as problem:  # an outside boundary: what nobody thought of is a failed try
        log.error("webhook_failed", delivery=str(ticket.delivery_id), problem=type(problem).__name__, exc_info=True)
        return Outcome(Problem.BROKEN)


@command
def settle(ticket: Ticket, outcome: Outcome, *, actor: Actor) -> None:
    """Write what came of a try; nothing when another try has begun meanwhile (this worker was taken for lost)."""
    endpoint = db.session.execute(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.id == ticket.endpoint_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    delivery = db.session.execute(
        select(WebhookDelivery)
        .where(WebhookDelivery.id == ticket.delivery_id, WebhookDelivery.try_id == ticket.try_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if delivery is None or delivery.state != HookState.SENDING:
        return
    delivery.sending_until = None
    delivery.problem, delivery.answer_code = outcome.problem, outcome.code
    delivery.answer_text, delivery.took_ms = outcome.text, outcome.took_ms
    _keep(delivery, outcome)
    if outcome.problem:
        _try_later(delivery, outcome, actor)
        health.note_failure(endpoint, outcome, is_test=delivery.kind == TEST, actor=actor)
        if not endpoint.is_active:
            delivery.next_try_at = None
    else:
        DELIVERY.apply(delivery, "deliver", actor=actor)
        health.note_success(endpoint)


def _keep(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Keep a try beside those before it; of an answer that took the event nothing is kept but its code."""
    db.session.add(
        WebhookTry(
            hospital_id=delivery.hospital_id,
            delivery_id=delivery.id,
            begun_at=delivery.tried_at or clock.now(),
            problem=outcome.problem,
            answer_code=outcome.code,
            answer_text=outcome.text if outcome.problem else "",
            took_ms=outcome.took_ms,
        )
    )


def _try_later(delivery: WebhookDelivery, outcome: Outcome, actor: Actor) -> None:
    """Plan the next try, later each time and not before the receiver asked for; after the last one give up."""
    if delivery.attempts > len(PAUSES) or delivery.kind == TEST or outcome.problem == Problem.GONE:
        DELIVERY.apply(delivery, "give_up", actor=actor)
        return
    DELIVERY.apply(delivery, "fail", actor=actor)
    asked = min(timedelta(seconds=outcome.retry_after or 0), LONGEST_PAUSE)
    delivery.next_try_at = clock.now() + max(PAUSES[delivery.attempts - 1], asked)


def retake_lost() -> int:
    """Take what a dead worker left as `sending`: it is sent again at once, with the same id. Returns how many."""
    with acting_as(system_actor("retake lost webhooks")) as actor, unit_of_work():
        found = db.session.execute(
            select(WebhookDelivery)
            .where(WebhookDelivery.sending_until <= clock.now())
            .order_by(WebhookDelivery.sending_until)
            .limit(MOST_LOST)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        ).scalars()
        rows = list(found)
        for delivery in rows:
            delivery.sending_until, delivery.problem = None, Problem.LOST
            _keep(delivery, Outcome(Problem.LOST, took_ms=None))
            if delivery.attempts > len(PAUSES):
                DELIVERY.apply(delivery, "give_up", actor=actor)
                continue
            DELIVERY.apply(delivery, "fail", actor=actor)
            delivery.next_try_at = clock.now()
        db.session.flush()
        return len(rows)
