"""The forms of more time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, HiddenField
from wtforms.validators import Optional

from app.core.i18n import select_zone
from app.core.web.forms import Form, TextField, VersionField

VERBS = ("grant", "refuse", "withdraw")


class MoreTimeForm(Form):
    """Ask for a later due time."""

    until = DateTimeLocalField(_l("New deadline"), [Optional()])
    reason = TextField(_l("Why more time is needed"), most=2000)

    def instant(self) -> datetime | None:
        """Give the time as an instant of the zone that the page shows."""
        local = self.until.data
        return local.replace(tzinfo=ZoneInfo(select_zone())) if local else None


class DecideForm(Form):
    """Grant, refuse, or take back."""

    version = VersionField()
    verb = HiddenField()
    answer = TextField(_l("Why"), most=2000)
