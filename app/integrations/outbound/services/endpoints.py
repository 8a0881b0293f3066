"""Endpoints: made, changed, paused, resumed, archived."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital
from app.core.db import after_commit, command, db
from app.core.errors import Invalid, NotAllowed
from app.core.events import Change, record
from app.core.time import clock
from app.integrations.outbound import addresses, queries, signing
from app.integrations.outbound.catalogue import KINDS
from app.integrations.outbound.enums import PauseReason
from app.integrations.outbound.events import EndpointChanged
from app.integrations.outbound.models import WebhookEndpoint
from app.integrations.outbound.services import health, queueing, secrets
from app.integrations.policy import Perm

MOST_OF_A_HOSPITAL = 20


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """What an administrator says of an endpoint."""

    name: str
    url: str
    kinds: tuple[str, ...]


@command
def create(
    *, hospital_id: UUID, facts: EndpointFacts, actor: Actor, secret: str | None = None
) -> tuple[WebhookEndpoint, str]:
    """Make an endpoint of a hospital; gives it with its secret, which is shown this once.

    Invalid: the name is empty, the address is no https address or a private one, no kind or an unknown one was chosen, or
    the hospital has twenty endpoints already. NotAllowed: another hospital.
    """
    if not can_reach_hospital(actor, Perm.SETUP, hospital_id):
        raise NotAllowed()
    _check(facts)
    known = select(func.count(WebhookEndpoint.id)).where(
        WebhookEndpoint.hospital_id == hospital_id, WebhookEndpoint.archived_at.is_(None)
    )
    if db.session.execute(known).scalar_one() >= MOST_OF_A_HOSPITAL:
        raise Invalid(name=_("A hospital has at most twenty webhooks."))
    secret = secret or signing.new_secret()
    endpoint = WebhookEndpoint(hospital_id=hospital_id)
    _write(endpoint, facts)
    secrets.give(endpoint, secret)
    db.session.add(endpoint)
    db.session.flush()
    record(EndpointChanged(endpoint.id, hospital_id, "created"), actor=actor)
    return endpoint, secret


@command
def change(endpoint_id: UUID, facts: EndpointFacts, *, version: int, actor: Actor) -> WebhookEndpoint:
    """Change name, address and kinds; events that wait go to the new address. Raises Invalid and Conflict."""
    endpoint = queries.get_for_update(endpoint_id, actor=actor, version=version)
    _check(facts)
    if endpoint.url != facts.url:
        _forget_failures(endpoint)
    _write(endpoint, facts)
    changed = Change.of(
        endpoint, leave_out=frozenset({"updated_at", "version", "failing_since", "failures", "rests_until"})
    )
    db.session.flush()
    record(EndpointChanged(endpoint.id, endpoint.hospital_id, "changed"), actor=actor, change=changed)
    return endpoint


@command
def pause(endpoint_id: UUID, *, version: int | None = None, actor: Actor) -> WebhookEndpoint:
    """Send nothing until it is resumed; what happens meanwhile waits, for up to two weeks. Again is harmless."""
    endpoint = queries.get_for_update(endpoint_id, actor=actor, version=version)
    if endpoint.is_active:
        health.hold(endpoint, PauseReason.PERSON)
        record(EndpointChanged(endpoint.id, endpoint.hospital_id, "paused"), actor=actor)
    return endpoint


@command
def resume(endpoint_id: UUID, *, version: int | None = None, actor: Actor) -> WebhookEndpoint:
    """Send again, beginning with what waited. Again is harmless."""
    endpoint = queries.get_for_update(endpoint_id, actor=actor, version=version)
    if endpoint.is_active:
        return endpoint
    endpoint.is_active, endpoint.pause_reason = True, ""
    _forget_failures(endpoint)
    health.set_next_try(endpoint, clock.now())
    record(EndpointChanged(endpoint.id, endpoint.hospital_id, "resumed"), actor=actor)
    after_commit(queueing.nudge)
    return endpoint


@command
def archive(endpoint_id: UUID, *, version: int | None = None, actor: Actor) -> None:
    """Take an endpoint out of use for good; what still waited for it is not sent."""
    endpoint = queries.get_for_update(endpoint_id, actor=actor, version=version)
    endpoint.archived_at, endpoint.archived_by_id = clock.now(), actor.id
    health.hold(endpoint, PauseReason.PERSON)
    record(EndpointChanged(endpoint.id, endpoint.hospital_id, "archived"), actor=actor)


def _forget_failures(endpoint: WebhookEndpoint) -> None:
    endpoint.failing_since, endpoint.failures, endpoint.rests_until = None, 0, None


def _write(endpoint: WebhookEndpoint, facts: EndpointFacts) -> None:
    endpoint.name, endpoint.url, endpoint.kinds = facts.name, facts.url, [code for code in KINDS if code in facts.kinds]


def _check(facts: EndpointFacts) -> None:
    settings = current_app.config["SETTINGS"]
    wrong = {}
    if not facts.name:
        wrong["name"] = _("This field is required.")
    if not facts.kinds or not set(facts.kinds) <= set(KINDS):
        wrong["kinds"] = _("Choose at least one kind of event of the list.")
    url = addresses.parsed(facts.url, allows_http=not settings.is_production)
    if url is None:
        wrong["url"] = _("Give a web address that begins with https://, without a user name and without #.")
    elif addresses.looks_private(url.host, settings.webhook_networks):
        wrong["url"] = _("This address is inside a private network, which is refused.")
    if wrong:
        raise Invalid(**wrong)
