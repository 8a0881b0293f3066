"""Who may see and change working calendars and SLA rules."""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import Role
from app.core.access.policy import Scope, grant


class Perm(StrEnum):
    """Rights on calendars and rules; the group's own are changed by those who reach every hospital."""

    CALENDAR_READ = "core:calendar:read"
    CALENDAR_WRITE = "core:calendar:write"
    POLICY_READ = "core:sla_policy:read"
    POLICY_WRITE = "core:sla_policy:write"


_ADMINS = {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL}

grant(dict.fromkeys(Perm, _ADMINS))
