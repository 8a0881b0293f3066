"""Checklists in the timeline."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.checklists.events import ComplaintChecked
from app.complaints.story import TITLES
from app.core.events.timeline import describe

describe(ComplaintChecked.kind, _l("An item of the checklist was ticked"), "list-check")
TITLES[ComplaintChecked.kind] = lambda data, _known: (
    _("Done of the checklist: %(code)s", code=data["code"])
    if data["what"] == "done"
    else _("Not done of the checklist any more: %(code)s", code=data["code"])
)
