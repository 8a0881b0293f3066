"""Tables of inquiries: the question with its answer, what was written on it, and the categories."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.complaints.casework.models import CaseFacts, CaseNote
from app.complaints.inquiries.enums import InquiryStatus
from app.core.db import Base, GroupOrTenant, Record, SoftDeleted, Tenant, Versioned, code_column, unique_among
from app.core.db.orders import DUE_SQL

_AT_WORK = "closed_at IS NULL"

# what the search of the queue looks in: words, name and address folded, the name's key, and the phone
SEARCH = (
    "px_fold(title || ' ' || words || ' ' || contact_name || ' ' || contact_email)"
    " || ' ' || px_fold_name(contact_name) || ' ' || contact_phone"
)
NOTE_FOLDED = "px_fold(body)"  # and in what was written on it


class InquiryCategory(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """What questions are about: a list of the group, which a hospital may add to."""

    __tablename__ = "inquiry_categories"
    __table_args__ = (unique_among("uq_inquiry_categories_code", "code"),)

    code: Mapped[str] = mapped_column(code_column(40))
    name_en: Mapped[str]
    name_ar: Mapped[str]


class Inquiry(CaseFacts, Tenant, Versioned, Record, Base):
    """One question: who asks what, where it stands, and what was answered."""

    __tablename__ = "inquiries"
    __table_args__ = (
        Index("ix_inquiries_open", "hospital_id", "due_at", "id", postgresql_where=text(_AT_WORK)),
        Index("ix_inquiries_queue", text(DUE_SQL), "id", postgresql_where=text(_AT_WORK)),
        Index("ix_inquiries_open_received", "received_at", "id", postgresql_where=text(_AT_WORK)),
        Index("ix_inquiries_received_at", "received_at", "id"),
        Index("ix_inquiries_hospital_id_received_at", "hospital_id", "received_at", "id"),
        Index("ix_inquiries_assignee_id", "assignee_id", postgresql_where=text(_AT_WORK)),
        Index("ix_inquiries_patient_id", "patient_id", "received_at"),
        Index("ix_inquiries_created_by_id", "created_by_id", "received_at"),
        Index("ix_inquiries_category_id", "category_id"),
        Index("ix_inquiries_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
        Index("ix_inquiries_answered", "answered_at", "id", postgresql_where=text("status = 'answered'")),
        Index("uq_inquiries_complaint_id", "complaint_id", unique=True),
        CheckConstraint("complaint_id IS NULL OR status = 'converted'", name="complaint_of_converted"),
    )
    reference: Mapped[str] = mapped_column(code_column(20), unique=True)
    status: Mapped[str] = mapped_column(code_column(20), default=InquiryStatus.OPEN)
    contact_email: Mapped[str] = mapped_column(default="")
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("inquiry_categories.id"), default=None)
    search: Mapped[str] = mapped_column(Text(collation="C"), Computed(SEARCH, persisted=True), deferred=True)

    answer: Mapped[str] = mapped_column(default="")  # the last one, in the language of who asked
    answer_way: Mapped[str] = mapped_column(code_column(12), default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by_id: Mapped[UUID | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    reopened_count: Mapped[int] = mapped_column(default=0)
    cancel_reason: Mapped[str] = mapped_column(code_column(20), default="")
    status_before_cancel: Mapped[str] = mapped_column(code_column(20), default="")  # to which it goes back
    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaints.id"), default=None)  # that it became


class InquiryNote(CaseNote, Tenant, Record, Base):
    """What somebody wrote on an inquiry, each answer included."""

    __tablename__ = "inquiry_notes"
    __table_args__ = (
        Index("ix_inquiry_notes_inquiry_id", "inquiry_id", "created_at"),
        Index("ix_inquiry_notes_folded", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
    )

    inquiry_id: Mapped[UUID] = mapped_column(ForeignKey("inquiries.id"))
    folded: Mapped[str] = mapped_column(Text(collation="C"), Computed(NOTE_FOLDED, persisted=True), deferred=True)
