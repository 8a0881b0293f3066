"""Red flags in the timeline of a complaint."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.enums import RED_FLAGS
from app.complaints.flags.events import ComplaintFlagged
from app.complaints.story import TITLES
from app.core.events.timeline import describe

describe(ComplaintFlagged.kind, _l("Added words raised a red flag"), "flag")
TITLES[ComplaintFlagged.kind] = lambda data, _known: _(
    "Added words raised a red flag: %(flags)s", flags=" · ".join(str(RED_FLAGS[each]) for each in data["flags"])
)
