"""Signing after the Standard Webhooks convention: HMAC-SHA256 over `id.timestamp.body`, in base64, behind `v1,`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """Make a secret: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def body_of(payload: Mapping[str, Any]) -> bytes:
    """Write a payload always in the same bytes, so that every try of a delivery says exactly the same."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":")).encode("ascii")


def headers_of(message_id: str, at: datetime, body: bytes, keys: Iterable[str]) -> dict[str, str]:
    """Give the three headers; one signature for each secret, the newest first (several while a secret is rotated)."""
    stamp = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signature(key, message_id, stamp, body) for key in keys),
    }


def _signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    mac = hmac.new(key, b".".join((message_id.encode(), stamp.encode(), body)), hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode("ascii")
