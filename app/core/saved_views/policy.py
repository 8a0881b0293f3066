"""Who may share views with a hospital, and put the shared ones of others in order; everybody keeps their own."""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import Role
from app.core.access.policy import Scope, grant


class Perm(StrEnum):
    """Rights on saved views; the queue that a view is of asks for its own besides."""

    SHARE = "core:saved_view:share"
    MANAGE = "core:saved_view:manage"  # shared ones of others: who made them may have left


_ADMINS = {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL}

grant(
    {
        Perm.SHARE: {**_ADMINS, Role.DEPARTMENT_MANAGER: Scope.HOSPITAL},
        Perm.MANAGE: _ADMINS,
    }
)
