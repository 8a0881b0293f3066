"""The table of assignment rules."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, GroupOrTenant, Record, SoftDeleted, Tenant, Versioned, code_column, unique_among


class AssignmentRule(GroupOrTenant, SoftDeleted, Versioned, Record, Base):
    """Which new cases go to whom. Of the rules that fit, a hospital's own come before the group's, then the lower place."""

    __tablename__ = "assignment_rules"
    __table_args__ = (unique_among("uq_assignment_rules_code", "code"),)

    code: Mapped[str] = mapped_column(code_column(40))
    name_en: Mapped[str]
    name_ar: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    case: Mapped[str] = mapped_column(code_column(12), default="")  # complaint, inquiry; empty: both
    channel: Mapped[str] = mapped_column(code_column(12), default="")  # empty: any, as below
    severity: Mapped[str] = mapped_column(code_column(12), default="")
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True, default=None)
    pool: Mapped[str] = mapped_column(code_column(12))  # office, managers, person
    method: Mapped[str] = mapped_column(code_column(12), default="load")  # load, turns
    person_email: Mapped[str] = mapped_column(default="")  # of the pool `person`
    takes_own: Mapped[bool] = mapped_column(default=False)  # also what an officer enters, who else keeps it


class AssignmentTurn(Tenant, Record, Base):
    """Who was the last to get a case by a rule that goes in turns; one for each rule and hospital."""

    __tablename__ = "assignment_turns"
    __table_args__ = (Index("uq_assignment_turns_rule", "rule_id", "hospital_id", unique=True),)

    rule_id: Mapped[UUID] = mapped_column(ForeignKey("assignment_rules.id"))
    last_user_id: Mapped[UUID]
