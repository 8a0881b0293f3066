"""The table of promises."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.complaints.promises.enums import PromiseState
from app.core.db import Base, Record, Tenant, Versioned, code_column


class Promise(Tenant, Versioned, Record, Base):
    """What somebody promised to who turned to the office, until when, and whether it was kept."""

    __tablename__ = "case_promises"
    __table_args__ = (
        Index("ix_case_promises_complaint_id", "complaint_id", "due_at"),
        Index("ix_case_promises_inquiry_id", "inquiry_id", "due_at"),
        Index("ix_case_promises_owner_id", "owner_id", "due_at", postgresql_where=text("settled_at IS NULL")),
        Index("ix_case_promises_look_at", "look_at", "id", postgresql_where=text("look_at IS NOT NULL")),
        CheckConstraint("num_nonnulls(complaint_id, inquiry_id) = 1", name="one_case"),
    )

    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaints.id"), default=None)
    inquiry_id: Mapped[UUID | None] = mapped_column(ForeignKey("inquiries.id"), default=None)
    kind: Mapped[str] = mapped_column(code_column(8))
    what: Mapped[str] = mapped_column(default="")  # in the promiser's words
    due_at: Mapped[datetime]
    owner_id: Mapped[UUID]  # who keeps it
    made_by_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(code_column(12), default=PromiseState.OPEN)
    look_at: Mapped[datetime | None]  # when the check does its next step: remind, then break
    settled_at: Mapped[datetime | None] = mapped_column(
        default=None
    )  # done or taken back; a broken one may be done late
    settled_by_id: Mapped[UUID | None] = mapped_column(default=None)

    @property
    def case(self) -> str:
        """The kind of its case."""
        return "complaint" if self.complaint_id else "inquiry"

    @property
    def case_id(self) -> UUID:
        """The id of its case."""
        found = self.complaint_id or self.inquiry_id
        assert found is not None  # a check of the table
        return found
