"""What happened to a complaint as one timeline, and the words of its events everywhere else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.models import User
from app.complaints.enums import LINKS, NOTE_KINDS, SUGGESTED, ComplaintStatus
from app.complaints.events import (
    ComplaintAssigned,
    ComplaintIdentified,
    ComplaintJudged,
    ComplaintLinked,
    ComplaintMerged,
    ComplaintMoved,
    ComplaintNoted,
    ComplaintPaperMade,
    ComplaintPassedOn,
    ComplaintReceived,
    ComplaintSeverityChanged,
    ComplaintsExported,
    ComplaintSourceChanged,
    ExplanationMoved,
    PointChanged,
    SuggestionJudged,
)
from app.complaints.models import ComplaintNote
from app.complaints.sources.story import came
from app.core.events.timeline import TimelineEntry, describe
from app.core.i18n import named
from app.core.severity import Severity
from app.core.web import story
from app.core.web.story import Line, Title, Written, own_page
from app.notifications.story import Sent

describe(ComplaintReceived.kind, _l("The complaint was received"), "plus")
describe(ComplaintAssigned.kind, _l("It was handed over"), "user-check")
describe(ComplaintIdentified.kind, _l("The patient was found"), "user")
describe(ComplaintMoved.kind, _l("It took a step"), "arrow-right")
describe(ComplaintJudged.kind, _l("The survey about the answer came back"), "clipboard-check")
describe(ComplaintsExported.kind, _l("Complaints were taken out as a file"), "download")
describe(ComplaintPaperMade.kind, _l("A letter or a case pack was made"), "file-text")
describe(ComplaintMerged.kind, _l("It was merged with another"), "arrow-merge")
describe(ComplaintLinked.kind, _l("Its links were changed"), "link")
describe(ComplaintSeverityChanged.kind, _l("Its severity was changed"), "alert-triangle")
describe(ComplaintSourceChanged.kind, _l("Its source was changed"), "inbox")
describe(ComplaintNoted.kind, _l("A note was written"), "message")
describe(PointChanged.kind, _l("A point was changed"), "list-details")
describe(ExplanationMoved.kind, _l("An explanation took a step"), "user-question")
describe(SuggestionJudged.kind, _l("A suggestion was judged"), "bulb")
describe(ComplaintPassedOn.kind, _l("The next level was told"), "arrow-up")


@dataclass(frozen=True, slots=True)
class Beside:
    """What belongs to a complaint beside its own log and notes, as far as the reader may read it."""

    sent: Sent = field(default_factory=Sent)
    surveys: Mapping[UUID, Line] = field(default_factory=dict)
    explanations: Collection[UUID] = ()  # that the reader may open
    others: Sequence[Line] = ()  # of other domains


def lines_of(
    entries: Sequence[TimelineEntry],
    notes: Iterable[tuple[ComplaintNote, User | None]],
    beside: Beside | None = None,
) -> list[Line]:
    """Give the timeline; one statement for the names.

    A message that carries a note is told with that note, and a survey whose answer is an event of the case with that
    event: neither stands there twice.
    """
    beside = beside or Beside()
    written = [
        Written(
            *(note.created_at, named(author), str(NOTE_KINDS[note.kind]), note.body, note.text_language),
            **beside.sent.of_texts.get(note.id, {}),
        )
        for note, author in notes
    ]
    judged = {UUID(each.data["survey_id"]) for each in entries if each.kind == ComplaintJudged.kind}
    more = [line for survey_id, line in beside.surveys.items() if survey_id not in judged]
    lines = story.lines_of(beside.sent.untold(entries), written, TITLES, [*beside.sent.lines, *more, *beside.others])
    return [_with_its_page(line, beside) for line in lines]


def _with_its_page(line: Line, beside: Beside) -> Line:
    """Lead from an event to what it tells of, where the reader may open that."""
    if line.entry is None:
        return line
    if line.entry.kind == ExplanationMoved.kind:
        explanation_id = UUID(line.entry.data["explanation_id"])
        if explanation_id in beside.explanations:
            return replace(line, href=own_page("explanations.show", explanation_id=explanation_id))
    if line.entry.kind == ComplaintJudged.kind:
        survey = beside.surveys.get(UUID(line.entry.data["survey_id"]))
        if survey is not None:
            return replace(line, href=survey.href, note=survey.note)
    return line


def _moved(data: dict[str, Any], _known: Mapping[UUID, str]) -> str:
    before, after = ComplaintStatus(data["before"]).label, ComplaintStatus(data["after"]).label
    return _("Status: %(after)s (before: %(before)s)", before=before, after=after)


def _judged(data: dict[str, Any], _known: Mapping[UUID, str]) -> str:
    before, after = Severity(data["before"]).label, Severity(data["after"]).label
    return _("Severity: %(after)s (before: %(before)s)", before=before, after=after)


def _merged(data: dict[str, Any], _known: Mapping[UUID, str]) -> str:
    if data["what"] == "merged":
        return _("Merged with %(reference)s", reference=data["other_reference"])
    return _("Parted from %(reference)s again", reference=data["other_reference"])


def _how_it_was(data: dict[str, Any], _known: Mapping[UUID, str]) -> str:
    if data["satisfied"] is None:
        return _("The survey about the answer came back")
    return _("The answer satisfied") if data["satisfied"] else _("The answer did not satisfy")


_PAPERS = {"letter": lambda: _("A letter was issued"), "pack": lambda: _("The case pack was made")}


def _linked(data: dict[str, Any], _known: Mapping[UUID, str]) -> str:
    told = {"reference": data["other_reference"], "how": str(LINKS[data["link"]])}
    if data["what"] == "linked":
        return _("Linked with %(reference)s: %(how)s", **told)
    return _("Not linked with %(reference)s any more: %(how)s", **told)


def _suggestion(data: dict[str, Any], _known: Mapping[UUID, str]) -> str:
    what = str(SUGGESTED[data["what"]])
    if data["state"] == "accepted":
        return _("The suggestion was taken: %(what)s", what=what)
    return _("The suggestion was turned down: %(what)s", what=what)


_POINTS = {
    "added": lambda: _("A point was added"),
    "changed": lambda: _("A point was changed"),
    "removed": lambda: _("A point was removed"),
    "person_named": lambda: _("A person was named on a point"),
    "person_removed": lambda: _("A person was taken off a point"),
}
_EXPLANATIONS = {
    "ask": lambda name: _("%(name)s was asked to explain", name=name),
    "answer": lambda name: _("The explanation of %(name)s arrived", name=name),
    "accept": lambda name: _("The explanation of %(name)s was accepted", name=name),
    "return": lambda name: _("The explanation of %(name)s was returned", name=name),
    "cancel": lambda name: _("The request to %(name)s was taken back", name=name),
}

TITLES: dict[str, Title] = {
    ComplaintNoted.kind: lambda _data, _known: "",  # the note itself stands there
    ComplaintMoved.kind: _moved,
    ComplaintSeverityChanged.kind: _judged,
    ComplaintSourceChanged.kind: came,
    ComplaintMerged.kind: _merged,
    ComplaintLinked.kind: _linked,
    ComplaintJudged.kind: _how_it_was,
    ComplaintPaperMade.kind: lambda data, _known: _PAPERS[data["paper"]](),
    ComplaintAssigned.kind: story.assigned,
    PointChanged.kind: lambda data, _known: _POINTS[data["what"]](),
    ExplanationMoved.kind: lambda data, known: _EXPLANATIONS[data["verb"]](known.get(UUID(data["assignee_id"]), "–")),
    SuggestionJudged.kind: _suggestion,
    ComplaintPassedOn.kind: story.passed_on,
}
story.tell(TITLES)
