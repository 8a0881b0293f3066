"""Who may see, work on and explain complaints, and answer inquiries (product.md section 2)."""

from __future__ import annotations

from enum import StrEnum

from app.core.access.actor import Role
from app.core.access.policy import Scope, grant


class Perm(StrEnum):
    """Rights on complaints, on what belongs to them, and on inquiries."""

    READ = "complaints:complaint:read"
    IDENTIFY = "complaints:complaint:identify"
    CREATE = "complaints:complaint:create"
    WORK = "complaints:complaint:work"
    ASK = "complaints:explanation:ask"
    EXPLANATION_READ = "complaints:explanation:read"
    ANSWER = "complaints:explanation:answer"
    LINK_SEND = "complaints:intake_link:send"
    PROMISE = "complaints:promise:work"  # on cases that the same person may work on
    TEXT_READ = "complaints:text_module:read"
    TEXT_WRITE = "complaints:text_module:write"
    CHECK_READ = "complaints:checklist_item:read"
    CHECK_WRITE = "complaints:checklist_item:write"
    ASSIGN_RULE_READ = "complaints:assignment_rule:read"
    ASSIGN_RULE_WRITE = "complaints:assignment_rule:write"
    FLAG_READ = "complaints:red_flag_phrase:read"
    FLAG_WRITE = "complaints:red_flag_phrase:write"
    KPI_READ = "complaints:kpi:read"  # counts, and the records behind them as far as they may be seen
    TAXONOMY_READ = "complaints:taxonomy:read"
    TAXONOMY_WRITE = "complaints:taxonomy:write"  # one classification for the whole group
    INQUIRY_READ = "complaints:inquiry:read"
    INQUIRY_CREATE = "complaints:inquiry:create"
    INQUIRY_WORK = "complaints:inquiry:work"
    INQUIRY_CONVERT = "complaints:inquiry:convert"
    CATEGORY_READ = "complaints:inquiry_category:read"
    CATEGORY_WRITE = "complaints:inquiry_category:write"
    SOURCE_READ = "complaints:source:read"
    SOURCE_WRITE = "complaints:source:write"  # one list for the whole group
    SOURCE_USE_READ = "complaints:source_use:read"  # the panel with its figures
    MAIL_READ = "complaints:mail:read"
    MAIL_WORK = "complaints:mail:work"  # make a complaint of an e-mail, take it as the complainant's, try it again
    MAILBOX_READ = "complaints:mailbox:read"
    MAILBOX_WRITE = "complaints:mailbox:write"


_KEEPERS = {Role.PX_ADMIN: Scope.ALL, Role.HOSPITAL_ADMIN: Scope.HOSPITAL}  # of the lists that the office works with
_OFFICE = {
    **_KEEPERS,
    Role.PX_COORDINATOR: Scope.HOSPITAL,
}
_MANAGER = {Role.DEPARTMENT_MANAGER: Scope.DEPARTMENT}
_ASKED = {Role.PHYSICIAN: Scope.ASSIGNED, Role.NURSE: Scope.ASSIGNED, Role.STAFF: Scope.ASSIGNED}
_SEES = {**_OFFICE, **_MANAGER, Role.VIEWER: Scope.HOSPITAL, Role.SOURCE_USER: Scope.OWN}
_HOSPITAL_READERS = {Role.VIEWER: Scope.HOSPITAL, Role.SOURCE_USER: Scope.HOSPITAL}

grant(
    {
        Perm.READ: _SEES,
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
        Perm.LINK_SEND: {**_OFFICE, Role.DEPARTMENT_MANAGER: Scope.HOSPITAL},
        Perm.PROMISE: {**_OFFICE, Role.DEPARTMENT_MANAGER: Scope.HOSPITAL},
        Perm.TEXT_READ: {**_OFFICE, Role.DEPARTMENT_MANAGER: Scope.HOSPITAL},
        Perm.TEXT_WRITE: _KEEPERS,
        Perm.CHECK_READ: {**_OFFICE, Role.DEPARTMENT_MANAGER: Scope.HOSPITAL},
        Perm.CHECK_WRITE: _KEEPERS,
        Perm.ASSIGN_RULE_READ: _KEEPERS,
        Perm.ASSIGN_RULE_WRITE: _KEEPERS,
        Perm.FLAG_READ: _OFFICE,
        Perm.FLAG_WRITE: _KEEPERS,
        Perm.KPI_READ: {**_OFFICE, **_MANAGER, Role.VIEWER: Scope.HOSPITAL},
        Perm.TAXONOMY_READ: {**_OFFICE, Role.DEPARTMENT_MANAGER: Scope.HOSPITAL},
        Perm.TAXONOMY_WRITE: {Role.PX_ADMIN: Scope.ALL},
        Perm.INQUIRY_READ: _SEES,
        Perm.INQUIRY_CREATE: {**_OFFICE, **_MANAGER, Role.SOURCE_USER: Scope.OWN},
        Perm.INQUIRY_WORK: {**_OFFICE, **_MANAGER},
        Perm.INQUIRY_CONVERT: _OFFICE,  # what is a complaint, the office says
        Perm.CATEGORY_READ: {**_OFFICE, Role.DEPARTMENT_MANAGER: Scope.HOSPITAL, **_HOSPITAL_READERS},
        Perm.CATEGORY_WRITE: _KEEPERS,
        Perm.SOURCE_READ: {**_OFFICE, Role.DEPARTMENT_MANAGER: Scope.HOSPITAL, **_HOSPITAL_READERS},
        Perm.SOURCE_WRITE: {Role.PX_ADMIN: Scope.ALL},
        Perm.SOURCE_USE_READ: _KEEPERS,
        Perm.MAIL_READ: _OFFICE,
        Perm.MAIL_WORK: _OFFICE,
        Perm.MAILBOX_READ: _KEEPERS,
        Perm.MAILBOX_WRITE: _KEEPERS,
    }
)
