"""Gateways: the outside boundary of messages, one interface, chosen by a provider's kind."""

from app.notifications.gateways.base import Gateway, GatewayError, Outcome, OutcomeKind, Outgoing
from app.notifications.gateways.registry import KINDS, SIMULATOR, WITHOUT_RECEIPTS, Carrier, build

__all__ = [
    "KINDS",
    "SIMULATOR",
    "WITHOUT_RECEIPTS",
    "Carrier",
    "Gateway",
    "GatewayError",
    "Outcome",
    "OutcomeKind",
    "Outgoing",
    "build",
]
