"""Who may see, work on and approve PX actions (product.md section 2)."""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import Role
from app.core.access.policy import Scope, grant


class Perm(StrEnum):
    """Rights on PX actions."""

    READ = "actions:action:read"
    WORK = "actions:action:work"
    ASSIGN = "actions:action:assign"
    APPROVE = "actions:action:approve"
    CREATE = "actions:action:create"
    RULES_READ = "actions:rules:read"
    RULES = "actions:rules:write"


_OFFICE = {
    Role.PX_ADMIN: Scope.ALL,
    Role.HOSPITAL_ADMIN: Scope.HOSPITAL,
    Role.DEPARTMENT_MANAGER: Scope.DEPARTMENT,
    Role.PX_COORDINATOR: Scope.HOSPITAL,
}
_ASSIGNED = {Role.PHYSICIAN: Scope.ASSIGNED, Role.NURSE: Scope.ASSIGNED, Role.STAFF: Scope.ASSIGNED}

grant(
    {
        Perm.READ: {**_OFFICE, **_ASSIGNED},
        Perm.WORK: {**_OFFICE, **_ASSIGNED},
        Perm.ASSIGN: _OFFICE,
        Perm.CREATE: _OFFICE,
        Perm.APPROVE: {
            Role.PX_ADMIN: Scope.ALL,
            Role.HOSPITAL_ADMIN: Scope.HOSPITAL,
            Role.DEPARTMENT_MANAGER: Scope.DEPARTMENT,
        },
        Perm.RULES_READ: {
            Role.PX_ADMIN: Scope.ALL,
            Role.HOSPITAL_ADMIN: Scope.HOSPITAL,
            Role.PX_COORDINATOR: Scope.HOSPITAL,
        },
        Perm.RULES: {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL},
    }
)
