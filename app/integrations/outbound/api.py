"""The REST door of the webhooks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, truth, uuid
from app.core.web import current_actor, requires
from app.integrations.outbound import queries
from app.integrations.outbound import schemas as s
from app.integrations.outbound.models import WebhookDelivery, WebhookEndpoint
from app.integrations.outbound.services import endpoints, queueing, redelivery, secrets
from app.integrations.outbound.services.endpoints import EndpointFacts
from app.integrations.policy import Perm

bp = APIBlueprint("outbound_api", __name__, url_prefix="/api/integrations/webhooks")

ENDPOINTS = Listing(
    ordering={name: getattr(WebhookEndpoint, name) for name in ("name", "created_at", "id")},
    default="name",
    filters={
        "hospital_id": equals(WebhookEndpoint.hospital_id, uuid),
        "is_active": equals(WebhookEndpoint.is_active, truth),
    },
)
DELIVERIES = Listing(
    ordering={name: getattr(WebhookDelivery, name) for name in ("created_at", "tried_at", "id")},
    default="-created_at",
    filters={
        "state": equals(WebhookDelivery.state),
        "kind": equals(WebhookDelivery.kind),
        "event_id": equals(WebhookDelivery.event_id, uuid),
    },
)


@bp.get("/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(s.WebhookOut))
@documented(bp, "List webhooks", "GET")
@requires(Perm.SETUP_READ)
def list_webhooks(query_data: ListQuery) -> dict[str, Any]:
    """Give the endpoints of the caller's hospitals."""
    return listing(queries.endpoints(actor=current_actor), ENDPOINTS, query_data)


@bp.post("/")
@bp.input(s.WebhookIn)
@bp.output(s.WebhookMade, status_code=201)
@documented(bp, "Make a webhook", "POST")
@requires(Perm.SETUP)
def create(json_data: s.WebhookIn) -> Any:
    """Make an endpoint; its secret is in this answer and in no other."""
    facts = EndpointFacts(json_data.name, json_data.url, tuple(json_data.kinds))
    row, secret = endpoints.create(hospital_id=json_data.hospital_id, facts=facts, actor=current_actor)
    return {**{name: getattr(row, name) for name in s.WebhookOut.model_fields}, "secret": secret}


@bp.get("/<uuid:endpoint_id>/")
@bp.output(s.WebhookOut)
@documented(bp, "Read a webhook", "GET")
@requires(Perm.SETUP_READ)
def read(endpoint_id: UUID) -> Any:
    """Give one endpoint, without its secret."""
    return queries.get(endpoint_id, actor=current_actor)


@bp.patch("/<uuid:endpoint_id>/")
@bp.input(s.WebhookPatch)
@bp.output(s.WebhookOut)
@documented(bp, "Change a webhook", "PATCH")
@requires(Perm.SETUP)
def change(endpoint_id: UUID, json_data: s.WebhookPatch) -> Any:
    """Set some of an endpoint."""
    row = queries.get(endpoint_id, actor=current_actor)
    facts = EndpointFacts(json_data.name or row.name, json_data.url or row.url, tuple(json_data.kinds or row.kinds))
    return endpoints.change(endpoint_id, facts, version=json_data.version, actor=current_actor)


@bp.delete("/<uuid:endpoint_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive a webhook", "DELETE")
@requires(Perm.SETUP)
def archive(endpoint_id: UUID) -> tuple[str, int]:
    """Take an endpoint out of use for good."""
    endpoints.archive(endpoint_id, actor=current_actor)
    return "", 204


@bp.post("/<uuid:endpoint_id>/rotate_secret/")
@bp.output(s.WebhookSecretOut)
@documented(bp, "Give a webhook a new secret", "POST")
@requires(Perm.SETUP)
def rotate(endpoint_id: UUID) -> dict[str, str]:
    """Give a new secret, once; the old one signs beside it for another day."""
    return {"secret": secrets.rotate(endpoint_id, actor=current_actor)}


@bp.post("/<uuid:endpoint_id>/stop_old_secret/")
@bp.output({}, status_code=204)
@documented(bp, "Stop a webhook's old secret now", "POST")
@requires(Perm.SETUP)
def stop_old(endpoint_id: UUID) -> tuple[str, int]:
    """End the day that the old secret has left."""
    secrets.stop_old(endpoint_id, actor=current_actor)
    return "", 204


@bp.post("/<uuid:endpoint_id>/pause/")
@bp.output(s.WebhookOut)
@documented(bp, "Pause a webhook", "POST")
@requires(Perm.SETUP)
def pause(endpoint_id: UUID) -> Any:
    """Send nothing until it is resumed; what happens meanwhile waits."""
    return endpoints.pause(endpoint_id, actor=current_actor)


@bp.post("/<uuid:endpoint_id>/resume/")
@bp.output(s.WebhookOut)
@documented(bp, "Resume a webhook", "POST")
@requires(Perm.SETUP)
def resume(endpoint_id: UUID) -> Any:
    """Send again, beginning with what waited."""
    return endpoints.resume(endpoint_id, actor=current_actor)


@bp.post("/<uuid:endpoint_id>/test/")
@bp.output(s.WebhookTestOut, status_code=202)
@documented(bp, "Send a test event", "POST")
@requires(Perm.SETUP)
def test(endpoint_id: UUID) -> dict[str, UUID]:
    """Send a test event, also to a paused endpoint."""
    return {"delivery_id": queueing.send_test(endpoint_id, actor=current_actor)}


@bp.get("/<uuid:endpoint_id>/deliveries/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(s.WebhookDeliveryOut))
@documented(bp, "List a webhook's deliveries", "GET")
@requires(Perm.SETUP_READ)
def list_deliveries(endpoint_id: UUID, query_data: ListQuery) -> dict[str, Any]:
    """Give what was and will be sent to an endpoint."""
    return listing(queries.deliveries(endpoint_id, actor=current_actor), DELIVERIES, query_data)


@bp.post("/<uuid:endpoint_id>/redeliver/")
@bp.input(s.RedeliverIn)
@bp.output(s.RedeliveredOut)
@documented(bp, "Send deliveries again", "POST")
@requires(Perm.SETUP)
def redeliver_many(endpoint_id: UUID, json_data: s.RedeliverIn) -> dict[str, int]:
    """Send up to 500 deliveries again: those named, or the oldest that were given up."""
    found = queries.redeliverable(endpoint_id, json_data.ids, actor=current_actor)
    return {"count": redelivery.redeliver_many(found, actor=current_actor)}


@bp.get("/deliveries/<uuid:webhook_delivery_id>/")
@bp.output(s.WebhookDeliveryTriedOut)
@documented(bp, "Read a delivery", "GET")
@requires(Perm.SETUP_READ)
def read_delivery(webhook_delivery_id: UUID) -> Any:
    """Give one delivery with every try."""
    return queries.get_delivery(webhook_delivery_id, actor=current_actor)


@bp.post("/deliveries/<uuid:webhook_delivery_id>/redeliver/")
@bp.output(s.WebhookDeliveryOut)
@documented(bp, "Send a delivery again", "POST")
@requires(Perm.SETUP)
def redeliver(webhook_delivery_id: UUID) -> Any:
    """Send one delivery again, with the same id."""
    return redelivery.redeliver(webhook_delivery_id, actor=current_actor)
