"""The names of roles, of the states of an account, and of themes."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.access.actor import Role

ROLE_LABELS: dict[Role, Any] = {
    Role.PX_ADMIN: _l("PX Admin"),
    Role.HOSPITAL_ADMIN: _l("Hospital Admin"),
    Role.DEPARTMENT_MANAGER: _l("Department Manager"),
    Role.PX_COORDINATOR: _l("PX Coordinator"),
    Role.PHYSICIAN: _l("Physician"),
    Role.NURSE: _l("Nurse"),
    Role.STAFF: _l("Staff"),
    Role.VIEWER: _l("Viewer"),
    Role.SOURCE_USER: _l("Source User"),
}

STATE_LABELS: dict[str, Any] = {
    "active": _l("Active"),
    "invited": _l("Invited"),
    "blocked": _l("Blocked"),
    "archived": _l("Archived"),
}
STATE_TONES = {"active": "success", "invited": "accent", "blocked": "danger", "archived": "neutral"}
STATE_ICONS = {"active": "check", "invited": "mail", "blocked": "lock", "archived": "archive"}
THEME_LABELS: dict[str, Any] = {"auto": _l("As the device"), "light": _l("Light"), "dark": _l("Dark")}
