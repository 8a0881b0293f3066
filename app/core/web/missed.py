"""What a form missed: who changed which field of its record meanwhile, and when, from the event log.

The page of both versions (`core.web.stale`) shows it above the two. Fields have the words of the form, or of `WORDS`; what
neither names (keys, copies) is not told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, DateTimeField, Field

from app.core.events import timeline
from app.core.events.subjects import may_see_values
from app.core.events.timeline import TimelineEntry
from app.core.severity import Severity
from app.core.web import names, story
from app.core.web.doors import current_actor
from app.core.web.in_words import said, sort_of

MOST_ACTS = 5
MOST_SIGNS = 300  # of a value
WORDS: dict[str, Any] = {  # of fields that another form of the same record changes
    "assignee_id": _l("Owner"),
    "severity": _l("Severity"),
    "patient_id": _l("Patient"),
    "department_id": _l("Department"),
    "category_id": _l("Category"),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field as an act changed it, in words; hidden where the reader may not see what it held."""

    label: Any
    before: str = ""
    after: str = ""
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happened meanwhile, and the fields that it changed."""

    line: story.Line
    changes: list[FieldChange] = field(default_factory=list)


def acts_of(form: Any, current: Any, typed_at_version: int) -> list[Act]:
    """Give the latest acts on the record, newest first: as many as versions were missed, at most five; of one request all."""
    lines = story.lines_of(_entries_of(current), [], story.TOLD)
    missed = max(1, min(current.version - typed_at_version, MOST_ACTS))
    kept = list(_latest(lines, missed))
    told = timeline.changes_of(line.entry.id for line in kept if line.entry)
    changed = {event_id: _named(form, changes) for event_id, changes in told.items()}
    known = _names(changed.values())
    return [Act(line, _changes(form, line.entry, changed, known)) for line in kept]


def _entries_of(current: Any) -> Sequence[TimelineEntry]:
    """Of a part of a case (a point, a promise) what concerns that part; where the log does not say, of the whole case."""
    case_id = getattr(current, "complaint_id", None)
    found = timeline.of_subject(*(each for each in (current.id, case_id) if each), actor=current_actor)
    own = [each for each in found if each.subject_id == current.id or str(current.id) in each.data.values()]
    return own or found


def _latest(lines: Iterable[story.Line], number: int) -> Iterable[story.Line]:
    """What came with one request was one act."""
    acts: set[str] = set()
    for line in lines:
        if line.entry is None:
            continue
        acts.add(line.entry.request_id or str(line.entry.id))
        if len(acts) > number:
            return
        yield line


def _named(form: Any, changes: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Give the changes of fields that have words, before and after as values."""
    return {
        name: (_value(form, name, before), _value(form, name, after))
        for name, (before, after) in changes.items()
        if _field(form, name) is not None or name in WORDS
    }


def _field(form: Any, name: str) -> Field | None:
    return next((form[each] for each in (name, name.removesuffix("_id")) if each in form), None)


def _value(form: Any, name: str, kept: Any) -> Any:
    """Give a value of the log, where it is JSON, as the record had it."""
    shown_in = _field(form, name)
    try:
        if isinstance(kept, str) and name.endswith("_id"):
            return UUID(kept)
        if isinstance(kept, str) and isinstance(shown_in, DateTimeField):
            return (date if isinstance(shown_in, DateField) else datetime).fromisoformat(kept)
    except ValueError:
        return kept
    return kept


def _names(changed: Iterable[Mapping[str, tuple[Any, Any]]]) -> dict[UUID, str]:
    """Give the names of all ids among the values, in one statement for each sort."""
    ids: dict[str, set[UUID]] = defaultdict(set)
    for changes in changed:
        for name, values in changes.items():
            ids[sort_of(name)] |= {each for each in values if isinstance(each, UUID)}
    return {key: name for sort, wanted in ids.items() for key, name in names.of(sort, wanted).items()}


def _changes(
    form: Any,
    entry: TimelineEntry | None,
    changed: Mapping[UUID, Mapping[str, tuple[Any, Any]]],
    known: Mapping[UUID, str],
) -> list[FieldChange]:
    if entry is None:
        return []
    found = []
    for name, (before, after) in changed.get(entry.id, {}).items():
        shown_in = _field(form, name)
        label = shown_in.label.text if shown_in is not None and shown_in.label.text else WORDS.get(name, name)
        if may_see_values(entry.subject_type, name, current_actor):
            words = (_words(shown_in, name, before, known), _words(shown_in, name, after, known))
            found.append(FieldChange(label, *words))
        else:
            found.append(FieldChange(label, is_hidden=True))
    return found


def _words(shown_in: Field | None, name: str, value: Any, known: Mapping[UUID, str]) -> str:
    if isinstance(value, UUID):
        return known.get(value, _("another choice"))
    if shown_in is None and name == "severity" and value in set(Severity):
        return str(Severity(value).label)
    words = said(shown_in, value, name)
    return words if len(words) <= MOST_SIGNS else f"{words[:MOST_SIGNS]}…"
