"""Receipts as providers send them: read and verified; a bad signature is refused, in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STATES = {
    "queued": "sent",
    "accepted": "sent",
    "submitted": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "undeliverable": "failed",
    "rejected": "failed",
    "expired": "failed",
    "failed": "failed",
}


class BadSignature(ValueError):
    """The receipt is not from the provider."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider says of a message."""

    state: str  # sent, delivered, read, failed
    provider_id: str | None = None
    reference: str | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A webhook request, as much of it as verifying needs."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    form: Mapping[str, str]


def read(shape: str, arrived: Arrived, secrets: Mapping[str, str], *, is_signed: bool = True) -> list[Receipt]:
    """Verify and read the receipts of a request in the shape of a kind of provider. Raises BadSignature.

    `is_signed` False: an administrator chose to trust the secret address alone, for gateways that sign nothing.
    """
    if shape not in _READERS:
        return []
    if is_signed:
        _VERIFIERS.get(shape, _verify_own)(arrived, secrets)
    return _READERS[shape](arrived)


def _same(given: str, wanted: str) -> None:
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise BadSignature


def _secret(secrets: Mapping[str, str], name: str) -> bytes:
    """Give the secret; one that was never set signs nothing, so that nobody can sign with an empty one."""
    found = secrets.get(name, "")
    if not found:
        raise BadSignature
    return found.encode()


def _hmac_hex(secret: bytes, body: bytes) -> str:
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def _verify_twilio(arrived: Arrived, secrets: Mapping[str, str]) -> None:
    signed = arrived.url + "".join(f"{name}{arrived.form[name]}" for name in sorted(arrived.form))
    mac = hmac.new(_secret(secrets, "auth_token"), signed.encode(), hashlib.sha1).digest()  # the provider's own scheme
    _same(arrived.headers.get("X-Twilio-Signature", ""), base64.b64encode(mac).decode())


def _verify_whatsapp(arrived: Arrived, secrets: Mapping[str, str]) -> None:
    wanted = "sha256=" + _hmac_hex(_secret(secrets, "app_secret"), arrived.body)
    _same(arrived.headers.get("X-Hub-Signature-256", ""), wanted)


def _verify_own(arrived: Arrived, secrets: Mapping[str, str]) -> None:
    """Unifonic, Taqnyat and the configured gateway: the address is secret and X-Signature carries an HMAC of the body."""
    _same(arrived.headers.get("X-Signature", ""), _hmac_hex(_secret(secrets, "receipt_secret"), arrived.body))


_VERIFIERS = {"twilio": _verify_twilio, "whatsapp": _verify_whatsapp}


def _twilio(arrived: Arrived) -> list[Receipt]:
    return _one(arrived.form.get("MessageStatus"), arrived.form.get("MessageSid"), None, arrived.form.get("ErrorCode"))


def _whatsapp(arrived: Arrived) -> list[Receipt]:
    found: list[Receipt] = []
    for value in whatsapp_values(arrived.body):
        for status in _dicts(value.get("statuses")):
            errors = _dicts(status.get("errors"))
            found += _one(
                status.get("status"),
                status.get("id"),
                status.get("biz_opaque_callback_data"),
                errors[0].get("code") if errors else None,
            )
    return found


def whatsapp_values(body: bytes) -> list[dict[str, Any]]:
    """Give the `value` objects of a WhatsApp webhook; whatever has another shape is left out."""
    return [
        change["value"]
        for entry in _dicts(_object(body).get("entry"))
        for change in _dicts(entry.get("changes"))
        if isinstance(change.get("value"), dict)
    ]


def _plain(arrived: Arrived) -> list[Receipt]:
    said = {str(name).lower(): value for name, value in (_object(arrived.body) or dict(arrived.form)).items()}
    state = said.get("dlr") or said.get("status") or said.get("state")
    return _one(
        state,
        said.get("messageid") or said.get("id"),
        said.get("correlationid") or said.get("reference"),
        said.get("errorcode") or said.get("code"),
    )


_READERS = {
    "twilio": _twilio,
    "whatsapp": _whatsapp,
    "unifonic": _plain,
    "taqnyat": _plain,
    "http": _plain,
}


def _dicts(found: Any) -> list[dict[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _one(state: Any, provider_id: Any, reference: Any, code: Any) -> list[Receipt]:
    known = STATES.get(str(state or "").lower())
    if known is None or not (provider_id or reference):
        return []
    return [
        Receipt(
            known,
            str(provider_id)[:120] if provider_id else None,
            str(reference)[:60] if reference else None,
            str(code or "")[:60],
        )
    ]


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
