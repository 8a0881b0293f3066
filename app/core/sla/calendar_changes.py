"""Commands on working calendars: made, changed, made the default, archived. Each counts the open clocks again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, load, visible
from app.core.db.base import db
from app.core.db.unit import command
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events.record import Change, record
from app.core.sla import recounts
from app.core.sla.calendars import default_calendar, parsed
from app.core.sla.events import CalendarChanged
from app.core.sla.models import WorkingCalendar
from app.core.sla.policy import Perm
from app.core.time import clock, saudi
from app.core.time.calendar import Calendar

YEARS_AHEAD = 2

Edit = Callable[[Calendar], Calendar]


@dataclass(frozen=True, slots=True)
class CalendarFacts:
    """What names a calendar, and whether it is the hospital's default."""

    name_en: str
    name_ar: str
    is_default: bool


def listed(*, actor: Actor) -> list[WorkingCalendar]:
    """List the calendars of the actor's hospitals and the group's, the group's first."""
    return list(
        db.session.execute(
            select(WorkingCalendar)
            .where(visible(WorkingCalendar, actor, Perm.CALENDAR_READ), WorkingCalendar.archived_at.is_(None))
            .order_by(WorkingCalendar.hospital_id.is_not(None), WorkingCalendar.name_en, WorkingCalendar.id)
            .limit(300)
        ).scalars()
    )


def get(calendar_id: UUID, *, actor: Actor) -> WorkingCalendar:
    """Find a calendar through the actor."""
    return load(WorkingCalendar, calendar_id, actor=actor, needs=Perm.CALENDAR_READ)


@command
def create(
    *, hospital_id: UUID | None, facts: CalendarFacts, edit: Edit | None = None, actor: Actor
) -> WorkingCalendar:
    """Make a calendar; it begins as a copy of the one that holds so far. NotAllowed: for the group, or elsewhere."""
    if not can_reach_hospital(actor, Perm.CALENDAR_WRITE, hospital_id):
        raise NotAllowed()
    model = default_calendar(hospital_id) if hospital_id else None
    row = WorkingCalendar(
        hospital_id=hospital_id,
        name_en=facts.name_en,
        name_ar=facts.name_ar,
        is_default=False,
        definition=model.definition if model else _starting().to_dict(),
    )
    if edit is not None:
        _edit(row, edit)
    db.session.add(row)
    db.session.flush()
    record(CalendarChanged(row.id, row.hospital_id, "made"), actor=actor)
    if facts.is_default:
        _make_default(row)
        _count_again(row, "calendar:default", actor)
    return row


def _starting() -> Calendar:
    year = clock.now().year
    return saudi.default_hospital_calendar(range(year, year + YEARS_AHEAD + 1))


def preview_edit(calendar_id: UUID, edit: Edit, *, version: int, actor: Actor) -> recounts.Preview:
    """Say which open clocks would move if the calendar were edited so; raises what the edit itself would raise."""
    row = _load(calendar_id, version, actor)
    return recounts.preview(recounts.Scope(row.hospital_id), lambda: _edit(row, edit))


@command
def change(calendar_id: UUID, edit: Edit, *, what: str, version: int, actor: Actor) -> WorkingCalendar:
    """Save an edit and count the open clocks again from their original start, with the calendar as the cause.

    Invalid: the edit breaks a rule. Conflict: somebody changed the calendar since `version`.
    """
    row = _load(calendar_id, version, actor)
    before = row.definition
    if not _edit(row, edit):
        return row
    event = CalendarChanged(row.id, row.hospital_id, what)
    record(event, actor=actor, change=Change(difference(before, row.definition)))
    db.session.flush()
    _count_again(row, f"calendar:{what}", actor)
    return row


