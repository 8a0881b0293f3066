"""Steps back that stand open for three minutes: for the Undo of a change to many, and for a slip of one."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.time import clock
from app.core.web.chosen import BACK_WITHIN


def just_ended(row: Any, _actor: Actor) -> Any:
    """Refuse to take an end back that is older than three minutes: a guard of a workflow's step."""
    late = row.closed_at is None or clock.now() - row.closed_at > BACK_WITHIN
    return _l("This can be taken back for three minutes only.") if late else None
