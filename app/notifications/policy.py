"""Who may see the message log and set up channels."""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import Role
from app.core.access.policy import Scope, grant


class Perm(StrEnum):
    """Rights on messages."""

    LOG_READ = "notifications:message:read"
    RETRY = "notifications:message:retry"
    SETUP_READ = "notifications:setup:read"
    SETUP = "notifications:setup:write"


_ADMINS = {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL}
_OFFICE = {**_ADMINS, Role.PX_COORDINATOR: Scope.HOSPITAL}

grant({Perm.LOG_READ: _OFFICE, Perm.RETRY: _OFFICE, Perm.SETUP_READ: _ADMINS, Perm.SETUP: _ADMINS})
