"""What the REST API of messages takes and gives. Secrets go in and never come out; links are never shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.core.api import In, Out, VersionedIn
from app.core.api.schemas import NO_NUL, Line, RequiredLine

ChannelCode = Literal["sms", "whatsapp", "email"]
Kind = Literal["unifonic", "taqnyat", "twilio", "http", "whatsapp", "smtp", "simulator", "null"]
Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=NO_NUL)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=NO_NUL)]
Approved = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80, pattern=NO_NUL)]
Secret = Annotated[str, StringConstraints(max_length=2000, pattern=NO_NUL)]
Minute = Annotated[int, Field(ge=0, le=1440)]
Value = Line | int | bool | dict[str, Line]


class TryOut(Out):
    """One try to hand a message to a provider."""

    created_at: datetime
    provider_id: UUID | None
    channel: str
    reference: str
    is_repeat: bool
    outcome: str
    code: str
    provider_reference: str | None
    parts: int
    took_ms: int | None


class ReceiptOut(Out):
    """What a provider reported."""

    created_at: datetime
    state: str
    code: str
    provider_reference: str


class MessageOut(Out):
    """One message of the log; its address is masked."""

    id: UUID
    hospital_id: UUID | None
    template: str
    message_class: str
    channel: str
    address: str
    language: str
    status: str
    reason: str
    provider_code: str
    about_type: str
    about_id: UUID
    not_before: datetime
    expires_at: datetime
    attempts: int
    repeats: int
    parts: int
    cost_halalas: int
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    version: int


class MessageDetailOut(MessageOut):
    """One message with every try and every receipt."""

    tries: list[TryOut]
    receipts: list[ReceiptOut]


class TextOut(Out):
    """A text of a kind of message on a channel; `hospital_id` null: the group's."""

    id: UUID
    hospital_id: UUID | None
    code: str
    channel: str
    subject_en: str
    subject_ar: str
    body_en: str
    body_ar: str
    provider_name: str
    placeholders: list[str]
    version: int


class _TextFields(In):
    subject_en: Line = ""
    subject_ar: Line = ""
    body_en: Body
    body_ar: Body
    provider_name: Approved = ""


class TextIn(_TextFields):
    """A new text; the kind of message must be one that is sent."""

    hospital_id: UUID | None = None
    code: Code
    channel: ChannelCode


class TextPut(VersionedIn, _TextFields):
    """The whole of a text."""


class TextPatch(VersionedIn):
    """A part of a text."""

    subject_en: Line | None = None
    subject_ar: Line | None = None
    body_en: Body | None = None
    body_ar: Body | None = None
    provider_name: Approved | None = None


class TextPreviewOut(Out):
    """One language of a text with sample values."""

    language: str
    subject: str
    body: str
    encoding: str
    units: int
    parts: int
    cost_halalas: int


class PreviewsOut(Out):
    """Both languages of a text."""

    previews: list[TextPreviewOut]


class ProviderOut(Out):
    """A provider; of its secrets only the names of those that are set."""

    id: UUID
    hospital_id: UUID | None
    channel: str
    kind: str
    name: str
    settings: dict[str, Any]
    secrets_set: list[str]
    priority: int
    rate_per_minute: int
    price_per_part_halalas: int
    is_active: bool
    version: int


class _ProviderFields(In):
    name: RequiredLine
    settings: Annotated[dict[str, Value], Field(max_length=20)] = {}
    secrets: Annotated[dict[str, Secret], Field(max_length=20)] = {}
    priority: Annotated[int, Field(ge=1, le=1000)] = 10
    rate_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 600
    price_per_part_halalas: Annotated[int, Field(ge=0, le=100_000)] = 0
    is_active: bool = True


class ProviderIn(_ProviderFields):
    """A new provider."""

    hospital_id: UUID | None = None
    channel: ChannelCode
    kind: Kind


class ProviderPut(VersionedIn, _ProviderFields):
    """The whole of a provider; secrets that are not given stay."""


class ProviderPatch(VersionedIn):
    """A part of a provider."""

    name: RequiredLine | None = None
    settings: Annotated[dict[str, Value], Field(max_length=20)] | None = None
    secrets: Annotated[dict[str, Secret], Field(max_length=20)] | None = None
    priority: Annotated[int, Field(ge=1, le=1000)] | None = None
    rate_per_minute: Annotated[int, Field(ge=1, le=100_000)] | None = None
    price_per_part_halalas: Annotated[int, Field(ge=0, le=100_000)] | None = None
    is_active: bool | None = None


class TryIn(In):
    """Where a test message goes."""

    to: RequiredLine


class TriedOut(Out):
    """What came of a test message."""

    outcome: str
    code: str


class RuleOut(Out):
    """Quiet hours (minutes of the local day) and channels in order; `hospital_id` null: the group's."""

    id: UUID
    hospital_id: UUID | None
    opens_minute: int
    closes_minute: int
    ramadan_closes_minute: int | None
    prayer_from_minute: int | None
    prayer_until_minute: int | None
    jitter_minutes: int
    channels: list[str]
    version: int


class _RuleFields(In):
    opens_minute: Minute = 540
    closes_minute: Minute = 1260
    ramadan_closes_minute: Minute | None = None
    prayer_from_minute: Minute | None = 690
    prayer_until_minute: Minute | None = 810
    jitter_minutes: Annotated[int, Field(ge=0, le=120)] = 10
    channels: Annotated[list[ChannelCode], Field(min_length=1, max_length=3)] = ["whatsapp", "sms", "email"]


class RuleIn(_RuleFields):
    """A new rule."""

    hospital_id: UUID | None = None


class RulePut(VersionedIn, _RuleFields):
    """The whole of a rule."""


class RulePatch(VersionedIn):
    """A part of a rule."""

    opens_minute: Minute | None = None
    closes_minute: Minute | None = None
    ramadan_closes_minute: Minute | None = None
    prayer_from_minute: Minute | None = None
    prayer_until_minute: Minute | None = None
    jitter_minutes: Annotated[int, Field(ge=0, le=120)] | None = None
    channels: Annotated[list[ChannelCode], Field(min_length=1, max_length=3)] | None = None


class RuleStepIn(VersionedIn):
    """A step that carries nothing but the version that was seen."""
