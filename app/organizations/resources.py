"""The records of the organization, declared: control panels under /admin/ and 25 REST endpoints and more."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.core.db import db
from app.core.errors import Invalid
from app.core.i18n import LANGUAGES
from app.core.resources import Choice, Code, Day, Flag, Needs, Reference, Resource, Text, bilingual
from app.core.resources.fields import zone_name
from app.core.resources.problems import add_messages
from app.organizations import identity, queries
from app.organizations.labels import LOCATION_KINDS, SEXES
from app.organizations.models import Department, Employee, Hospital, Location, Patient, Physician
from app.organizations.policy import Perm
from app.organizations.services import departments, patients

add_messages(identity.MESSAGES)

NAMES = bilingual("name", _l("Name in English"), _l("Name in Arabic"), required=True)
UNITS = Needs(read=Perm.READ, write=Perm.WRITE)
DEPARTMENT = Reference(
    "department_id", _l("Department"), target="departments", listed=True, aliases=("department code", "القسم")
)


def _has_departments(hospital: Hospital) -> Any:
    inside = select(Department.id).where(Department.hospital_id == hospital.id, Department.archived_at.is_(None))
    used = db.session.execute(inside.limit(1)).scalar_one_or_none() is not None
    return _l("Departments still stand in this hospital. Archive them first.") if used else None


def _has_parts(model: type[Any], reason: Any) -> Any:
    def in_use(row: Any) -> Any:
        below = select(model.id).where(model.parent_id == row.id, model.archived_at.is_(None)).limit(1)
        return reason if db.session.execute(below).scalar_one_or_none() is not None else None

    return in_use


HOSPITALS = Resource(
    path="hospitals",
    domain="organizations",
    subject="hospital",
    model=Hospital,
    title=_l("Hospitals"),
    singular=_l("Hospital"),
    note=_l("The hospitals of the group and their time zone."),
    icon="building-hospital",
    api="/api/organizations/hospitals/",
    needs=Needs(read=Perm.READ, write=Perm.HOSPITAL_WRITE, panel=Perm.WRITE),
    fields=(
        Code("code", _l("Code"), required=True, listed=True, most=20),
        *NAMES,
        Text("zone", _l("Time zone"), required=True, listed=True, most=40, rule=zone_name, empty="Asia/Riyadh"),
    ),
    key="code",
    order=("name_en", "name_ar", "code"),
    in_use=_has_departments,
    imports=False,
)

DEPARTMENTS = Resource(
    path="departments",
    domain="organizations",
    subject="department",
    model=Department,
    title=_l("Departments"),
    singular=_l("Department"),
    note=_l("The tree of departments; a move keeps its history."),
    icon="sitemap",
    api="/api/organizations/departments/",
    needs=UNITS,
    fields=(
        Code("code", _l("Code"), required=True, listed=True, most=30),
        *NAMES,
        Reference("parent_id", _l("Department above"), target="departments", listed=True, aliases=("parent code",)),
    ),
    key="code",
    order=("name_en", "name_ar", "code"),
    filters=("parent_id", "hospital_id"),
    update=departments.change,
    in_use=_has_parts(Department, departments.STILL_USED),
)

PHYSICIANS = Resource(
    path="physicians",
    domain="organizations",
    subject="physician",
    model=Physician,
    title=_l("Physicians"),
    singular=_l("Physician"),
    note=_l("Who treats patients, with licence and specialty."),
    icon="stethoscope",
    api="/api/organizations/physicians/",
    needs=UNITS,
    fields=(
        Code("license_number", _l("License number"), required=True, listed=True, aliases=("license", "licence number")),
        *NAMES,
        *bilingual("specialty", _l("Specialty in English"), _l("Specialty in Arabic")),
        DEPARTMENT,
    ),
    key="license_number",
    order=("name_en", "name_ar", "license_number"),
    filters=("department_id", "hospital_id"),
)

EMPLOYEES = Resource(
    path="employees",
    domain="organizations",
    subject="employee",
    model=Employee,
    title=_l("Employees"),
    singular=_l("Employee"),
    note=_l("Who works in a hospital, with or without an account."),
    icon="briefcase",
    api="/api/organizations/employees/",
    needs=UNITS,
    fields=(
        Code("number", _l("Staff number"), required=True, listed=True),
        *NAMES,
        *bilingual("job", _l("Job title in English"), _l("Job title in Arabic")),
        DEPARTMENT,
    ),
    key="number",
    order=("name_en", "name_ar", "number"),
    filters=("department_id", "hospital_id"),
)

LOCATIONS = Resource(
    path="locations",
    domain="organizations",
    subject="location",
    model=Location,
    title=_l("Locations"),
    singular=_l("Location"),
    note=_l("Buildings, wards, clinics and rooms, as hospital systems name them."),
    icon="map-pin",
    api="/api/organizations/locations/",
    needs=UNITS,
    fields=(
        Code("code", _l("Code"), required=True, listed=True),
        Choice("kind", _l("Kind"), required=True, listed=True, options=LOCATION_KINDS, empty="ward"),
        *NAMES,
        Reference("parent_id", _l("Inside of"), target="locations", listed=True),
        DEPARTMENT,
    ),
    key="code",
    order=("name_en", "name_ar", "code"),
    filters=("kind", "department_id", "hospital_id"),
    in_use=_has_parts(Location, _l("Other locations lie in this one. Archive them first.")),
)


def _check_patient(values: dict[str, Any], row: Patient | None) -> None:
    if not values.get("name_en") and not values.get("name_ar"):
        raise Invalid(name_ar=_l("Give the name in Arabic or in English."))


def _may_not_return(patient: Patient) -> Any:
    if patient.merged_into_id is not None:
        return _l("This record was merged into another and can not be restored.")
    return patients.ERASED if patient.erased_at is not None else None


PATIENTS = Resource(
    path="patients",
    domain="organizations",
    subject="patient",
    model=Patient,
    title=_l("Patient records"),
    singular=_l("Patient"),
    note=_l("Enter, correct and import patients; most come from hospital systems by themselves."),
    icon="users",
    api="/api/organizations/patients/",
    needs=Needs(read=Perm.PATIENT_READ, write=Perm.PATIENT_WRITE, identify=Perm.PATIENT_IDENTIFY),
    fields=(
        Code("mrn", _l("File number"), required=True, fixed=True, listed=True, aliases=("medical record number",)),
        Text("name_ar", _l("Name in Arabic"), mask=identity.mask_name),
        Text("name_en", _l("Name in English"), mask=identity.mask_name),
        Text(
            "national_id",
            _l("Identity number"),
            most=20,
            rule=identity.national_id,
            mask=identity.mask_id,
            empty=None,
            aliases=("iqama", "national id", "الهوية", "رقم الإقامة"),
        ),
        Text(
            "phone_e164",
            _l("Mobile phone"),
            most=20,
            rule=identity.phone_e164,
            mask=identity.mask_phone,
            aliases=("phone", "mobile", "الجوال", "الهاتف"),
        ),
        Text("email", _l("E-mail"), most=254, email=True, mask=lambda _text: identity.MASK * 3),
        Day("birth_date", _l("Birth date"), past=True, mask=lambda born: born.replace(month=1, day=1)),
        Choice("sex", _l("Sex"), options=SEXES, words={"ذكر": "M", "انثي": "F", "male": "M", "female": "F"}),
        Text("nationality", _l("Nationality (three letters)"), most=3, rule=str.upper),
        Choice("language", _l("Language"), required=True, options=LANGUAGES, empty="ar"),
        Text("guardian_name", _l("Guardian"), mask=identity.mask_name),
        Text(
            "guardian_phone_e164", _l("Guardian's phone"), most=20, rule=identity.phone_e164, mask=identity.mask_phone
        ),
        Text("guardian_relation", _l("Relation of the guardian"), most=20),
        Flag("no_contact", _l("Wants no messages at all")),
        Flag("is_test", _l("Test record, counted nowhere")),
    ),
    key="mrn",
    order=("search", "mrn"),
    filters=("sex", "hospital_id"),
    search=queries.patient_clause,
    validate=_check_patient,
    may_not_return=_may_not_return,
    kept_keys=patients.former_numbers,
    create=patients.create,
    update=patients.update,
    page="patients.show",
    extra={
        "consents": dict[str, Any],
        "deceased_at": datetime | None,
        "merged_into_id": UUID | None,
        "erased_at": datetime | None,
    },
)

ALL = (HOSPITALS, DEPARTMENTS, LOCATIONS, PHYSICIANS, EMPLOYEES, PATIENTS)
