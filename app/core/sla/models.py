"""Tables of working calendars, SLA policies and clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db.base import Base, GroupOrTenant, Record, SoftDeleted, Tenant, Versioned, code_column


class WorkingCalendar(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """A named calendar: zone, weekly windows, holidays and dated periods, as `core.time.calendar` reads them."""

    __tablename__ = "working_calendars"
    __table_args__ = (
        Index(
            "uq_working_calendars_default",
            "hospital_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("is_default AND archived_at IS NULL"),
        ),
    )

    name_en: Mapped[str]
    name_ar: Mapped[str]
    is_default: Mapped[bool] = mapped_column(default=False)
    definition: Mapped[dict[str, Any]]


class SlaPolicy(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """One rule: for which clock, source and severity, how long, in which time, with which reminders and ladder.

    The most specific rule wins: source, then severity and priority, then the hospital's default, then the group's.
    """

    __tablename__ = "sla_policies"
    __table_args__ = (
        CheckConstraint("target_minutes > 0", name="target_positive"),
        Index("ix_sla_policies_clock", "clock", "hospital_id"),
    )

    clock: Mapped[str] = mapped_column(code_column(60))  # action.resolution, complaint.activation, ...
    source: Mapped[str | None] = mapped_column(code_column(), default=None)
    severity: Mapped[str | None] = mapped_column(code_column(), default=None)
    priority: Mapped[str | None] = mapped_column(code_column(), default=None)
    category: Mapped[str | None] = mapped_column(code_column(), default=None)
    target_minutes: Mapped[int]
    is_business: Mapped[bool] = mapped_column(default=True)  # false: calendar minutes, 24x7
    pausable: Mapped[bool] = mapped_column(default=True)
    reminders: Mapped[list[Any]] = mapped_column(default=lambda: [50, 90])  # percent of the target
    # [{"level": 1, "after_minutes": 0, "to": "department_manager"}, ...]: `to` is a role or "user:<id>"; minutes count in
    # the clock's own time, or in working time where the rung says {"in": "business"}; {"severity_at_least": "high",
    # "sources": ["moh"]} keep a rung to such cases
    ladder: Mapped[list[Any]] = mapped_column(default=list)


class SlaClock(Tenant, Versioned, Record, Base):
    """One deadline of one subject. `look_at` is the next instant at which the sweep has something to decide."""

    __tablename__ = "sla_clocks"
    __table_args__ = (
        Index("ix_sla_clocks_look_at", "look_at", "id", postgresql_where=text("look_at IS NOT NULL")),
        Index("ix_sla_clocks_subject", "subject_id", "kind"),
        Index("ix_sla_clocks_open_due", "hospital_id", "due_at", postgresql_where=text("stopped_at IS NULL")),
        Index("ix_sla_clocks_kind_due_at", "kind", "due_at"),
        Index("ix_sla_clocks_calendar", "calendar_id", postgresql_where=text("stopped_at IS NULL")),
        Index("ix_sla_clocks_open_kind", "kind", "id", postgresql_where=text("stopped_at IS NULL")),
        UniqueConstraint("subject_id", "kind", "cycle"),
    )

    kind: Mapped[str] = mapped_column(code_column(60))
    subject_type: Mapped[str] = mapped_column(code_column())
    subject_id: Mapped[UUID]
    cycle: Mapped[int] = mapped_column(default=1)
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("sla_policies.id"), index=True)
    calendar_id: Mapped[UUID | None] = mapped_column(ForeignKey("working_calendars.id"))  # None: 24x7
    severity: Mapped[str | None] = mapped_column(code_column())
    source: Mapped[str | None] = mapped_column(code_column(), default=None)
    priority: Mapped[str | None] = mapped_column(code_column(), default=None)
    category: Mapped[str | None] = mapped_column(code_column(), default=None)
    target_seconds: Mapped[int]  # of the rule
    extra_seconds: Mapped[int] = mapped_column(
        default=0
    )  # granted beyond it; below zero: a later due time is held back
    pausable: Mapped[bool] = mapped_column(default=True)
    reminders: Mapped[list[Any]]
    ladder: Mapped[list[Any]]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]  # None while a pause is open
    look_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]  # the true instant: the due time that passed
    stopped_at: Mapped[datetime | None]
    pauses: Mapped[list[SlaPause]] = relationship(order_by="SlaPause.from_at", lazy="selectin")

    @property
    def allowed_seconds(self) -> int:
        """The counted time that it has: the rule's, and what was granted beyond it."""
        return max(1, self.target_seconds + self.extra_seconds)

    @property
    def is_open(self) -> bool:
        """Whether the clock still runs or rests, and has not been stopped."""
        return self.stopped_at is None


