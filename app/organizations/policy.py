"""Who may see and change the organization and its patients (product.md section 2)."""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import Role
from app.core.access.policy import Scope, grant


class Perm(StrEnum):
    """Rights on the organization."""

    READ = "organizations:unit:read"
    WRITE = "organizations:unit:write"
    HOSPITAL_WRITE = "organizations:hospital:write"
    PATIENT_READ = "organizations:patient:read"
    PATIENT_IDENTIFY = "organizations:patient:identify"
    PATIENT_WRITE = "organizations:patient:write"
    PATIENT_ERASE = "organizations:patient:erase"


_ADMINS = {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL}
_OFFICE = {**_ADMINS, Role.PX_COORDINATOR: Scope.HOSPITAL}

grant(
    {
        Perm.READ: {
            **_OFFICE,
            Role.DEPARTMENT_MANAGER: Scope.HOSPITAL,
            Role.VIEWER: Scope.HOSPITAL,
        },
        Perm.WRITE: _ADMINS,
        Perm.HOSPITAL_WRITE: {Role.PX_ADMIN: Scope.ALL},
        Perm.PATIENT_READ: {**_OFFICE, Role.VIEWER: Scope.HOSPITAL},
        Perm.PATIENT_IDENTIFY: {**_OFFICE, Role.DEPARTMENT_MANAGER: Scope.HOSPITAL},
        Perm.PATIENT_WRITE: _OFFICE,
        Perm.PATIENT_ERASE: _ADMINS,
    }
)
