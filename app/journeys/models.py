"""Tables of journeys: templates with their stages, and the visits of patients."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.access.policy import Scope
from app.core.db import Base, GroupOrTenant, Record, SoftDeleted, Tenant, Versioned, code_column
from app.journeys.enums import JourneyKind, JourneyStatus, StageStatus


class JourneyTemplate(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """What a kind of visit normally looks like; a hospital's own template wins over the group's."""

    __tablename__ = "journey_templates"
    __table_args__ = (
        Index(
            "uq_journey_templates_kind",
            "hospital_id",
            "kind",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("archived_at IS NULL AND is_active"),
        ),
    )

    kind: Mapped[str] = mapped_column(code_column())
    name_en: Mapped[str]
    name_ar: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    stages: Mapped[list[StageTemplate]] = relationship(
        order_by="StageTemplate.position",
        lazy="selectin",
        primaryjoin="and_(StageTemplate.template_id == JourneyTemplate.id, StageTemplate.archived_at.is_(None))",
        viewonly=True,
    )

    @property
    def kind_label(self) -> Any:
        """The kind in the reader's language."""
        return JourneyKind(self.kind).label


class StageTemplate(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """One stage of a template: which event codes complete it and what it needs."""

    __tablename__ = "stage_templates"
    __table_args__ = (
        CheckConstraint("expected_minutes IS NULL OR expected_minutes > 0", name="expected_positive"),
        Index(
            "uq_stage_templates_code", "template_id", "code", unique=True, postgresql_where=text("archived_at IS NULL")
        ),
        Index("ix_stage_templates_position", "template_id", "position"),
    )

    template_id: Mapped[UUID] = mapped_column(ForeignKey("journey_templates.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(code_column())
    name_en: Mapped[str]
    name_ar: Mapped[str]
    trigger_codes: Mapped[list[str]] = mapped_column(default=list)
    is_optional: Mapped[bool] = mapped_column(default=False)
    needs_department: Mapped[bool] = mapped_column(default=False)
    needs_physician: Mapped[bool] = mapped_column(default=False)
    expected_minutes: Mapped[int | None] = mapped_column(default=None)  # from the stage before to this one
    template: Mapped[JourneyTemplate] = relationship(lazy="joined", viewonly=True)


class Journey(Tenant, Versioned, Record, Base):
    """One visit of a patient: an encounter of the hospital system."""

    __tablename__ = "journeys"
    index_by_hospital = False
    __table_args__ = (
        UniqueConstraint("hospital_id", "encounter"),
        Index("ix_journeys_patient_id_started_at", "patient_id", "started_at"),
        Index(
            "ix_journeys_active",
            "hospital_id",
            "kind",
            "started_at",
            postgresql_where=text("status = 'active'"),
        ),
        Index("ix_journeys_started_at", "hospital_id", "started_at", "id"),
        Index("ix_journeys_department_id", "department_id"),
        Index("ix_journeys_physician_id", "physician_id"),
        Index("ix_journeys_template_id", "template_id"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    template_id: Mapped[UUID] = mapped_column(ForeignKey("journey_templates.id"))
    encounter: Mapped[str] = mapped_column(code_column(80))
    kind: Mapped[str] = mapped_column(code_column())
    status: Mapped[str] = mapped_column(code_column(), default=JourneyStatus.ACTIVE)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), default=None)
    physician_id: Mapped[UUID | None] = mapped_column(ForeignKey("physicians.id"), default=None)
    location: Mapped[str] = mapped_column(default="")
    scheduled_at: Mapped[datetime | None] = mapped_column(default=None)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    current_stage_id: Mapped[UUID | None] = mapped_column(default=None)  # the stage template the patient is in now
    stage_since: Mapped[datetime]
    stages: Mapped[list[Stage]] = relationship(order_by="Stage.position", lazy="selectin")

    @property
    def is_active(self) -> bool:
        """Whether the visit goes on."""
        return self.status == JourneyStatus.ACTIVE

    @property
    def kind_label(self) -> Any:
        """The kind of visit in the reader's language."""
        return JourneyKind(self.kind).label

    @property
    def status_label(self) -> Any:
        """The state in the reader's language."""
        return JourneyStatus(self.status).label


class Stage(Tenant, Record, Base):
    """One stage of a visit, with its times and the event that completed it."""

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("journey_id", "template_id"),
        Index("ix_stages_template_id_completed_at", "template_id", "completed_at"),
        Index("ix_stages_department_id", "department_id"),
        Index("ix_stages_physician_id", "physician_id"),
    )
    scope_columns = {Scope.DEPARTMENT: "department_id"}

    journey_id: Mapped[UUID] = mapped_column(ForeignKey("journeys.id"))
    template_id: Mapped[UUID] = mapped_column(ForeignKey("stage_templates.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(code_column())
    status: Mapped[str] = mapped_column(code_column(), default=StageStatus.PENDING)
    entered_at: Mapped[datetime | None] = mapped_column(default=None)
    completed_at: Mapped[datetime | None] = mapped_column(default=None)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), default=None)
    physician_id: Mapped[UUID | None] = mapped_column(ForeignKey("physicians.id"), default=None)
    source_event_id: Mapped[UUID | None] = mapped_column(default=None)
    times_seen: Mapped[int] = mapped_column(default=0)
