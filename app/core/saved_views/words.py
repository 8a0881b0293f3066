"""Words of saved views for timelines and the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.events.subjects import declare
from app.core.events.timeline import describe
from app.core.saved_views.events import ColumnsChosen, SavedViewChanged

declare("saved_view", _l("Saved view"))
describe(SavedViewChanged.kind, _l("A saved view was changed"), "eye")
describe(ColumnsChosen.kind, _l("Columns of a queue were chosen"), "columns-3")
