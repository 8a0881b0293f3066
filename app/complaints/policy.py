"""Who may see, work on and explain complaints (product.md section 2)."""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import Role
from app.core.access.policy import Scope, grant


class Perm(StrEnum):
    """Rights on complaints and on what belongs to them."""

    READ = "complaints:complaint:read"
    IDENTIFY = "complaints:complaint:identify"
    CREATE = "complaints:complaint:create"
    WORK = "complaints:complaint:work"
    ASK = "complaints:explanation:ask"
    EXPLANATION_READ = "complaints:explanation:read"
    ANSWER = "complaints:explanation:answer"
    KPI_READ = "complaints:kpi:read"  # counts, and the records behind them as far as they may be seen
    TAXONOMY_READ = "complaints:taxonomy:read"


_OFFICE = {
    Role.PX_ADMIN: Scope.ALL,
    Role.HOSPITAL_ADMIN: Scope.HOSPITAL,
    Role.PX_COORDINATOR: Scope.HOSPITAL,
}
_MANAGER = {Role.DEPARTMENT_MANAGER: Scope.DEPARTMENT}
_ASKED = {Role.PHYSICIAN: Scope.ASSIGNED, Role.NURSE: Scope.ASSIGNED, Role.STAFF: Scope.ASSIGNED}

grant(
    {
        Perm.READ: {**_OFFICE, **_MANAGER, Role.VIEWER: Scope.HOSPITAL, Role.SOURCE_USER: Scope.OWN},
        Perm.IDENTIFY: {**_OFFICE, **_MANAGER, Role.SOURCE_USER: Scope.OWN},  # who complains, and in which words
        Perm.CREATE: {**_OFFICE, **_MANAGER, Role.SOURCE_USER: Scope.OWN},
        Perm.WORK: {**_OFFICE, **_MANAGER},
        Perm.ASK: _OFFICE,
        Perm.EXPLANATION_READ: {**_OFFICE, **_MANAGER, **_ASKED},
        Perm.ANSWER: {
            Role.PX_ADMIN: Scope.ALL,
            Role.HOSPITAL_ADMIN: Scope.HOSPITAL,
            **_MANAGER,
            **_ASKED,
        },
        Perm.KPI_READ: {**_OFFICE, **_MANAGER, Role.VIEWER: Scope.HOSPITAL},
        Perm.TAXONOMY_READ: {**_OFFICE, **_MANAGER},
    }
)
