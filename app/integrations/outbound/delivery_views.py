"""Pages of one delivery, and sending one or many again."""

from __future__ import annotations

import json
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import Conflict
from app.core.web import current_actor, page, requires, see_other
from app.core.web.chosen import read_ids
from app.integrations.outbound import catalogue, queries
from app.integrations.outbound.services import redelivery
from app.integrations.outbound.workflow import DELIVERY
from app.integrations.policy import Perm

bp = Blueprint("outbound_deliveries", __name__, url_prefix="/integrations/webhooks")
MOST_TRIES = 50  # of one delivery on its page


@bp.get("/deliveries/<uuid:webhook_delivery_id>")
@requires(Perm.SETUP_READ)
def show(webhook_delivery_id: UUID) -> Response:
    """Show one delivery: what was said, how far it is, what the receiver answered to each try."""
    delivery = queries.get_delivery(webhook_delivery_id, actor=current_actor)
    endpoint = queries.get(delivery.endpoint_id, actor=current_actor)
    return page(
        "integrations/webhooks/delivery.html",
        delivery=delivery,
        endpoint=endpoint,
        label=catalogue.label_of(delivery.kind),
        tries=delivery.tries[:MOST_TRIES],
        more_tries=len(delivery.tries) > MOST_TRIES,
        payload=json.dumps(delivery.payload, indent=2, sort_keys=True),
        steps=DELIVERY.open_steps(delivery, current_actor) if endpoint.archived_at is None else [],
    )


@bp.post("/deliveries/<uuid:webhook_delivery_id>/redelivery")
@requires(Perm.SETUP)
def redeliver(webhook_delivery_id: UUID) -> Response:
    """Send one again, or say why it can not go."""
    where = url_for("outbound_deliveries.show", webhook_delivery_id=webhook_delivery_id)
    try:
        redelivery.redeliver(webhook_delivery_id, actor=current_actor)
    except Conflict as refusal:
        return see_other(where, toast=refusal.message)
    return see_other(where, toast=_("It is sent again with the same id."))


@bp.get("/<uuid:endpoint_id>/redelivery")
@requires(Perm.SETUP)
def ask_many(endpoint_id: UUID) -> Response:
    """Show how many would be sent again, before anything happens: the selected ones, or all that were given up."""
    endpoint = queries.get(endpoint_id, actor=current_actor)
    wanted = read_ids(request.args.getlist("ids"), queries.MOST_AT_ONCE)
    found = queries.redeliverable(endpoint_id, wanted, actor=current_actor)
    return page(
        "integrations/webhooks/again.html",
        endpoint=endpoint,
        ids=found,
        passed_over=max(len(wanted) - len(found), 0),
        most=queries.MOST_AT_ONCE,
    )


@bp.post("/<uuid:endpoint_id>/redelivery")
@requires(Perm.SETUP)
def redeliver_many(endpoint_id: UUID) -> Response:
    """Send again what the page before showed."""
    queries.get(endpoint_id, actor=current_actor)
    wanted = read_ids(request.form.getlist("ids"), queries.MOST_AT_ONCE)
    found = queries.redeliverable(endpoint_id, wanted, actor=current_actor) if wanted else []
    went = redelivery.redeliver_many(found, actor=current_actor)
    told = ngettext("%(num)s event is sent again.", "%(num)s events are sent again.", went)
    return see_other(url_for("outbound.show", endpoint_id=endpoint_id), toast=told)
