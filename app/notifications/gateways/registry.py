"""From a provider's kind to its gateway: a table, with what each kind is told and which of it is secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.notifications.gateways.base import Gateway, GatewayError, Outcome, OutcomeKind, Outgoing
from app.notifications.gateways.mail import Smtp
from app.notifications.gateways.sms import Configured, Settings, Taqnyat, Twilio, Unifonic
from app.notifications.gateways.whatsapp import WhatsApp

SIMULATOR = "simulator"


class Null:
    """Refuses everything, visibly."""

    can_ask_by_reference = False

    def __init__(self, settings: Settings) -> None:
        """Take any settings."""
        self.channel = str(settings.options.get("channel", "sms"))

    def send(self, _message: Outgoing) -> Outcome:
        """Refuse."""
        return Outcome(OutcomeKind.REJECTED, code="null_provider")

    def ask(self, _reference: str) -> Outcome | None:
        """Know nothing."""
        return None


@dataclass(frozen=True, slots=True)
class Carrier:
    """What carries a channel for a kind of provider: its gateway, and the names of what that is told."""

    gateway: Any
    settings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    needed: tuple[str, ...] = ("base_url",)


def _sms(gateway: Any, *secrets: str, more: tuple[str, ...] = ()) -> Mapping[str, Carrier]:
    return {"sms": Carrier(gateway, ("base_url", "sender", *more), secrets)}


# kind -> channel -> what carries it
KINDS: dict[str, Mapping[str, Carrier]] = {
    "unifonic": _sms(Unifonic, "app_sid", "receipt_secret", more=("unsigned_receipts",)),
    "taqnyat": _sms(Taqnyat, "token", "receipt_secret", more=("unsigned_receipts",)),
    "twilio": _sms(Twilio, "account_sid", "auth_token"),
    "http": _sms(
        Configured,
        "token",
        "receipt_secret",
        more=("path", "encoding", "fields", "id_field", "ask_path", "unsigned_receipts"),
    ),
    "whatsapp": {
        "whatsapp": Carrier(
            WhatsApp,
            ("base_url", "version", "phone_number_id"),
            ("token", "app_secret", "verify_token"),
            ("base_url", "phone_number_id"),
        )
    },
    "smtp": {"email": Carrier(Smtp, ("host", "port", "security", "user", "sender"), ("password",), ("host", "sender"))},
    SIMULATOR: {
        "sms": Carrier(Configured, ("base_url", "sender", "ask_path"), ("token", "receipt_secret"), ()),
        "whatsapp": Carrier(WhatsApp, ("base_url", "phone_number_id"), ("token", "app_secret"), ()),
        "email": Carrier(Smtp, ("host", "port", "sender"), (), ()),
    },
    "null": {channel: Carrier(Null, needed=()) for channel in ("sms", "whatsapp", "email")},
}
WITHOUT_RECEIPTS = frozenset({"smtp", "null"})


def build(
    kind: str, channel: str, settings: Mapping[str, Any], secrets: Mapping[str, str], *, is_production: bool
) -> Gateway:
    """Build the gateway of a kind for a channel. Raises GatewayError naming what can not be used, never a secret."""
    carrier = KINDS.get(kind, {}).get(channel)
    if carrier is None:
        raise GatewayError(f"no kind of provider for this channel: {kind}, {channel}")
    if kind == SIMULATOR and is_production:
        raise GatewayError("the simulator is refused in production")
    base_url = str(settings.get("base_url", "")).rstrip("/")
    if carrier.gateway not in (Smtp, Null) and not base_url.startswith(("https://", "http://")):
        raise GatewayError("base_url must be a web address")
    built: Gateway = carrier.gateway(
        Settings(
            base_url,
            str(settings.get("callback_url", "")),
            {**settings, "channel": channel, "is_simulator": kind == SIMULATOR},
            dict(secrets),
        )
    )
    return built
