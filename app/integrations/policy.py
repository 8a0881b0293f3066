"""Who may see the intake, set it up, and send to it."""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import Role
from app.core.access.policy import Scope, grant


class Perm(StrEnum):
    """Rights on the intake."""

    EVENT_READ = "integrations:event:read"
    EVENT_REPROCESS = "integrations:event:reprocess"
    SETUP_READ = "integrations:setup:read"
    SETUP = "integrations:setup:write"
    SUBMIT = "integrations:event:submit"


_ADMINS = {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL}

grant(
    {
        Perm.EVENT_READ: _ADMINS,
        Perm.EVENT_REPROCESS: _ADMINS,
        Perm.SETUP_READ: _ADMINS,
        Perm.SETUP: _ADMINS,
        Perm.SUBMIT: {Role.SOURCE_SYSTEM: Scope.HOSPITAL},
    }
)
