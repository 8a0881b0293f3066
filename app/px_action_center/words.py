"""Words of actions for templates: labels of codes."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.core.i18n import gettext as _
from app.px_action_center.enums import ActionStatus, Severity, SignalKind

TONES: dict[str, str] = {
    ActionStatus.OPEN: "accent",
    ActionStatus.IN_PROGRESS: "accent",
    ActionStatus.PENDING_APPROVAL: "warning",
    ActionStatus.APPROVED: "success",
}
_SETS: dict[str, Any] = {"status": ActionStatus, "severity": Severity, "signal": SignalKind}


def action_label(name: str, code: str) -> Any:
    """Give the label of a code of the set `status`, `severity` or `signal`."""
    return _SETS[name](code).label


def source_of(code: str) -> Any:
    """Say for what an action was opened: the signal, or that somebody saw the need."""
    return action_label("signal", code) if code in set(SignalKind) else _("somebody saw the need")


def action_tone(status: str) -> str:
    """Give the tone of a state."""
    return TONES.get(status, "neutral")


def init_app(app: Flask) -> None:
    """Give them to templates, macros included."""
    app.jinja_env.globals.update(action_label=action_label, action_source=source_of, action_tone=action_tone)
