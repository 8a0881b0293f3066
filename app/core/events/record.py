"""`record`: timeline, audit trail and outbox in one call, inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import inspect

from app.core.access.actor import Actor
from app.core.access.wall import writing_past_the_session
from app.core.db.base import db
from app.core.db.ids import uuid7
from app.core.db.unit import after_commit
from app.core.events.kinds import Event, _plain, subscribers_of
from app.core.logging import request_id
from app.core.time import clock


@dataclass(frozen=True, slots=True)
class Change:
    """What a command changed, field by field, as (before, after); kept apart from the log because it may be personal."""

    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Any, *, leave_out: frozenset[str] = frozenset({"updated_at", "version"})) -> Change:
        """Read the pending changes of an ORM row before it is flushed."""
        state = inspect(row)
        found: dict[str, tuple[Any, Any]] = {}
        for column in state.mapper.column_attrs:
            history = state.attrs[column.key].history
            if column.key in leave_out or not history.has_changes():
                continue
            before = history.deleted[0] if history.deleted else None
            after = history.added[0] if history.added else None
            if before != after:
                found[column.key] = (before, after)
        return cls(found)

    def as_json(self) -> dict[str, list[Any]]:
        """Give the change as JSON values."""
        return {name: [_json(before), _json(after)] for name, (before, after) in self.fields.items()}


def record(event: Event, *, actor: Actor, change: Change | None = None) -> UUID:
    """Write what happened: one log row, its erasable detail, and one delivery per subscriber. Returns the event's id.

    Runs in the caller's unit of work; workers are nudged after the commit.
    """
    return _write([(event, change)], actor)[0]


def record_many(events: Iterable[Event], *, actor: Actor) -> list[UUID]:
    """Write what happened to many: the same rows as `record` of each in turn, in as many statements as for one."""
    return record_changes([(event, None) for event in events], actor=actor)


def record_changes(told: Sequence[tuple[Event, Change | None]], *, actor: Actor) -> list[UUID]:
    """The same for events of which some come with what a command changed, field by field."""
    return _write(list(told), actor)


@dataclass(frozen=True, slots=True)
class _LogRow:
    """A row of the log that is about to be written: its columns in order."""

    id: UUID
    at: datetime
    kind: str
    subject_type: str
    subject_id: UUID
    hospital_id: UUID | None
    actor_kind: str
    actor_id: UUID | None
    request_id: str
    data: Jsonb
    digest: bytes


# one statement for any number of events, and one round trip: what a command writes of itself is part of every command
_WRITE = """
WITH log AS (
  INSERT INTO event_log
    (id, at, kind, subject_type, subject_id, hospital_id, actor_kind, actor_id, request_id, data, digest)
  SELECT * FROM unnest(
    %(id)s::uuid[], %(at)s::timestamptz[], %(kind)s::text[], %(subject_type)s::text[], %(subject_id)s::uuid[],
    %(hospital_id)s::uuid[], %(actor_kind)s::text[], %(actor_id)s::uuid[], %(request_id)s::text[], %(data)s::jsonb[],
    %(digest)s::bytea[])
), unsealed AS (
  INSERT INTO event_unsealed (event_id) SELECT unnest(%(id)s::uuid[])
), details AS (
  INSERT INTO event_details (event_id, salt, changes)
  SELECT * FROM unnest(%(detailed)s::uuid[], %(salt)s::bytea[], %(changes)s::jsonb[])
), numbers AS (
  INSERT INTO subject_sequences (subject_id, last) SELECT * FROM unnest(%(counted)s::uuid[], %(times)s::bigint[])
  ON CONFLICT (subject_id) DO UPDATE SET last = subject_sequences.last + excluded.last
  RETURNING subject_id, last
)
INSERT INTO event_deliveries
  (id, event_id, subscriber, subject_id, sequence, hospital_id_hint, due_at, attempts, last_error)
