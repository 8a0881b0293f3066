"""What a site's words stand for: its own codes, departments and physicians."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import db
from app.integrations.models import CodeMapping, SourceSystem
from app.organizations.models import Department, Physician


def mappings_of(source: SourceSystem) -> Mapping[tuple[str, str], str]:
    """Give what each (kind, code) of a source stands for: its own rows before its hospital's, those before the group's."""
    rows = db.session.execute(
        select(CodeMapping.kind, CodeMapping.from_code, CodeMapping.to_code)
        .where(
            CodeMapping.archived_at.is_(None),
            (CodeMapping.source_id == source.id) | CodeMapping.source_id.is_(None),
            CodeMapping.holds_in(source.hospital_id),
        )
        .order_by(CodeMapping.source_id.is_(None).desc(), CodeMapping.hospital_id.is_(None).desc())
    ).all()
    return {(kind, said): stands_for for kind, said, stands_for in rows}


def department_id(hospital_id: UUID, code: str) -> UUID | None:
    """Find a department of a hospital by its code, whatever its case."""
    if not code:
        return None
    return (
        db.session.execute(
            select(Department.id)
            .where(
                Department.hospital_id == hospital_id,
                func.upper(Department.code) == code.upper(),
                Department.archived_at.is_(None),
            )
            .order_by((Department.code == code).desc(), Department.id)  # two may differ in case only
            .limit(1)
        )
        .scalars()
        .first()
    )


def physician_id(hospital_id: UUID, license_number: str) -> UUID | None:
    """Find a physician of a hospital by license number."""
    if not license_number:
        return None
    return db.session.execute(
        select(Physician.id).where(
            Physician.hospital_id == hospital_id,
            Physician.license_number == license_number,
            Physician.archived_at.is_(None),
        )
    ).scalar_one_or_none()
