"""Tables of the outbound webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Record, SoftDeleted, Tenant, Versioned, code_column


class WebhookEndpoint(Tenant, SoftDeleted, Versioned, Record, Base):
    """An address outside that is told of chosen kinds of events of one hospital; its secrets are encrypted."""

    __tablename__ = "webhook_endpoints"

    name: Mapped[str]
    url: Mapped[str]
    kinds: Mapped[list[str]]  # codes of the catalogue
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    secret_hint: Mapped[str] = mapped_column(code_column(8))
    secret_rotated_at: Mapped[datetime]
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    old_secret_until: Mapped[datetime | None] = mapped_column(default=None)
    is_active: Mapped[bool] = mapped_column(default=True)
    pause_reason: Mapped[str] = mapped_column(code_column(12), default="")
    # how it does; written by the sender without raising the version, so that nobody's form is refused for it
    failing_since: Mapped[datetime | None] = mapped_column(default=None)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    rests_until: Mapped[datetime | None] = mapped_column(default=None)
    succeeded_at: Mapped[datetime | None] = mapped_column(default=None)
    failed_at: Mapped[datetime | None] = mapped_column(default=None)


class WebhookDelivery(Tenant, Record, Base):
    """One event for one endpoint: what is said (ids, codes, times), how far it is, and what the receiver answered last."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index(
            "ix_webhook_deliveries_due",
            "endpoint_id",
            "next_try_at",
            "id",
            postgresql_where=text("next_try_at IS NOT NULL"),
        ),
        Index("ix_webhook_deliveries_sending", "sending_until", postgresql_where=text("sending_until IS NOT NULL")),
        Index("ix_webhook_deliveries_list", "endpoint_id", "created_at", "id"),
        Index("ix_webhook_deliveries_state", "endpoint_id", "state", "created_at", "id"),
        Index("ix_webhook_deliveries_created_at", "created_at"),
        Index("ix_webhook_deliveries_next", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")),
        Index("ix_webhook_deliveries_dead", "endpoint_id", "id", postgresql_where=text("state = 'dead'")),
    )

    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id"))
    event_id: Mapped[UUID]  # of the event log; also the webhook-id
    kind: Mapped[str] = mapped_column(code_column(60))
    payload: Mapped[dict[str, Any]]
    occurred_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(code_column(12))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(
        default=None
    )  # open and empty: held while the endpoint is paused
    try_id: Mapped[UUID | None] = mapped_column(default=None)  # whose answer counts
    sending_until: Mapped[datetime | None] = mapped_column(default=None)  # later the worker counts as lost
    tried_at: Mapped[datetime | None] = mapped_column(default=None)
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)
    problem: Mapped[str] = mapped_column(code_column(20), default="")
    answer_code: Mapped[int | None] = mapped_column(default=None)
    answer_text: Mapped[str] = mapped_column(default="")  # its first characters, as text
    took_ms: Mapped[int | None] = mapped_column(default=None)
    tries: Mapped[list[WebhookTry]] = relationship(
        order_by="WebhookTry.begun_at.desc(), WebhookTry.id.desc()", lazy="select", viewonly=True
    )


class WebhookTry(Tenant, Record, Base):
    """One request to the receiver and what came of it; kept as long as its delivery."""

    __tablename__ = "webhook_tries"
    __table_args__ = (Index("ix_webhook_tries_delivery_id", "delivery_id", "begun_at"),)

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_deliveries.id"))
    begun_at: Mapped[datetime]
    problem: Mapped[str] = mapped_column(code_column(20), default="")  # empty: the receiver took it
    answer_code: Mapped[int | None] = mapped_column(default=None)
    answer_text: Mapped[str] = mapped_column(default="")  # the first characters of a refusal, as text
    took_ms: Mapped[int | None] = mapped_column(default=None)
