"""The forms of more time."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, HiddenField
from wtforms.validators import Optional

from app.core.web.forms import Form, TextField, VersionField, here

VERBS = ("grant", "refuse", "withdraw")


class MoreTimeForm(Form):
    """Ask for a later due time."""

    until = DateTimeLocalField(_l("New deadline"), [Optional()])
    reason = TextField(_l("Why more time is needed"), most=2000)

    def instant(self) -> datetime | None:
        """Give the time as an instant of the zone that the page shows."""
        return here(self.until.data)


class DecideForm(Form):
    """Grant, refuse, or take back."""

    version = VersionField()
    verb = HiddenField()
    answer = TextField(_l("Why"), most=2000)
