"""What every gateway takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class OutcomeKind(StrEnum):
    """What came of handing a message over."""

    ACCEPTED = "accepted"
    BUSY = "busy"  # nothing left this house, or the provider said "not now": safe to try again
    REJECTED = "rejected"  # the provider will never take it
    UNKNOWN = "unknown"  # bytes may have left and no answer came: never simply again


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the provider's id, parts and cost (halalas) where it told, or a reason code."""

    kind: OutcomeKind
    provider_id: str | None = None
    parts: int | None = None
    cost: int | None = None
    code: str = ""
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to leave. `reference` is ours, made before the first byte."""

    reference: str
    to: str
    subject: str
    body: str
    language: str
    sender: str = ""
    template: str = ""
    parameters: tuple[str, ...] = ()
    answers: str = ""  # an e-mail: the Message-ID of the one that it answers
    reply_to: str = ""


class GatewayError(ValueError):
    """The provider's settings are not usable; the text names the setting, never a secret."""


class Gateway(Protocol):
    """One way out."""

    channel: str
    can_ask_by_reference: bool

    def send(self, message: Outgoing) -> Outcome:
        """Hand one message over; never raises for what the network or the provider does."""
        ...

    def ask(self, reference: str) -> Outcome | None:
        """Ask what became of our reference; None when the provider does not know it."""
        ...
