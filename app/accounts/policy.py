"""Who may see and manage people and their roles (product.md section 2)."""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import LEVEL, Actor, Role
from app.core.access.policy import Scope, grant


class Perm(StrEnum):
    """Rights on accounts."""

    READ = "accounts:user:read"
    WRITE = "accounts:user:write"
    GRANT = "accounts:role:grant"
    FACTOR_RULES = "accounts:second_factor:rule"
    GROUP_FACTOR_RULE = "accounts:second_factor:group_rule"


_ADMINS = {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL}

grant({Perm.READ: _ADMINS, Perm.WRITE: _ADMINS, Perm.GRANT: _ADMINS, Perm.FACTOR_RULES: _ADMINS})
grant({Perm.GROUP_FACTOR_RULE: {Role.PX_ADMIN: Scope.ALL}})


def may_grant(actor: Actor, role: Role) -> bool:
    """Tell whether the actor may give `role`: only roles below one's own; a PX Admin may also grant PX Admin."""
    if role not in LEVEL:
        return False
    if actor.has(Role.SYSTEM, Role.PX_ADMIN):
        return True
    return LEVEL[role] < actor.level
