"""Tables of PX actions: what must be put right, by whom, until when; and the rules that open one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, Float, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, GroupOrTenant, Record, SoftDeleted, Tenant, Versioned, code_column
from app.core.db.orders import DUE_SQL, RANK_SQL
from app.px_action_center.enums import ActionStatus

# what the search of the queue looks in: of actions their titles and what was done, of notes what was written
ACTION_FOLDED = "px_fold(title_en || ' ' || title_ar || ' ' || outcome)"
NOTE_FOLDED = "px_fold(body)"
DUE, RANK = text(DUE_SQL), text(RANK_SQL)  # the orders of the queue


class PxAction(Tenant, Versioned, Record, Base):
    """One PX action with an owner and a deadline, linked to its cause."""

    __tablename__ = "px_actions"
    __table_args__ = (
        Index("uq_px_actions_cause", "cause_key", unique=True),
        Index("ix_px_actions_open", "hospital_id", "due_at", "id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_px_actions_queue", DUE, "id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_px_actions_open_created", "created_at", "id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_px_actions_open_severity", RANK, DUE, "id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_px_actions_due", DUE, "id"),
        Index("ix_px_actions_created_at", "created_at", "id"),
        Index("ix_px_actions_severity", RANK, DUE, "id"),
        Index("ix_px_actions_hospital_id_created_at", "hospital_id", "created_at", "id"),
        Index("ix_px_actions_department_id", "department_id", "due_at"),
        Index("ix_px_actions_assignee_id", "assignee_id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_px_actions_patient_id", "patient_id"),
        Index("ix_px_actions_source_id", "source_id"),
        Index("ix_px_actions_folded", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
    )

    reference: Mapped[str] = mapped_column(code_column(20), unique=True)
    title_en: Mapped[str]
    title_ar: Mapped[str]
    status: Mapped[str] = mapped_column(code_column(20), default=ActionStatus.OPEN)
    severity: Mapped[str] = mapped_column(code_column(12))
    source_kind: Mapped[str] = mapped_column(code_column())  # survey_low_score, manual, ...
    source_id: Mapped[UUID | None] = mapped_column(default=None)
    cause_key: Mapped[str] = mapped_column(code_column(160))
    value: Mapped[float | None] = mapped_column(Float, default=None)
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id"), default=None)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), default=None)
    assignee_id: Mapped[UUID | None] = mapped_column(default=None)
    created_by_id: Mapped[UUID | None] = mapped_column(default=None)
    due_at: Mapped[datetime | None] = mapped_column(default=None)  # copied from its clock, for lists
    submitted_by_id: Mapped[UUID | None] = mapped_column(default=None)  # who may not approve it
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[str] = mapped_column(default="")
    status_before_cancel: Mapped[str] = mapped_column(code_column(20), default="")  # to which it goes back
    folded: Mapped[str] = mapped_column(Text(collation="C"), Computed(ACTION_FOLDED, persisted=True), deferred=True)


class ActionNote(Tenant, Record, Base):
    """What somebody wrote on an action."""

    __tablename__ = "action_notes"
    __table_args__ = (
        Index("ix_action_notes_folded", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
    )

    action_id: Mapped[UUID] = mapped_column(ForeignKey("px_actions.id"), index=True)
    author_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(code_column(20), default="note")  # note, call, returned, cancelled
    body: Mapped[str]
    text_language: Mapped[str] = mapped_column(code_column(5), default="")
    folded: Mapped[str] = mapped_column(Text(collation="C"), Computed(NOTE_FOLDED, persisted=True), deferred=True)


class ActionRule(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """Which signals open an action: kind of signal, value at or below, department; and the severity it gets."""

    __tablename__ = "action_rules"
    __table_args__ = (Index("ix_action_rules_signal_kind", "signal_kind"),)

    signal_kind: Mapped[str] = mapped_column(code_column())
    at_or_below: Mapped[float | None] = mapped_column(Float, default=None)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True, default=None)
    severity: Mapped[str | None] = mapped_column(code_column(12), default=None)  # None: as signalled
    is_active: Mapped[bool] = mapped_column(default=True)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
