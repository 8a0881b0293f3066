"""Reading the event log as audit trail: a list by key with filters, one event with its values, the state of the chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, or_, select

from app.core.access.actor import Actor, acting_as, system_actor
from app.core.access.policy import require
from app.core.db.base import db
from app.core.db.unit import command, unit_of_work
from app.core.errors import NotFound
from app.core.events.kinds import Event
from app.core.events.models import EventDetail, EventLog, EventSeal, EventUnsealed
from app.core.events.record import record
from app.core.events.sealer import verify
from app.core.events.subjects import may_see_values
from app.core.events.timeline import LABELS, describe
from app.core.health import Perm
from app.core.i18n import select_zone
from app.core.jobs.periodic import periodic
from app.core.jobs.queues import REPORTS, job
from app.core.logging import get_logger
from app.core.web.keys import read_key, write_key

log = get_logger(__name__)

PAGE = 50
PART = 1_000
MOST_EXPORTED = 100_000
THE_LOG = UUID("00000000-0000-7000-8000-000000000360")  # the log itself, as the subject of its own events


@dataclass(frozen=True)
class ChainVerified(Event):
    """The whole chain was walked: how many seals, how many faults."""

    kind: ClassVar[str] = "core.audit.verified"
    subject_type: ClassVar[str] = "audit_log"
    checked: int
    faults: int


@dataclass(frozen=True)
class AuditExported(Event):
    """Somebody took a part of the log out."""

    kind: ClassVar[str] = "core.audit.exported"
    subject_type: ClassVar[str] = "audit_log"


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the log; it lives in the address."""

    actor_id: UUID | None = None
    kind: str = ""
    subject_type: str = ""
    subject_id: UUID | None = None
    hospital_id: UUID | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the log, newest first."""

    rows: list[EventLog]
    next_key: str | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a field held before and after; hidden where the reader may not see it."""

    field: str
    before: str
    after: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the log is sealed, and what the last walk over the chain found."""

    position: int
    sealed_at: datetime | None
    unsealed: int
    verified_at: datetime | None
    checked: int
    faults: int


def _query(filters: Filters, actor: Actor) -> Select[Any]:
    """Start from what the actor may read: everything, or the rows of the own hospitals; the group's are PX Admin's."""
    require(actor, Perm.AUDIT)
    query = select(EventLog).order_by(EventLog.at.desc(), EventLog.id.desc())
    if actor.hospital_ids is not None:
        query = query.where(EventLog.hospital_id.in_(actor.hospital_ids))
    for column, value in (
        (EventLog.actor_id, filters.actor_id),
        (EventLog.kind, filters.kind),
        (EventLog.subject_type, filters.subject_type),
        (EventLog.subject_id, filters.subject_id),
        (EventLog.hospital_id, filters.hospital_id),
    ):
        if value:
            query = query.where(column == value)
    if filters.first:
        query = query.where(EventLog.at >= _midnight(filters.first))
    if filters.last:
        query = query.where(EventLog.at < _midnight(filters.last + timedelta(days=1)))
    return query


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(select_zone()))


def list_page(filters: Filters, *, actor: Actor, key: str | None = None) -> Page:
    """Give one page of the log by key, newest first."""
    query = _query(filters, actor)
    after = read_key(key)
    if after is not None:
        at, row_id = after
        query = query.where(or_(EventLog.at < at, and_(EventLog.at == at, EventLog.id < row_id)))
    rows = list(db.session.execute(query.limit(PAGE + 1)).scalars())
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return Page(rows, write_key(rows[-1].at, rows[-1].id) if more else None)


def get(event_id: UUID, *, actor: Actor) -> EventLog:
    """Find one event. NotFound: there is none, or none that this actor may see."""
    row = db.session.execute(_query(Filters(), actor).where(EventLog.id == event_id)).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def changes_of(row: EventLog, *, actor: Actor) -> list[FieldChange] | None:
    """Give what an event changed, field by field; None when its values were erased. Nothing changed: an empty list."""
    detail = db.session.get(EventDetail, row.id)
    if detail is None:
        return None if row.digest.strip(b"\0") else []
    found = []
    for field, (before, after) in sorted(detail.changes.items()):
        hidden = not may_see_values(row.subject_type, field, actor)
        found.append(FieldChange(field, "" if hidden else _text(before), "" if hidden else _text(after), hidden))
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(_text(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_text(each)}" for name, each in value.items() if each not in (None, ""))
    return str(value)


def kinds() -> list[tuple[str, Any]]:
    """Give the kinds of events that have words, for the filter."""
    return sorted(LABELS.items())


def chain_state() -> ChainState:
    """Say how far the log is sealed and what the last check of the chain found."""
    last = db.session.execute(
        select(EventSeal.position, EventSeal.sealed_at).order_by(EventSeal.position.desc()).limit(1)
    ).first()
    unsealed = db.session.execute(select(func.count()).select_from(EventUnsealed)).scalar_one()
    with acting_as(system_actor("read the last check of the chain")):
        walked = db.session.execute(
            select(EventLog).where(EventLog.kind == ChainVerified.kind).order_by(EventLog.at.desc()).limit(1)
        ).scalar_one_or_none()
    return ChainState(
        position=last.position if last else 0,
        sealed_at=last.sealed_at if last else None,
        unsealed=unsealed,
        verified_at=walked.at if walked else None,
        checked=int(walked.data["checked"]) if walked else 0,
        faults=int(walked.data["faults"]) if walked else 0,
    )


def all_rows(filters: Filters, *, actor: Actor) -> Iterator[list[EventLog]]:
    """Give the log part by part, newest first, for an export; at most 100,000 rows."""
    query, after = _query(filters, actor), None
    for _part in range(0, MOST_EXPORTED, PART):
        part = query if after is None else query.where(or_(EventLog.at < after[0], _same_time(after)))
        with acting_as(actor):
            rows = list(db.session.execute(part.limit(PART)).scalars())
        if rows:
            yield rows
            after = (rows[-1].at, rows[-1].id)
            db.session.expunge_all()
        if len(rows) < PART:
            return


def _same_time(after: tuple[datetime, UUID]) -> Any:
    return and_(EventLog.at == after[0], EventLog.id < after[1])


@command
def note_export(*, actor: Actor) -> None:
    """Record that this actor took a part of the log out."""
    record(AuditExported(THE_LOG, actor.only_hospital_id), actor=actor)


@job(queue=REPORTS, timeout=3600)
def verify_chain() -> None:
    """Walk the whole chain and record what was found; a fault is also an error in the logs."""
    found = verify()
    if not found.is_whole:
        log.error("audit_chain_broken", faults=len(found.faults), first=found.faults[0][0])
    with acting_as(system_actor("verify the event log")) as actor, unit_of_work():
        record(ChainVerified(THE_LOG, None, found.checked, len(found.faults)), actor=actor)


periodic(verify_chain, every_seconds=86_400, purpose="Check the chain of the audit log from end to end")


def init_words() -> None:
    """Name the log's own events."""
    from flask_babel import lazy_gettext as _l

    describe(ChainVerified.kind, _l("The audit log was checked"), "shield-check")
    describe(AuditExported.kind, _l("A part of the audit log was exported"), "download")
