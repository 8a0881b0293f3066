"""Where providers send their receipts: a secret address, a signature, and 403 for anything that is not signed right."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, make_response, request
from sqlalchemy import select

from app.core import throttle
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import NotAllowed, NotFound
from app.core.keys.links import handle_of
from app.core.web import public
from app.notifications.enums import Channel
from app.notifications.gateways import SIMULATOR
from app.notifications.models import Provider
from app.notifications.receipts import Arrived, BadSignature, read
from app.notifications.services import providers, receipts

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")

WHY = "providers report from outside; the address is secret and every report is signed"


@bp.post("/<token>/")
@public(WHY, csrf=False)
def take(token: str) -> Response:
    """Take receipts; a repeat is harmless, an unknown message is kept."""
    throttle.hit("webhook.address", request.remote_addr or "")
    with acting_as(system_actor("a provider's receipt")) as actor:
        provider = _provider(token)
        arrived = Arrived(
            providers.callback_url(provider), dict(request.headers), request.get_data(), dict(request.form)
        )
        try:
            found = read(
                _shape(provider),
                arrived,
                providers.secrets_of(provider),
                is_signed=not provider.settings.get("unsigned_receipts"),
            )
        except BadSignature as problem:
            raise NotAllowed() from problem
        for receipt in found:
            receipts.take(provider, receipt, actor=actor)
    return make_response("", 204)


@bp.get("/<token>/")
@public(WHY, csrf=False)
def handshake(token: str) -> Response:
    """Answer WhatsApp's question whether the address is ours."""
    with acting_as(system_actor("a provider's handshake")):
        provider = _provider(token)
        wanted = providers.secrets_of(provider).get("verify_token", "")
    given = request.args.get("hub.verify_token", "")
    if not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise NotAllowed()
    response = make_response(request.args.get("hub.challenge", "")[:200])
    response.mimetype = "text/plain"
    return response


def _shape(provider: Provider) -> str:
    """Give the kind in whose shape the receipts come; the simulator plays others."""
    if provider.kind != SIMULATOR:
        return provider.kind
    return "whatsapp" if provider.channel == Channel.WHATSAPP else "http"


def _provider(token: str) -> Provider:
    handle = handle_of("receipt", token)
    provider = (
        db.session.execute(select(Provider).where(Provider.receipt_handle == handle)).scalar_one_or_none()
        if handle
        else None
    )
    if provider is None:
        raise NotFound()
    return provider