def preview_facts(calendar_id: UUID, facts: CalendarFacts, *, version: int, actor: Actor) -> recounts.Preview:
    """Say which open clocks would move if the calendar became the default, or no longer were."""
    row = _load(calendar_id, version, actor)
    if facts.is_default == row.is_default:
        return recounts.Preview()
    return recounts.preview(recounts.Scope(row.hospital_id), lambda: _take(row, facts))


@command
def rename(calendar_id: UUID, facts: CalendarFacts, *, version: int, actor: Actor) -> WorkingCalendar:
    """Save names and whether this is the default; clocks are counted again when that changed.

    Conflict: the group's only default can not be given up.
    """
    row = _load(calendar_id, version, actor)
    was = row.is_default
    row.name_en, row.name_ar = facts.name_en, facts.name_ar
    names = Change.of(row)
    _take(row, facts)
    fields = dict(names.fields) | ({"is_default": (was, row.is_default)} if was != row.is_default else {})
    if fields:
        record(CalendarChanged(row.id, row.hospital_id, "facts"), actor=actor, change=Change(fields))
    db.session.flush()
    if was != row.is_default:
        _count_again(row, "calendar:default", actor)
    return row


@command
def replace_all(
    calendar_id: UUID, facts: CalendarFacts, edit: Edit | None, *, version: int, actor: Actor
) -> WorkingCalendar:
    """Save names, default and hours in one go, as programs do; one version covers all of it."""
    row = rename(calendar_id, facts, version=version, actor=actor)
    if edit is not None:
        row = change(calendar_id, edit, what="definition", version=row.version, actor=actor)
    return row


@command
def archive(calendar_id: UUID, *, version: int | None, actor: Actor) -> None:
    """Take a calendar out of use. Conflict: it is a default, which must first be another one."""
    row = _load(calendar_id, version, actor)
    if row.is_default:
        raise Conflict(_l("This calendar is the default. Make another one the default first."), code="is_default")
    row.archived_at, row.archived_by_id = clock.now(), actor.id
    record(CalendarChanged(row.id, row.hospital_id, "archived"), actor=actor)


def _load(calendar_id: UUID, version: int | None, actor: Actor) -> WorkingCalendar:
    return load(
        WorkingCalendar,
        calendar_id,
        actor=actor,
        needs=Perm.CALENDAR_WRITE,
        sees=Perm.CALENDAR_READ,
        version=version,
        lock=True,
    )


def _edit(row: WorkingCalendar, edit: Edit) -> bool:
    """Put the edited definition into the row; tells whether anything changed."""
    fresh = edit(parsed(row))
    if fresh.zone not in available_timezones():
        raise Invalid(zone=_l("There is no such time zone."))
    definition = fresh.to_dict()
    if definition == parsed(row).to_dict():
        return False
    row.definition = definition
    return True


def _take(row: WorkingCalendar, facts: CalendarFacts) -> None:
    if facts.is_default and not row.is_default:
        _make_default(row)
    elif row.is_default and not facts.is_default:
        if row.hospital_id is None:
            raise Conflict(_l("The group needs a default calendar. Make another one the default."), code="is_default")
        row.is_default = False


def _make_default(row: WorkingCalendar) -> None:
    here = WorkingCalendar.hospital_id == row.hospital_id if row.hospital_id else WorkingCalendar.hospital_id.is_(None)
    others = db.session.execute(select(WorkingCalendar).where(WorkingCalendar.is_default, here)).scalars()
    for other in others:
        if other.id != row.id:
            other.is_default = False
    db.session.flush()  # two defaults may not stand side by side, not even for one statement
    row.is_default = True


def _count_again(row: WorkingCalendar, cause: str, actor: Actor) -> int:
    return recounts.begin(recounts.Scope(row.hospital_id), cause, actor=actor)


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Give what differs between two definitions, field by field; of lists only the entries that came or went."""
    found: dict[str, tuple[Any, Any]] = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, list) and isinstance(new, list):
            found[name] = ([each for each in old if each not in new], [each for each in new if each not in old])
        else:
            found[name] = (old, new)
    return found
