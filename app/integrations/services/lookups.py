"""What a site's words stand for: departments and physicians."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from app.core.db import direct
from app.organizations.models import Department, Physician


def _department(code: str) -> Any:
    """Give the department of the code that is bound by this name, whatever its case."""
    said: Any = bindparam(code)
    return (
        select(Department.id)
        .where(
            Department.hospital_id == bindparam("hospital"),
            func.upper(Department.code) == func.upper(said),
            Department.archived_at.is_(None),
        )
        .order_by((Department.code == said).desc(), Department.id)  # two may differ in case only
        .limit(1)
        .scalar_subquery()
    )


_PLACE: Select[Any] = select(
    func.coalesce(_department("code"), _department("other_code")),
    select(Physician.id)
    .where(
        Physician.hospital_id == bindparam("hospital"),
        Physician.license_number == bindparam("license"),
        Physician.archived_at.is_(None),
    )
    .scalar_subquery(),
)


def place_of(hospital_id: UUID, codes: Sequence[str], license_number: str = "") -> tuple[UUID | None, UUID | None]:
    """Find a department of a hospital by the first of one or two codes that one has, and a physician by license number."""
    if not (any(codes) or license_number):
        return None, None
    first, second = (*codes, "", "")[:2]
    values = {"code": first or None, "other_code": second or None, "license": license_number or None}
    department_id, physician_id = direct.run(_PLACE, hospital_id, values).one()
    return department_id, physician_id
