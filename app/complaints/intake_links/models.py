"""The table of intake links."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.complaints.intake_links.enums import LinkState
from app.core.db import Base, Record, Tenant, Versioned, code_column
from app.core.keys.links import new_handle


class IntakeLink(Tenant, Versioned, Record, Base):
    """One link to one phone. The phone goes when the link has ended; its last four digits stay."""

    __tablename__ = "intake_links"
    __table_args__ = (
        Index("ix_intake_links_recent", "hospital_id", "created_at", "id"),
        Index("ix_intake_links_waiting", "expires_at", postgresql_where=text("state IN ('sent', 'opened')")),
        Index("ix_intake_links_patient_id", "patient_id"),
        Index("ix_intake_links_complaint_id", "complaint_id"),
    )

    handle: Mapped[str] = mapped_column(code_column(12), unique=True, default=new_handle)
    state: Mapped[str] = mapped_column(code_column(8), default=LinkState.SENT)
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id"), default=None)
    phone: Mapped[str] = mapped_column(code_column(20))
    phone_tail: Mapped[str] = mapped_column(code_column(4))
    language: Mapped[str] = mapped_column(code_column(5))
    sent_by_id: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaints.id"), default=None)
