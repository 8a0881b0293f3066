"""Promises in the timeline of their case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.inquiries.story import TITLES as OF_INQUIRIES
from app.complaints.promises.enums import KINDS
from app.complaints.promises.events import ComplaintPromiseMoved, InquiryPromiseMoved
from app.complaints.story import TITLES as OF_COMPLAINTS
from app.core.events.timeline import describe

_VERBS: dict[str, Callable[[str], str]] = {
    "make": lambda what: _("Promised: %(what)s", what=what),
    "remind": lambda what: _("The promise is due soon: %(what)s", what=what),
    "keep": lambda what: _("The promise was kept: %(what)s", what=what),
    "break": lambda what: _("The promise was broken: %(what)s", what=what),
    "keep_late": lambda what: _("The promise was made good late: %(what)s", what=what),
    "withdraw": lambda what: _("The promise was taken back: %(what)s", what=what),
}


def _title(data: dict[str, Any], _known: Mapping[UUID, str]) -> str:
    return _VERBS[data["verb"]](str(KINDS[data["promise"]]))


for _event, _titles in ((ComplaintPromiseMoved, OF_COMPLAINTS), (InquiryPromiseMoved, OF_INQUIRIES)):
    describe(_event.kind, _l("A promise took a step"), "clock")
    _titles[_event.kind] = _title
