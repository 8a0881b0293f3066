"""Who may see and change journeys."""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import Role
from app.core.access.policy import Scope, grant


class Perm(StrEnum):
    """Rights on journeys and their templates."""

    READ = "journeys:journey:read"
    WORK = "journeys:journey:work"
    TEMPLATE_READ = "journeys:template:read"
    TEMPLATE_WRITE = "journeys:template:write"


grant(
    {
        Perm.READ: {
            Role.PX_ADMIN: Scope.ALL,
            Role.HOSPITAL_ADMIN: Scope.HOSPITAL,
            Role.DEPARTMENT_MANAGER: Scope.DEPARTMENT,
            Role.PX_COORDINATOR: Scope.HOSPITAL,
            Role.VIEWER: Scope.HOSPITAL,
        },
        Perm.WORK: {
            Role.PX_ADMIN: Scope.ALL,
            Role.HOSPITAL_ADMIN: Scope.HOSPITAL,
            Role.PX_COORDINATOR: Scope.HOSPITAL,
        },
        Perm.TEMPLATE_READ: {
            Role.PX_ADMIN: Scope.ALL,
            Role.HOSPITAL_ADMIN: Scope.HOSPITAL,
            Role.PX_COORDINATOR: Scope.HOSPITAL,
        },
        Perm.TEMPLATE_WRITE: {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL},
    }
)
