"""The demo's hospitals: departments, places, physicians, and sixty people with accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.accounts import passwords
from app.accounts.models import RoleAssignment, User
from app.core.access.actor import Role
from app.core.time import clock
from app.organizations.models import Department, Employee, Hospital, Location, Physician
from app.portal.demo.bulk import Sheets
from app.portal.demo.names import DEPARTMENTS, HOSPITALS, LOCATIONS, SPECIALTIES, full_name

PASSWORD = "open the demo door"  # told at the start, of a made-up installation; the demo is refused in production
SINCE = timedelta(days=400)
JOBS = {
    Role.HOSPITAL_ADMIN: ("Hospital administrator", "مدير المستشفى"),
    Role.PX_COORDINATOR: ("Patient experience officer", "أخصائي تجربة المريض"),
    Role.DEPARTMENT_MANAGER: ("Head of department", "رئيس القسم"),
    Role.NURSE: ("Charge nurse", "ممرضة مسؤولة"),
    Role.PHYSICIAN: ("Consultant", "استشاري"),
    Role.VIEWER: ("Quality analyst", "محلل جودة"),
}


@dataclass(slots=True)
class DemoHospital:
    """One hospital of the demo with what belongs to it."""

    id: UUID
    code: str
    patients: int
    visits: int
    departments: dict[str, UUID] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)  # of departments
    physicians: dict[str, list[UUID]] = field(default_factory=dict)
    licenses: dict[UUID, str] = field(default_factory=dict)
    managers: dict[str, UUID] = field(default_factory=dict)
    coordinators: list[UUID] = field(default_factory=list)
    admins: list[UUID] = field(default_factory=list)
    nurses: dict[str, UUID] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """The three hospitals and who stands above them."""

    px_admin: UUID
    hospitals: list[DemoHospital]


def make_organization(sheets: Sheets) -> Group:
    """Add three hospitals with twelve departments each, places, physicians, and sixty people with accounts."""
    stored = passwords.hashed(PASSWORD)
    px_admin = _person(
        sheets, "px.admin@demo.example", Role.PX_ADMIN, stored, names=("Layla Al-Amer", "ليلى العامر", "F")
    )
    made = []
    for code, name_en, name_ar, patients, visits in HOSPITALS:
        row = sheets.add(Hospital, clock.now() - SINCE, code=code, name_en=name_en, name_ar=name_ar)
        hospital = DemoHospital(row["id"], code, patients, visits)
        _departments(sheets, hospital)
        _places(sheets, hospital)
        _physicians(sheets, hospital)
        _staff(sheets, hospital, stored)
        made.append(hospital)
    return Group(px_admin, made)


def _departments(sheets: Sheets, hospital: DemoHospital) -> None:
    for code, name_en, name_ar, above in DEPARTMENTS:
        row = sheets.add(
            Department,
            clock.now() - SINCE,
            hospital_id=hospital.id,
            code=code,
            name_en=name_en,
            name_ar=name_ar,
            parent_id=hospital.departments[above] if above else None,
        )
        hospital.departments[code] = row["id"]
        hospital.names[code] = (name_en, name_ar)


def _places(sheets: Sheets, hospital: DemoHospital) -> None:
    for code, kind, name_en, name_ar, department in LOCATIONS:
        sheets.add(
            Location,
            clock.now() - SINCE,
            hospital_id=hospital.id,
            code=code,
            kind=kind,
            name_en=name_en,
            name_ar=name_ar,
            department_id=hospital.departments[department],
        )


def _physicians(sheets: Sheets, hospital: DemoHospital) -> None:
    for code, (specialty_en, specialty_ar) in SPECIALTIES.items():
        for place in range(3):
            license_number = f"{hospital.code}-{code}{place + 1}"
            name_en, name_ar, _sex = full_name(sheets.rng)
            row = sheets.add(
                Physician,
                clock.now() - SINCE,
                hospital_id=hospital.id,
                license_number=license_number,
                name_en=f"Dr. {name_en}",
                name_ar=f"د. {name_ar}",
                specialty_en=specialty_en,
                specialty_ar=specialty_ar,
                department_id=hospital.departments[code],
            )
            hospital.physicians.setdefault(code, []).append(row["id"])
            hospital.licenses[row["id"]] = license_number


def _staff(sheets: Sheets, hospital: DemoHospital, stored: str) -> None:
    short = hospital.code.lower()

    def person(name: str, role: Role, code: str = "", **more: Any) -> UUID:
        address = f"{name}.{short}@demo.example"
        return _person(sheets, address, role, stored, hospital=hospital, department=code, **more)

    hospital.admins.append(person("admin", Role.HOSPITAL_ADMIN))
    hospital.coordinators += [person(f"px{number}", Role.PX_COORDINATOR) for number in (1, 2, 3)]
    for code in hospital.departments:
        hospital.managers[code] = person(code.lower(), Role.DEPARTMENT_MANAGER, code)
    for code in ("ER", "W1"):
        hospital.nurses[code] = person(f"nurse.{code.lower()}", Role.NURSE, code)
    doctor = hospital.physicians["IM"][0]
    row = next(row for row in sheets.rows[Physician] if row["id"] == doctor)
    row["user_id"] = person("doctor", Role.PHYSICIAN, "IM", names=(row["name_en"], row["name_ar"], ""))
    person("viewer", Role.VIEWER)


def _person(
    sheets: Sheets,
    email: str,
    role: Role,
    stored: str,
    *,
    hospital: DemoHospital | None = None,
    department: str = "",
    names: tuple[str, str, str] | None = None,
) -> UUID:
    since = clock.now() - SINCE
    name_en, name_ar, _sex = names or full_name(sheets.rng)
    job_en, job_ar = JOBS.get(role, ("", ""))
    user = sheets.add(
        User, since, email=email, name_en=name_en, name_ar=name_ar, password_hash=stored, language="ar",
        job_title=job_ar,
    )  # fmt: skip
    where = hospital.departments[department] if hospital and department else None
    hospital_id = hospital.id if hospital else None
    sheets.add(
        RoleAssignment,
        since,
        user_id=user["id"],
        role=str(role),
        hospital_id=hospital_id,
        department_id=where,
        from_at=since,
    )
    if hospital is not None:
        number = f"{hospital.code}-{len(sheets.rows[Employee]) + 1001}"
        sheets.add(
            Employee, since, hospital_id=hospital.id, number=number, name_en=name_en, name_ar=name_ar, job_en=job_en,
            job_ar=job_ar, department_id=where, user_id=user["id"],
        )  # fmt: skip
    found: UUID = user["id"]
    return found


ACCOUNTS: tuple[tuple[str, str], ...] = (
    ("px.admin@demo.example", "PX Admin, every hospital"),
    ("admin.rwd@demo.example", "Hospital Admin, Al Rawda (admin.nkh, admin.sht: the others)"),
    ("px1.rwd@demo.example", "PX Coordinator, Al Rawda (px2, px3; nkh, sht)"),
    ("w1.rwd@demo.example", "Department Manager of the medical ward that got worse (er, opd, im, ... each department)"),
    ("er.nkh@demo.example", "Department Manager of the emergency department that recovered, Al Nakheel"),
    ("doctor.rwd@demo.example", "Physician, internal medicine, Al Rawda"),
    ("nurse.w1.rwd@demo.example", "Nurse, medical ward, Al Rawda"),
    ("viewer.rwd@demo.example", "Viewer, Al Rawda: figures, patients masked"),
)
