"""Tables of messages: templates, providers, the message log with every try, receipts, and the bell."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.access.policy import Scope
from app.core.db import Base, GroupOrTenant, Record, SoftDeleted, Versioned, code_column, unique_among
from app.notifications.enums import MessageStatus


class MessageTemplate(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """The text of a kind of message on one channel, in both languages; a hospital's own wins over the group's."""

    __tablename__ = "message_templates"
    __table_args__ = (unique_among("uq_message_templates_code", "code", "channel"),)

    code: Mapped[str] = mapped_column(code_column(80))  # surveys/invitation
    channel: Mapped[str] = mapped_column(code_column(12))
    subject_en: Mapped[str] = mapped_column(default="")
    subject_ar: Mapped[str] = mapped_column(default="")
    body_en: Mapped[str]
    body_ar: Mapped[str]
    placeholders: Mapped[list[str]] = mapped_column(default=list)  # the names that may stand in the text
    provider_name: Mapped[str] = mapped_column(code_column(80), default="")  # the approved WhatsApp template


class Provider(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """A configured gateway. Secrets are encrypted; the receipt handle is part of its secret webhook address."""

    __tablename__ = "providers"
    __table_args__ = (Index("ix_providers_channel", "channel", "priority"),)

    channel: Mapped[str] = mapped_column(code_column(12))
    kind: Mapped[str] = mapped_column(code_column(20))  # smtp, unifonic, taqnyat, twilio, http, whatsapp, null
    name: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    priority: Mapped[int] = mapped_column(default=10)
    rate_per_minute: Mapped[int] = mapped_column(default=600)
    price_per_part_halalas: Mapped[int] = mapped_column(default=0)
    receipt_handle: Mapped[str] = mapped_column(code_column(12), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class ContactRule(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """When and how a hospital (or the group, where it says nothing) may write to people. Minutes of the local day."""

    __tablename__ = "contact_rules"
    __table_args__ = (unique_among("uq_contact_rules_hospital"),)

    opens_minute: Mapped[int] = mapped_column(default=9 * 60)
    closes_minute: Mapped[int] = mapped_column(default=21 * 60)
    ramadan_closes_minute: Mapped[int | None] = mapped_column(default=None)
    prayer_from_minute: Mapped[int | None] = mapped_column(default=None)  # of Friday
    prayer_until_minute: Mapped[int | None] = mapped_column(default=None)
    jitter_minutes: Mapped[int] = mapped_column(default=10)
    channels: Mapped[list[str]] = mapped_column(default=lambda: ["whatsapp", "sms", "email"])


class Message(GroupOrTenant, Versioned, Record, Base):
    """One message to one person: template, parameters and link; never a plain token."""

    __tablename__ = "messages"
    index_by_hospital = False
    __table_args__ = (
        Index("ix_messages_due", "not_before", "id", postgresql_where=text("status = 'queued'")),
        Index(
            "ix_messages_due_urgent",
            "not_before",
            "id",
            postgresql_where=text("status = 'queued' AND message_class IN ('security', 'escalation')"),
        ),
        Index("ix_messages_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index("ix_messages_phone_tail", "phone_tail", "created_at"),
        Index("ix_messages_about", "about_id", "created_at"),
        Index("ix_messages_hospital_id_created_at", "hospital_id", "created_at", "id"),
        Index("ix_messages_patient_id", "patient_id"),
        Index("ix_messages_user_id", "user_id"),
        Index("ix_messages_provider", "provider_id", "provider_reference"),
    )
    scope_columns = {Scope.OWN: "user_id"}

    template: Mapped[str] = mapped_column(code_column(80))
    message_class: Mapped[str] = mapped_column(code_column(12))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    link_purpose: Mapped[str] = mapped_column(code_column(20), default="")
    link_handle: Mapped[str] = mapped_column(code_column(12), default="")
    link_path: Mapped[str] = mapped_column(code_column(80), default="")
    once: Mapped[str] = mapped_column(code_column(160), unique=True)
    about_type: Mapped[str] = mapped_column(code_column())
    about_id: Mapped[UUID]
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id"), default=None)
    user_id: Mapped[UUID | None] = mapped_column(default=None)
    phone: Mapped[str] = mapped_column(code_column(20), default="")
    phone_tail: Mapped[str] = mapped_column(code_column(4), default="")  # what the log is searched by
    email: Mapped[str] = mapped_column(default="")
    answers: Mapped[str] = mapped_column(code_column(250), default="")  # Message-ID of the e-mail that this one answers
    reply_to: Mapped[str] = mapped_column(code_column(254), default="")  # a mailbox of ours that is read
    language: Mapped[str] = mapped_column(code_column(5))
    channels: Mapped[list[str]]  # what is still to be tried, in order; the first is the present one
    channel: Mapped[str] = mapped_column(code_column(12))
    status: Mapped[str] = mapped_column(code_column(12), default=MessageStatus.QUEUED)
    reason: Mapped[str] = mapped_column(code_column(40), default="")
    provider_code: Mapped[str] = mapped_column(code_column(60), default="")  # the provider's own reason of a failure
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    repeats: Mapped[int] = mapped_column(default=0)  # sent again as a repeat after unknown
    tried_at: Mapped[datetime | None] = mapped_column(default=None)
    look_at: Mapped[datetime | None] = mapped_column(default=None)  # when the sweep looks: dead, unknown, no receipt
    provider_id: Mapped[UUID | None] = mapped_column(ForeignKey("providers.id"), default=None)
    provider_reference: Mapped[str | None] = mapped_column(code_column(120), default=None)
    parts: Mapped[int] = mapped_column(default=0)
    cost_halalas: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)
    tries: Mapped[list[MessageTry]] = relationship(order_by="MessageTry.created_at", lazy="select")


class MessageTry(GroupOrTenant, Record, Base):
    """One try to hand a message to a provider, and what came of it."""

    __tablename__ = "message_tries"
    __table_args__ = (
        Index("ix_message_tries_provider_outcome", "provider_id", "outcome", "created_at"),
        Index("ix_message_tries_provider_reference", "provider_id", "provider_reference"),
    )

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), index=True)
    provider_id: Mapped[UUID | None] = mapped_column(ForeignKey("providers.id"), index=True)
    channel: Mapped[str] = mapped_column(code_column(12))
    # ours, made before the first byte; a repeat at the same provider carries the same one, so that it can deduplicate
    reference: Mapped[str] = mapped_column(code_column(60), index=True)
    is_repeat: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str] = mapped_column(code_column(20), default="")  # empty: the worker died before the answer
    code: Mapped[str] = mapped_column(code_column(60), default="")
    provider_reference: Mapped[str | None] = mapped_column(code_column(120), default=None)
    parts: Mapped[int] = mapped_column(default=0)
    took_ms: Mapped[int | None] = mapped_column(default=None)


class ReceiptRow(Record, Base):
    """A receipt as it came: repeated ones are harmless, those of unknown messages are kept."""

    __tablename__ = "receipts"
    __table_args__ = (
        UniqueConstraint("provider_id", "provider_reference", "state"),
        Index("ix_receipts_provider_reference", "provider_reference"),
    )

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("providers.id"))
    provider_reference: Mapped[str] = mapped_column(code_column(120))
    state: Mapped[str] = mapped_column(code_column(20))
    code: Mapped[str] = mapped_column(code_column(60), default="")
    message_id: Mapped[UUID | None] = mapped_column(default=None, index=True)


class Notification(GroupOrTenant, Record, Base):
    """One line of a person's bell."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_notifications_unread", "user_id", postgresql_where=text("read_at IS NULL")),
        UniqueConstraint("user_id", "once"),
    )
    scope_columns = {Scope.OWN: "user_id"}

    user_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(code_column(80))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    url: Mapped[str]
    about_type: Mapped[str] = mapped_column(code_column())
    about_id: Mapped[UUID]
    once: Mapped[str] = mapped_column(code_column(160))
    is_urgent: Mapped[bool] = mapped_column(default=False)
    read_at: Mapped[datetime | None] = mapped_column(default=None)
