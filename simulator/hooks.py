"""A receiver of webhooks: checks each signature by the words of the convention, keeps what came, and shows it on a page."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from flask import Flask, Response, jsonify, render_template, request

from app.core.time import clock
from simulator.store import Store

HOOK_SECRET = "whsec_cHgzNjAtc2ltdWxhdG9yLXdlYmhvb2stc2VjcmV0LTE="  # known to both sides in development only
TOLERANCE_SECONDS = 300


def verdict(headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Judge a request: `good`, or why it is not: `missing`, `old`, `forged`."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not (message_id and stamp.isascii() and stamp.isdigit() and given):
        return "missing"
    if abs(now - int(stamp)) > TOLERANCE_SECONDS:
        return "old"
    key = base64.b64decode(HOOK_SECRET.removeprefix("whsec_"))
    mac = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    wanted = "v1," + base64.b64encode(mac).decode()
    return "good" if any(hmac.compare_digest(each, wanted) for each in given.split()) else "forged"


def add_to(app: Flask, store: Store) -> None:
    """Add the receiver and its page."""

    @app.post("/hooks/")
    def take() -> tuple[Response, int]:
        body = request.get_data()
        judged = verdict(
            {name.lower(): value for name, value in request.headers.items()}, body, clock.now().timestamp()
        )
        store.take_hook(request.headers.get("webhook-id", ""), judged, body.decode("utf-8", "replace")[:4000])
        return jsonify({"verdict": judged}), 200 if judged == "good" else 401

    @app.get("/hooks/")
    def show() -> str:
        return render_template("hooks.html", hooks=store.hooks())
