"""What happened to an inquiry as one timeline, and the words of its events everywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.models import User
from app.complaints.inquiries.enums import NOTE_KINDS, InquiryStatus
from app.complaints.inquiries.events import (
    InquiriesExported,
    InquiryAssigned,
    InquiryMoved,
    InquiryNoted,
    InquiryPassedOn,
    InquiryReceived,
    InquirySorted,
    InquirySourceChanged,
)
from app.complaints.inquiries.models import InquiryNote
from app.complaints.inquiries.workflow import CONVERT
from app.complaints.sources.story import came
from app.core.events.timeline import TimelineEntry, describe
from app.core.i18n import named
from app.core.web import story
from app.core.web.story import Line, Title, Written
from app.notifications.story import Sent

describe(InquiriesExported.kind, _l("Inquiries were taken out as a file"), "download")
describe(InquiryReceived.kind, _l("The inquiry was received"), "plus")
describe(InquiryAssigned.kind, _l("It was handed over"), "user-check")
describe(InquirySourceChanged.kind, _l("Its source was changed"), "inbox")
describe(InquirySorted.kind, _l("Category or department was set"), "tag")
describe(InquiryMoved.kind, _l("It took a step"), "arrow-right")
describe(InquiryNoted.kind, _l("A note was written"), "message")
describe(InquiryPassedOn.kind, _l("The next level was told"), "arrow-up")


def lines_of(
    entries: Sequence[TimelineEntry], notes: Iterable[tuple[InquiryNote, User | None]], sent: Sent | None = None
) -> list[Line]:
    """Give the timeline; one statement for the names. A message that carries an answer is told with that answer."""
    sent = sent or Sent()
    written = [
        Written(
            *(note.created_at, named(author), str(NOTE_KINDS[note.kind]), note.body, note.text_language),
            **sent.of_texts.get(note.id, {}),
        )
        for note, author in notes
    ]
    return story.lines_of(sent.untold(entries), written, TITLES, sent.lines)


def _moved(data: dict[str, Any], _known: Mapping[UUID, str]) -> str:
    if data["verb"] == CONVERT:
        return _("It became complaint %(reference)s", reference=data["code"])
    before, after = InquiryStatus(data["before"]).label, InquiryStatus(data["after"]).label
    return _("Status: %(after)s (before: %(before)s)", before=before, after=after)


TITLES: dict[str, Title] = {
    InquiryNoted.kind: lambda _data, _known: "",  # the note itself stands there
    InquiryMoved.kind: _moved,
    InquiryAssigned.kind: story.assigned,
    InquirySourceChanged.kind: came,
    InquiryPassedOn.kind: story.passed_on,
}
story.tell(TITLES)
