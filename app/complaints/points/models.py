"""Who is named on a point: people of the hospital, with or without an account."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Record, Tenant
from app.organizations.models import Employee, Physician


class PointPerson(Tenant, Record, Base):
    """One physician or employee whom an officer named on a point."""

    __tablename__ = "complaint_point_people"
    __table_args__ = (
        Index("uq_complaint_point_people_physician_id", "point_id", "physician_id", unique=True),
        Index("uq_complaint_point_people_employee_id", "point_id", "employee_id", unique=True),
        CheckConstraint("num_nonnulls(physician_id, employee_id) = 1", name="one_person"),
    )

    point_id: Mapped[UUID] = mapped_column(ForeignKey("complaint_points.id"))
    physician_id: Mapped[UUID | None] = mapped_column(ForeignKey("physicians.id"), index=True, default=None)
    employee_id: Mapped[UUID | None] = mapped_column(ForeignKey("employees.id"), index=True, default=None)
    named_by_id: Mapped[UUID | None] = mapped_column(default=None)

    physician: Mapped[Physician | None] = relationship(lazy="joined", viewonly=True)
    employee: Mapped[Employee | None] = relationship(lazy="joined", viewonly=True)

    @property
    def who(self) -> Physician | Employee | None:
        """The person."""
        return self.physician or self.employee