class SlaExtension(Tenant, Versioned, Record, Base):
    """A later due time that somebody asked for, and what a second person said to it."""

    __tablename__ = "sla_extensions"
    __table_args__ = (
        Index("uq_sla_extensions_open", "clock_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_sla_extensions_clock_id", "clock_id", "created_at"),
    )

    clock_id: Mapped[UUID] = mapped_column(ForeignKey("sla_clocks.id"))
    state: Mapped[str] = mapped_column(code_column(12), default="open")  # open, granted, refused, withdrawn
    cause: Mapped[str] = mapped_column(code_column(12))  # asked: somebody wants it; severity, source: it was changed
    due_before: Mapped[datetime | None]
    until_at: Mapped[datetime]
    reason: Mapped[str]
    asked_by_id: Mapped[UUID | None]  # None: through a link, without signing in
    decided_by_id: Mapped[UUID | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    answer: Mapped[str] = mapped_column(default="")


class SlaPause(Tenant, Record, Base):
    """A span in which the clock did not count; open while `until_at` is empty."""

    __tablename__ = "sla_pauses"
    __table_args__ = (
        Index("uq_sla_pauses_open", "clock_id", unique=True, postgresql_where=text("until_at IS NULL")),
        Index("ix_sla_pauses_clock_id", "clock_id"),
    )

    clock_id: Mapped[UUID] = mapped_column(ForeignKey("sla_clocks.id"))
    reason: Mapped[str] = mapped_column(code_column())
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None] = mapped_column(default=None)
    by_id: Mapped[UUID | None] = mapped_column(default=None)


class SlaDecision(Tenant, Record, Base):
    """A reminder, breach or escalation step that was decided: once, in order, whatever is killed."""

    __tablename__ = "sla_decisions"
    __table_args__ = (UniqueConstraint("clock_id", "step"),)

    clock_id: Mapped[UUID] = mapped_column(ForeignKey("sla_clocks.id"))
    step: Mapped[str] = mapped_column(code_column(24))  # reminder:50, breach, escalation:1
    due_at: Mapped[datetime]  # when it should have happened
    decided_at: Mapped[datetime]


class SlaRevision(Tenant, Record, Base):
    """Every value that a clock's target and due time have had, each with its cause."""

    __tablename__ = "sla_revisions"

    clock_id: Mapped[UUID] = mapped_column(ForeignKey("sla_clocks.id"), index=True)
    cause: Mapped[str] = mapped_column(code_column(60))
    policy_id: Mapped[UUID | None]
    target_seconds: Mapped[int]
    due_at: Mapped[datetime | None]
    by_id: Mapped[UUID | None]


class SlaRecount(GroupOrTenant, Record, Base):
    """A change of a calendar or a rule whose open clocks are being counted again, batch by batch, in the order of their ids."""

    __tablename__ = "sla_recounts"
    __table_args__ = (Index("ix_sla_recounts_open", "id", postgresql_where=text("finished_at IS NULL")),)

    clock: Mapped[str | None] = mapped_column(code_column(60), default=None)  # None: every kind
    cause: Mapped[str] = mapped_column(code_column(60))
    by_id: Mapped[UUID | None] = mapped_column(default=None)
    after_id: Mapped[UUID | None] = mapped_column(default=None)  # the last clock that was looked at
    moved: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)


class SlaNotice(Tenant, Record, Base):
    """Word of a clock that waits for a person: until work begins, or to be told in one summary after an outage."""

    __tablename__ = "sla_notices"
    __table_args__ = (
        UniqueConstraint("user_id", "once"),
        Index("ix_sla_notices_waiting", "tell_at", "user_id", postgresql_where=text("told_at IS NULL")),
    )

    user_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(code_column(60))  # the sentence of the bell
    step: Mapped[str] = mapped_column(code_column(24))  # reminder, breach or escalation
    subject_type: Mapped[str] = mapped_column(code_column())
    subject_id: Mapped[UUID]
    url: Mapped[str]
    params: Mapped[dict[str, Any]]
    once: Mapped[str] = mapped_column(code_column(120))
    is_urgent: Mapped[bool] = mapped_column(default=False)
    tell_at: Mapped[datetime]
    told_at: Mapped[datetime | None] = mapped_column(default=None)
