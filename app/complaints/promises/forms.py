"""The forms of promises."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, HiddenField, SelectField
from wtforms.validators import Optional

from app.complaints.forms import choices
from app.complaints.promises.enums import KINDS
from app.complaints.promises.services import PromiseFacts
from app.core.web.forms import Form, LineField, UuidField, VersionField, here


class PromiseForm(Form):
    """Promise something."""

    kind = SelectField(_l("What is promised"), choices=choices(KINDS), default="call")
    due_at = DateTimeLocalField(_l("Until when"), [Optional()])
    owner_id = UuidField(_l("Who keeps it"))
    what = LineField(_l("In your words"))

    def facts(self) -> PromiseFacts:
        """Give what was typed; the time is of the zone that the page shows."""
        return PromiseFacts(
            kind=self.kind.data,
            what=self.what.data or "",
            due_at=here(self.due_at.data),
            owner_id=self.owner_id.data,
        )


class SettleForm(Form):
    """Say that a promise was done (`done`), or take it back (`withdraw`)."""

    version = VersionField()
    verb = HiddenField()
