"""Tables of the organization: hospitals, departments, physicians, employees and locations. Patients: `patient_models.py`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.access.policy import Scope
from app.core.db import Base, Record, SoftDeleted, Tenant, Versioned, code_column
from app.organizations.patient_models import Patient, PatientIdentifier


class Hospital(SoftDeleted, Versioned, Record, Base):
    """One hospital of the group: the tenant."""

    __tablename__ = "hospitals"
    __table_args__ = (Index("uq_hospitals_code", "code", unique=True, postgresql_where=text("archived_at IS NULL")),)
    scope_columns = {Scope.HOSPITAL: "id"}

    code: Mapped[str] = mapped_column(code_column(20))
    name_en: Mapped[str]
    name_ar: Mapped[str]
    zone: Mapped[str] = mapped_column(code_column(40), default="Asia/Riyadh")


class Department(Tenant, SoftDeleted, Versioned, Record, Base):
    """A department; the tree may have any depth."""

    __tablename__ = "departments"
    __table_args__ = (
        Index("uq_departments_code", "hospital_id", "code", unique=True, postgresql_where=text("archived_at IS NULL")),
        Index("ix_departments_parent_id", "parent_id"),
    )
    scope_columns = {Scope.DEPARTMENT: "id"}

    code: Mapped[str] = mapped_column(code_column(30))
    name_en: Mapped[str]
    name_ar: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), default=None)
    manager_user_id: Mapped[UUID | None] = mapped_column(default=None)


class Physician(Tenant, SoftDeleted, Versioned, Record, Base):
    """A physician of a hospital."""

    __tablename__ = "physicians"
    __table_args__ = (
        Index(
            "uq_physicians_license",
            "hospital_id",
            "license_number",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
        Index("ix_physicians_department_id", "department_id"),
        Index("ix_physicians_user_id", "user_id"),
    )
    scope_columns = {Scope.OWN: "user_id"}

    license_number: Mapped[str] = mapped_column(code_column(40))
    name_en: Mapped[str]
    name_ar: Mapped[str]
    specialty_en: Mapped[str] = mapped_column(default="")
    specialty_ar: Mapped[str] = mapped_column(default="")
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), default=None)
    user_id: Mapped[UUID | None] = mapped_column(default=None)


class DepartmentMove(Tenant, Record, Base):
    """One move of a department in the tree, so that figures of the past stand where the department stood then."""

    __tablename__ = "department_moves"
    __table_args__ = (Index("ix_department_moves_department_id", "department_id", "moved_at"),)

    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    from_parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    to_parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    moved_at: Mapped[datetime]
    moved_by_id: Mapped[UUID | None]


class Employee(Tenant, SoftDeleted, Versioned, Record, Base):
    """Somebody who works in a hospital, with or without an account."""

    __tablename__ = "employees"
    __table_args__ = (
        Index(
            "uq_employees_number", "hospital_id", "number", unique=True, postgresql_where=text("archived_at IS NULL")
        ),
        Index("ix_employees_department_id", "department_id"),
        Index("ix_employees_user_id", "user_id"),
    )
    scope_columns = {Scope.OWN: "user_id"}

    number: Mapped[str] = mapped_column(code_column(40))
    name_en: Mapped[str]
    name_ar: Mapped[str]
    job_en: Mapped[str] = mapped_column(default="")
    job_ar: Mapped[str] = mapped_column(default="")
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), default=None)
    user_id: Mapped[UUID | None] = mapped_column(default=None)


class LocationKind(StrEnum):
    """What a place is."""

    BUILDING = "building"
    WARD = "ward"
    CLINIC = "clinic"
    ROOM = "room"
    BED = "bed"


class Location(Tenant, SoftDeleted, Versioned, Record, Base):
    """A place in a hospital: a ward, a clinic, a room in it."""

    __tablename__ = "locations"
    __table_args__ = (
        Index("uq_locations_code", "hospital_id", "code", unique=True, postgresql_where=text("archived_at IS NULL")),
        Index("ix_locations_parent_id", "parent_id"),
        Index("ix_locations_department_id", "department_id"),
    )

    code: Mapped[str] = mapped_column(code_column(40))
    kind: Mapped[str] = mapped_column(code_column(12), default=LocationKind.WARD)
    name_en: Mapped[str]
    name_ar: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("locations.id"), default=None)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), default=None)


__all__ = [
    "Department",
    "DepartmentMove",
    "Employee",
    "Hospital",
    "Location",
    "LocationKind",
    "Patient",
    "PatientIdentifier",
    "Physician",
]
