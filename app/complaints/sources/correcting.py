"""Correcting where a case came from: what may be corrected, and into what."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.complaints.sources.built_in import BY_STAFF
from app.complaints.sources.known import may_be_named, was_named
from app.core.errors import Conflict, Invalid


def check_correction(kind: str, case: Any, source: str) -> None:
    """Refuse what staff may not correct of a complaint or an inquiry (`kind`).

    Conflict: it came through a door of its own. Invalid (`channel`): a source that nobody may name.
    """
    if not was_named(case.channel, BY_STAFF[kind]):
        raise Conflict(_("It came through a door of its own: its source stays."), code="source", current=case)
    if not may_be_named(kind, source, BY_STAFF):
        raise Invalid(channel=_("Choose one of the listed codes."))
