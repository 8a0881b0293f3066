"""Tables of the intake: source systems and their keys, links, code mappings, and every message that came."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, GroupOrTenant, Record, SoftDeleted, Tenant, Versioned, code_column, unique_among
from app.integrations.outbound.models import WebhookDelivery, WebhookEndpoint, WebhookTry  # noqa: F401 - the domain's tables as well


class SourceSystem(Tenant, SoftDeleted, Versioned, Record, Base):
    """A hospital system that sends events: its key is kept as a digest, and reaches this hospital only."""

    __tablename__ = "source_systems"
    __table_args__ = (
        Index(
            "uq_source_systems_code", "hospital_id", "code", unique=True, postgresql_where=text("archived_at IS NULL")
        ),
    )

    code: Mapped[str] = mapped_column(code_column())
    name_en: Mapped[str]
    name_ar: Mapped[str]
    key_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, default=None)
    key_hint: Mapped[str] = mapped_column(code_column(8), default="")
    old_key_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, default=None)
    old_key_until: Mapped[datetime | None] = mapped_column(default=None)
    key_rotated_at: Mapped[datetime | None] = mapped_column(default=None)
    charset: Mapped[str] = mapped_column(code_column(20), default="utf-8")
    zone: Mapped[str] = mapped_column(code_column(40), default="")  # empty: the hospital's
    processing_ids: Mapped[list[str]] = mapped_column(default=lambda: ["P"])
    is_active: Mapped[bool] = mapped_column(default=True)
    last_seen_at: Mapped[datetime | None] = mapped_column(default=None)


class MllpLink(Tenant, SoftDeleted, Versioned, Record, Base):
    """A port on which one source's HL7 messages arrive over MLLP."""

    __tablename__ = "mllp_links"
    __table_args__ = (Index("uq_mllp_links_port", "port", unique=True, postgresql_where=text("archived_at IS NULL")),)

    source_id: Mapped[UUID] = mapped_column(ForeignKey("source_systems.id"), index=True)
    port: Mapped[int]
    allowed_addresses: Mapped[list[str]] = mapped_column(default=list)  # empty: any
    is_active: Mapped[bool] = mapped_column(default=True)


class CodeMapping(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """A site's own code (message type, trigger, class, local code) and the PX360 event code it stands for."""

    __tablename__ = "code_mappings"
    __table_args__ = (
        unique_among("uq_code_mappings_from", "source_id", "kind", "from_code"),
        Index("ix_code_mappings_source_id", "source_id"),
    )

    source_id: Mapped[UUID | None] = mapped_column(ForeignKey("source_systems.id"), default=None)
    kind: Mapped[str] = mapped_column(code_column(20))  # event, department, patient_class, section
    from_code: Mapped[str] = mapped_column(code_column(80))
    to_code: Mapped[str] = mapped_column(code_column(80))
    note: Mapped[str] = mapped_column(default="")


class InboundEvent(Tenant, Versioned, Record, Base):
    """One message as it came: where from, what it is, what became of it; the raw bytes encrypted and for a set time."""

    __tablename__ = "inbound_events"
    index_by_hospital = False
    __table_args__ = (
        UniqueConstraint("source_id", "format", "external_id", "content_digest"),
        Index("ix_inbound_events_due", "next_try_at", "id", postgresql_where=text("next_try_at IS NOT NULL")),
        Index("ix_inbound_events_state", "hospital_id", "state", "received_at", "id"),
        Index("ix_inbound_events_received_at", "hospital_id", "received_at", "id"),
        Index("ix_inbound_events_encounter", "hospital_id", "encounter"),
        Index("ix_inbound_events_patient_id", "patient_id"),
        Index(
            "ix_inbound_events_mrn_without_patient",
            "hospital_id",
            "mrn",
            postgresql_where=text("patient_id IS NULL"),
        ),
        Index("ix_inbound_events_raw_until", "raw_until", postgresql_where=text("raw IS NOT NULL")),
    )

    source_id: Mapped[UUID] = mapped_column(ForeignKey("source_systems.id"))
    format: Mapped[str] = mapped_column(code_column(12))  # json, hl7
    external_id: Mapped[str] = mapped_column(code_column(120))  # event id, or HL7 control id
    content_digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed digest of the original bytes
    message_type: Mapped[str] = mapped_column(code_column(20), default="")  # ADT^A03
    code: Mapped[str] = mapped_column(code_column(60), default="")
    codes: Mapped[list[str]] = mapped_column(default=list)
    encounter: Mapped[str] = mapped_column(code_column(80), default="")
    mrn: Mapped[str] = mapped_column(code_column(40), default="")
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id"), default=None)
    journey_id: Mapped[UUID | None] = mapped_column(ForeignKey("journeys.id"), index=True, default=None)
    state: Mapped[str] = mapped_column(code_column(12))
    flag: Mapped[str] = mapped_column(code_column(40), default="")  # reused_control_id, conflict, clock_skew
    error_code: Mapped[str] = mapped_column(code_column(60), default="")
    error_field: Mapped[str] = mapped_column(code_column(60), default="")
    occurred_at: Mapped[datetime | None] = mapped_column(default=None)
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None] = mapped_column(default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(
        default=None
    )  # while it is tried: when the worker counts as dead
    is_begun: Mapped[bool] = mapped_column(default=False)  # a try was counted and not settled
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # coded facts only: ids, codes, times
    raw: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)  # encrypted; results and drugs blanked before
    raw_until: Mapped[datetime | None] = mapped_column(default=None)
    answer: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the sender was told, to say the same again


class StoredAnswer(Tenant, Record, Base):
    """The answer to a request with an Idempotency-Key: the same key and body answers the same."""

    __tablename__ = "stored_answers"
    __table_args__ = (UniqueConstraint("source_id", "key"),)

    source_id: Mapped[UUID] = mapped_column(ForeignKey("source_systems.id"))
    key: Mapped[str] = mapped_column(code_column(120))
    body_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int]
    body: Mapped[dict[str, Any]]