SELECT told.id, told.event_id, told.subscriber, told.subject_id, numbers.last - told.later, told.hospital_id, told.due_at, 0, ''
FROM unnest(
  %(told)s::uuid[], %(told_event)s::uuid[], %(told_subscriber)s::text[], %(told_subject)s::uuid[], %(told_later)s::bigint[],
  %(told_hospital)s::uuid[], %(told_due)s::timestamptz[]
) AS told (id, event_id, subscriber, subject_id, later, hospital_id, due_at)
JOIN numbers ON numbers.subject_id = told.subject_id
"""
_LOG = tuple(entry.name for entry in fields(_LogRow))
_DETAIL = ("detailed", "salt", "changes")
_TOLD = ("told", "told_event", "told_subscriber", "told_subject", "told_later", "told_hospital", "told_due")


def _write(happened: Sequence[tuple[Event, Change | None]], actor: Actor) -> list[UUID]:
    if not happened:
        return []
    entries: list[_LogRow] = []
    details: list[tuple[UUID, bytes, Jsonb]] = []
    for event, change in happened:
        changes = change.as_json() if change and change.fields else None
        entry_id, salt = uuid7(), secrets.token_bytes(16)
        entries.append(_log_row(entry_id, event, actor, _digest(entry_id, salt, changes)))
        if changes is not None:
            details.append((entry_id, salt, Jsonb(changes)))
    told = _told([(event, entry) for (event, _), entry in zip(happened, entries, strict=True)])
    values = {name: [getattr(entry, name) for entry in entries] for name in _LOG} | _columns(_DETAIL, details) | told
    db.session.flush()  # what the command changed stands before what is told of it
    with writing_past_the_session(entry.hospital_id for entry in entries):
        db.session.connection().exec_driver_sql(_WRITE, values)
    if told["told"]:
        from app.core.events.outbox import nudge

        after_commit(nudge)
    return [entry.id for entry in entries]


def said_by(event: Event, reason: str) -> dict[str, Any]:
    """Give what the log row of an event says: its fields, its signal, and why PX360 itself acted."""
    data = event.data()
    if event.signal is not None:
        data["_signal"] = {name: _plain(value) for name, value in asdict(event.signal).items()}
    if reason:
        data["_reason"] = reason
    return data


def _log_row(entry_id: UUID, event: Event, actor: Actor, digest: bytes) -> _LogRow:
    return _LogRow(
        id=entry_id,
        at=clock.now(),
        kind=event.kind,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        hospital_id=event.hospital_id,
        actor_kind=str(actor.kind),
        actor_id=actor.id,
        request_id=request_id(),
        data=Jsonb(said_by(event, actor.reason)),
        digest=digest,
    )


def _digest(entry_id: UUID, salt: bytes, changes: Mapping[str, Any] | None) -> bytes:
    """Digest of the salted personal part; the sealer covers it together with the row."""
    if changes is None:
        return b"\0" * 32
    text = json.dumps(changes, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(salt + entry_id.bytes + text.encode()).digest()


def _told(happened: Sequence[tuple[Event, _LogRow]]) -> dict[str, list[Any]]:
    """Give the deliveries, and how many numbers each subject needs: the statement takes the next ones.

    The row lock of a subject's number makes the order of commits the order of numbers. Subjects are locked in the order of
    their ids, so that two who write of the same ones never wait for each other.
    """
    heard = [(entry, listeners) for event, entry in happened if (listeners := subscribers_of(event))]
    times = Counter(entry.subject_id for entry, _ in heard)
    left, rows = Counter(times), []
    for entry, listeners in heard:
        left[entry.subject_id] -= 1  # events of this subject that come after this one
        for listener in listeners:
            due_at = entry.at + listener.wait
            later = left[entry.subject_id]
            rows.append((uuid7(), entry.id, listener.name, entry.subject_id, later, entry.hospital_id, due_at))
    counted = sorted(times)
    return {"counted": counted, "times": [times[each] for each in counted], **_columns(_TOLD, rows)}


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _json(value: Any) -> Any:
    plain = _plain(value)
    return plain if isinstance(plain, (str, int, float, bool, list, dict, type(None))) else str(plain)
