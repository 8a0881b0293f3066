"""A case's timeline in words: its events, the steps of its clocks, what people wrote, and what else belongs to it.

A domain gives a table of titles for its own kinds of events; everything else is told here. A domain that stands above
another hangs lines of its own on that one's cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import has_request_context, url_for
from flask_babel import gettext as _

from app.core.access.actor import Actor
from app.core.events.timeline import TimelineEntry
from app.core.sla.events import ClockEscalated, ClockExtensionMoved, ClockMoved, ClockReminded
from app.core.sla.kinds import KINDS
from app.core.sla.words import EXTENSIONS, PERSON, cause_label, rung_label
from app.core.web import names

TONES = {"core.clock.breached": "danger", "core.clock.escalated": "warning", "core.clock.reminded": "warning"}
Title = Callable[[dict[str, Any], Mapping[UUID, str]], str]  # the event's fields and the people's names -> its words
TOLD: dict[str, Title] = {}  # of every domain, for pages that tell of any record
PEOPLE = ("assignee_id",)  # fields of events that name a person


@dataclass(frozen=True, slots=True)
class Mark:
    """The state in which something stands, as a line shows it."""

    label: str
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: when, who did it (empty: PX360), in words, and what was written."""

    at: datetime
    who: str
    title: str
    icon: str
    tone: str = "neutral"
    text: str = ""
    language: str = ""
    entry: TimelineEntry | None = None  # of the log; none of what was written
    mark: Mark | None = None  # how what it tells of stands now
    note: str = ""  # more in few words, muted: where a message went, a score
    href: str = ""  # its own page, for who may open it
    message_id: UUID | None = None  # of the message that it tells of, or by which its text went out


@dataclass(frozen=True, slots=True)
class Written:
    """Something that a person wrote on a case."""

    at: datetime
    who: str
    title: str
    text: str
    language: str
    mark: Mark | None = None  # how the message stands by which it went out
    note: str = ""
    href: str = ""
    message_id: UUID | None = None


Hung = Callable[[Sequence[UUID], Actor], Iterable[Line]]  # what belongs to a case -> lines, as far as one may read
_hung: dict[str, dict[str, Hung]] = {}


def own_page(endpoint: str, **ids: Any) -> str:
    """Give the address of what a line tells of; empty where no request stands behind, as on paper that a job draws."""
    return url_for(endpoint, **ids) if has_request_context() else ""


def hang(place: str, name: str, find: Hung) -> None:
    """Hang lines of a higher domain on the cases of a `place` (complaint, ...): one statement for a page."""
    _hung.setdefault(place, {})[name] = find


def hung_on(place: str, ids: Sequence[UUID], actor: Actor) -> list[Line]:
    """Give what other domains hang on a case by the ids of what belongs to it, as far as the actor may read it."""
    return [line for find in _hung.get(place, {}).values() for line in find(ids, actor)]


def tell(titles: Mapping[str, Title]) -> None:
    """Let a domain give the titles of its events to pages that tell of any record."""
    TOLD.update(titles)


def lines_of(
    entries: Sequence[TimelineEntry],
    written: Iterable[Written],
    titles: Mapping[str, Title],
    more: Iterable[Line] = (),
) -> list[Line]:
    """Give the timeline, with what `more` there is; one statement for the names. A title that is empty leaves its event out."""
    known = names.of("user", _people(entries))
    table = {**CLOCK_TITLES, **titles}
    has_many_clocks = len({entry.data["clock"] for entry in entries if "clock" in entry.data}) > 1
    lines = [
        Line(
            entry.at,
            known.get(entry.actor_id, "") if entry.actor_id else "",
            _of_which_clock(title, entry) if has_many_clocks else title,
            entry.icon,
            TONES.get(entry.kind, "neutral"),
            entry=entry,
        )
        for entry in entries
        if (title := table[entry.kind](entry.data, known) if entry.kind in table else str(entry.label))
    ]
    lines += [
        Line(
            *(each.at, each.who, each.title, "message", "accent", each.text, each.language),
            mark=each.mark,
            note=each.note,
            href=each.href,
            message_id=each.message_id,
        )
        for each in written
    ]
    return sorted([*lines, *more], key=lambda line: line.at, reverse=True)


def _of_which_clock(title: str, entry: TimelineEntry) -> str:
    """Name the clock where a case has several."""
    kind = KINDS.get(entry.data.get("clock", ""))
    return f"{kind.label} · {title}" if kind else title


def _people(entries: Sequence[TimelineEntry]) -> set[UUID]:
    found = {entry.actor_id for entry in entries if entry.actor_id}
    for entry in entries:
        found |= {UUID(entry.data[name]) for name in PEOPLE if entry.data.get(name)}
        if str(entry.data.get("to", "")).startswith(PERSON):
            found.add(UUID(entry.data["to"].removeprefix(PERSON)))
    return found


def assigned(data: dict[str, Any], known: Mapping[UUID, str]) -> str:
    """Say who owns it now, or that nobody does any more."""
    if data["assignee_id"] is None:
        return _("The assignment was taken back")
    return _("Handed over to %(name)s", name=known.get(UUID(data["assignee_id"]), "–"))


def passed_on(data: dict[str, Any], known: Mapping[UUID, str]) -> str:
    """Say that a rung of the ladder was empty."""
    return _("Nobody was there as %(who)s; the next level was told", who=rung_label(data["to"], known))


CLOCK_TITLES: dict[str, Title] = {
    ClockReminded.kind: lambda data, _known: _(
        "Reminder: %(percent)s %% of the time had passed", percent=data["percent"]
    ),
    ClockExtensionMoved.kind: lambda data, _known: str(EXTENSIONS[data["what"]]),
    ClockMoved.kind: lambda data, _known: _("The deadline moved: %(why)s", why=cause_label(data["cause"])),
    ClockEscalated.kind: lambda data, known: _("Escalated to %(who)s", who=rung_label(data["to"], known)),
}
