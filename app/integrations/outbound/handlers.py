"""Reactions of the webhooks: events that endpoints want become deliveries; administrators hear of one that gave out."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.accounts import queries as accounts
from app.core.access.actor import Role, system_actor
from app.core.db import db
from app.core.events import Entry, on
from app.integrations.outbound import catalogue
from app.integrations.outbound.events import EndpointGaveOut
from app.integrations.outbound.models import WebhookEndpoint
from app.integrations.outbound.services import queueing
from app.notifications.services import bell

bell.kind("webhooks/gave_out", _l("The webhook %(name)s was paused by itself: nothing arrived any more"))


@on(*catalogue.EVENTS)
def queue_webhooks(entry: Entry) -> None:
    """Write what is to be sent to the endpoints of the event's hospital."""
    queueing.queue_event(entry)


@on(EndpointGaveOut)
def tell_of_paused_webhook(entry: Entry) -> None:
    """Tell the hospital's administrators that nothing is sent to this endpoint until somebody resumes it."""
    endpoint = db.session.get(WebhookEndpoint, entry.subject_id)
    if endpoint is None or entry.hospital_id is None:
        return
    people = accounts.people_with_role(entry.hospital_id, Role.HOSPITAL_ADMIN)
    bell.notify(
        [person.id for person in people],
        "webhooks/gave_out",
        about=("webhook_endpoint", endpoint.id),
        url=f"/integrations/webhooks/{endpoint.id}",
        params={"name": endpoint.name},
        once=f"webhook-gave-out:{entry.id}",
        hospital_id=entry.hospital_id,
        actor=system_actor("tell of a paused webhook", entry.hospital_id),
    )
