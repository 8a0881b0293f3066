"""Tables of the event log and the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.access.policy import Scope
from app.core.db.base import Base, GroupOrTenant, code_column
from app.core.db.ids import uuid7


class EventLog(GroupOrTenant, Base):
    """What happened: codes, ids and a digest, never patient text. The application's role may only insert and read."""

    __tablename__ = "event_log"
    index_by_hospital = False
    __table_args__ = (
        Index("ix_event_log_subject_at", "subject_id", "at"),
        Index("ix_event_log_hospital_at", "hospital_id", "at"),
        Index("ix_event_log_actor_at", "actor_id", "at"),
        Index("ix_event_log_kind_at", "kind", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(code_column(80))
    subject_type: Mapped[str] = mapped_column(code_column())
    subject_id: Mapped[UUID]
    actor_kind: Mapped[str] = mapped_column(code_column(12))
    actor_id: Mapped[UUID | None]
    request_id: Mapped[str] = mapped_column(code_column(64), default="")
    data: Mapped[dict[str, Any]]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))


class EventDetail(Base):
    """The personal part of an event: what stood before and after. It can be erased; the log and its chain stay whole."""

    __tablename__ = "event_details"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event_log.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    changes: Mapped[dict[str, Any]]


class EventUnsealed(Base):
    """The sealer's work list: a row is written with its event and removed when the event is sealed."""

    __tablename__ = "event_unsealed"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event_log.id"), primary_key=True)


class EventSeal(Base):
    """The chain: position, digest of the log row and an HMAC over it and the seal before."""

    __tablename__ = "event_seals"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event_log.id"), unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_at: Mapped[datetime]


class SubjectSequence(Base):
    """The last number given to an event of one subject; its row lock orders the events of a subject."""

    __tablename__ = "subject_sequences"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


class Delivery(Base):
    """One event for one subscriber, until its handler has run; deleted in the handler's own transaction."""

    __tablename__ = "event_deliveries"
    scope_columns = {Scope.HOSPITAL: "hospital_id_hint"}
    __table_args__ = (
        UniqueConstraint("subscriber", "subject_id", "sequence"),
        Index("ix_event_deliveries_due", "due_at", "id", postgresql_where=text("parked_at IS NULL")),
        Index("ix_event_deliveries_parked", "parked_at", postgresql_where=text("parked_at IS NOT NULL")),
        Index("ix_event_deliveries_event_id", "event_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event_log.id"))
    subscriber: Mapped[str] = mapped_column(code_column(160))
    subject_id: Mapped[UUID]
    sequence: Mapped[int] = mapped_column(BigInteger)
    hospital_id_hint: Mapped[UUID | None]  # whose work it is, so that the drain opens the right scope
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None] = mapped_column(code_column(80), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    last_error: Mapped[str] = mapped_column(default="")
    parked_at: Mapped[datetime | None] = mapped_column(default=None)
