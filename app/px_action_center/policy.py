"""Who may see, work on and approve PX actions (product.md section 2), and what each of them sees.

What people wrote on an action (a typed title, what was done, notes) is the work itself: who sees the action sees it, on its
page and in lists, in the search, in the file and through the API. Who the patient is, is for `IDENTIFIES` in all four; the
rest learn that there is one. Since texts may name a patient, everybody says what a file of actions is for.
"""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import Actor, Role
from app.core.access.policy import Scope, can, grant
from app.organizations.policy import Perm as OrganizationPerm


class Perm(StrEnum):
    """Rights on PX actions."""

    READ = "actions:action:read"
    WORK = "actions:action:work"
    ASSIGN = "actions:action:assign"
    APPROVE = "actions:action:approve"
    CREATE = "actions:action:create"
    RULES_READ = "actions:rules:read"
    RULES = "actions:rules:write"


IDENTIFIES = OrganizationPerm.PATIENT_IDENTIFY  # the right to know who the patient of an action is
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


def sees_patient(actor: Actor) -> bool:
    """Tell whether the actor sees who the patient of an action is."""
    return can(actor, IDENTIFIES)
