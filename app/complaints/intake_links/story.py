"""Intake links in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.complaints.intake_links.events import IntakeLinkMoved
from app.core.events.timeline import describe

describe(IntakeLinkMoved.kind, _l("A link to complain took a step"), "link")
