"""Tables of checklists: their items, and what is done of them on a complaint."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, GroupOrTenant, Record, SoftDeleted, Tenant, Versioned, code_column, unique_among


class ChecklistItem(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """One thing to do with complaints of a class: a list of the group, which a hospital may add to."""

    __tablename__ = "checklist_items"
    __table_args__ = (unique_among("uq_checklist_items_code", "code"),)

    code: Mapped[str] = mapped_column(code_column(40))
    class_code: Mapped[str] = mapped_column(code_column(24), default="")  # or how it begins; empty: every complaint
    position: Mapped[int] = mapped_column(default=0)
    name_en: Mapped[str]
    name_ar: Mapped[str]


class ChecklistTick(Tenant, Record, Base):
    """An item that was done on a complaint."""

    __tablename__ = "checklist_ticks"
    __table_args__ = (Index("uq_checklist_ticks_item", "complaint_id", "item_id", unique=True),)

    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("checklist_items.id"), index=True)
    done_by_id: Mapped[UUID | None]
    done_at: Mapped[datetime]
