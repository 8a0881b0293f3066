"""Table of what PX360 suggests for a complaint, and what people made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Record, Tenant, code_column


class ComplaintSuggestion(Tenant, Record, Base):
    """One suggestion: it does nothing by itself, and stays to measure how good suggestions are."""

    __tablename__ = "complaint_suggestions"
    __table_args__ = (
        Index("uq_complaint_suggestions_value", "complaint_id", "what", "value", unique=True),
        Index("ix_complaint_suggestions_measured", "hospital_id", "what", "state"),
        Index("ix_complaint_suggestions_created_at", "created_at", "id"),
    )

    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id"))
    what: Mapped[str] = mapped_column(code_column(12))  # class, department, severity
    value: Mapped[str] = mapped_column(code_column(40))  # an id, or the code of a severity
    confidence: Mapped[float] = mapped_column(Float)  # 0 to 1
    made_from: Mapped[dict[str, Any]] = mapped_column(default=dict)  # cases: how many near ones; phrase; flags
    state: Mapped[str] = mapped_column(code_column(12), default="open")  # open, accepted, corrected, ignored
    corrected_to: Mapped[str] = mapped_column(code_column(40), default="")  # what was chosen instead
    judged_at: Mapped[datetime | None] = mapped_column(default=None)
    judged_by_id: Mapped[UUID | None] = mapped_column(default=None)
