"""Who may build, send and read surveys."""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import Role
from app.core.access.policy import Scope, grant


class Perm(StrEnum):
    """Rights on surveys (product.md section 2)."""

    TEMPLATE_READ = "surveys:template:read"
    TEMPLATE_WRITE = "surveys:template:write"
    INSTANCE_READ = "surveys:instance:read"
    SEND = "surveys:instance:send"
    RULE_WRITE = "surveys:rule:write"
    FIGURES_READ = "surveys:figures:read"  # counts and means, never one answer
    COMMENTS_READ = "surveys:comments:read"
    OWN_RATINGS = "surveys:own_ratings:read"  # a physician's, of the visits that they attended


_BUILDERS = {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL, Role.PX_COORDINATOR: Scope.HOSPITAL}

grant(
    {
        Perm.TEMPLATE_READ: {**_BUILDERS, Role.DEPARTMENT_MANAGER: Scope.HOSPITAL},
        Perm.TEMPLATE_WRITE: _BUILDERS,
        Perm.INSTANCE_READ: {
            **_BUILDERS,
            Role.DEPARTMENT_MANAGER: Scope.DEPARTMENT,
            Role.VIEWER: Scope.HOSPITAL,
        },
        Perm.SEND: _BUILDERS,
        Perm.RULE_WRITE: {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL},
        Perm.FIGURES_READ: {
            **_BUILDERS,
            Role.DEPARTMENT_MANAGER: Scope.DEPARTMENT,
            Role.NURSE: Scope.DEPARTMENT,
            Role.STAFF: Scope.DEPARTMENT,
            Role.VIEWER: Scope.HOSPITAL,
        },
        Perm.COMMENTS_READ: {**_BUILDERS, Role.DEPARTMENT_MANAGER: Scope.DEPARTMENT},
        Perm.OWN_RATINGS: {Role.PHYSICIAN: Scope.OWN},
    }
)
