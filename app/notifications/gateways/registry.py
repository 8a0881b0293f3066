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
class Kind:
    """What a kind of provider is: its gateway by channel, and the names of its settings and secrets."""

    gateways: Mapping[str, Any]
    settings: tuple[str, ...]
    secrets: tuple[str, ...]
    needed: tuple[str, ...] = ("base_url",)


def _sms(gateway: Any, *secrets: str, more: tuple[str, ...] = ()) -> Kind:
    return Kind({"sms": gateway}, ("base_url", "sender", *more), secrets)


KINDS: dict[str, Kind] = {
    "unifonic": _sms(Unifonic, "app_sid", "receipt_secret", more=("unsigned_receipts",)),
    "taqnyat": _sms(Taqnyat, "token", "receipt_secret", more=("unsigned_receipts",)),
    "twilio": _sms(Twilio, "account_sid", "auth_token"),
    "http": _sms(
        Configured,
        "token",
        "receipt_secret",
        more=("path", "encoding", "fields", "id_field", "ask_path", "unsigned_receipts"),
    ),
    "whatsapp": Kind(
        {"whatsapp": WhatsApp},
        ("base_url", "version", "phone_number_id"),
        ("token", "app_secret", "verify_token"),
        ("base_url", "phone_number_id"),
    ),
    "smtp": Kind({"email": Smtp}, ("host", "port", "security", "user", "sender"), ("password",), ("host", "sender")),
    SIMULATOR: Kind(
        {"sms": Configured, "whatsapp": WhatsApp, "email": Smtp},
        ("base_url", "host", "port", "sender", "ask_path", "phone_number_id"),
        ("token", "receipt_secret", "app_secret"),
        (),
    ),
    "null": Kind({"sms": Null, "whatsapp": Null, "email": Null}, (), (), ()),
}
WITHOUT_RECEIPTS = frozenset({"smtp", "null"})


def build(
    kind: str, channel: str, settings: Mapping[str, Any], secrets: Mapping[str, str], *, is_production: bool
) -> Gateway:
    """Build the gateway of a kind for a channel. Raises GatewayError naming what can not be used, never a secret."""
    known = KINDS.get(kind)
    gateway = known.gateways.get(channel) if known else None
    if gateway is None:
        raise GatewayError(f"no kind of provider for this channel: {kind}, {channel}")
    if kind == SIMULATOR and is_production:
        raise GatewayError("the simulator is refused in production")
    base_url = str(settings.get("base_url", "")).rstrip("/")
    if gateway not in (Smtp, Null) and not base_url.startswith(("https://", "http://")):
        raise GatewayError("base_url must be a web address")
    built: Gateway = gateway(
        Settings(
            base_url,
            str(settings.get("callback_url", "")),
            {**settings, "channel": channel, "is_simulator": kind == SIMULATOR},
            dict(secrets),
        )
    )
    return built
