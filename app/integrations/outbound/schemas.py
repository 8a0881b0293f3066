"""Input and output of the webhooks' API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.core.api import In, Out, VersionedIn
from app.core.api.schemas import RequiredLine

Url = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00\s]*$")]
Kinds = Annotated[list[Annotated[str, Field(max_length=60)]], Field(min_length=1, max_length=60)]


class WebhookIn(In):
    """A new endpoint: which events (see docs/webhooks.md) are told to which https address."""

    hospital_id: UUID
    name: RequiredLine
    url: Url
    kinds: Kinds


class WebhookPatch(VersionedIn):
    """What is to change; what is left out stays."""

    name: RequiredLine | None = None
    url: Url | None = None
    kinds: Kinds | None = None


class WebhookOut(Out):
    """An endpoint, without its secret."""

    id: UUID
    hospital_id: UUID
    name: str
    url: str
    kinds: list[str]
    is_active: bool
    pause_reason: str
    secret_hint: str
    secret_rotated_at: datetime
    old_secret_until: datetime | None
    failing_since: datetime | None
    succeeded_at: datetime | None
    failed_at: datetime | None
    created_at: datetime
    version: int


class WebhookMade(WebhookOut):
    """A fresh endpoint with its secret, which is shown this once."""

    secret: str


class WebhookSecretOut(Out):
    """A fresh secret. It is shown this once."""

    secret: str


class WebhookDeliveryOut(Out):
    """One event for one endpoint; `event_id` is also the webhook-id."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    kind: str
    payload: dict[str, Any]
    state: str
    attempts: int
    next_try_at: datetime | None
    tried_at: datetime | None
    delivered_at: datetime | None
    problem: str
    answer_code: int | None
    answer_text: str
    took_ms: int | None
    created_at: datetime


class WebhookTryOut(Out):
    """One request to the receiver. `problem` empty: it was taken; `answer_text`: how a refusal began; `took_ms` null: not known."""

    begun_at: datetime
    problem: str
    answer_code: int | None
    answer_text: str
    took_ms: int | None


class WebhookDeliveryTriedOut(WebhookDeliveryOut):
    """A delivery with every try, newest first."""

    tries: list[WebhookTryOut]


class WebhookTestOut(Out):
    """The delivery of a test event."""

    delivery_id: UUID


class RedeliverIn(In):
    """Which deliveries are sent again; left out: all that were given up."""

    ids: list[UUID] = Field(default=[], max_length=500)


class RedeliveredOut(Out):
    """How many are sent again."""

    count: int
