"""`record`: timeline, audit trail and outbox in one call, inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

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
    """A row of the log that is about to be written."""

    id: UUID
    at: datetime
    subject_id: UUID
    hospital_id: UUID | None
    written: Mapping[str, Any]  # all its columns as JSON values


# one statement for any number of events, and one round trip: what a command writes of itself is part of every command;
# rows come as documents, which cost the driver a fifth of what arrays of their columns do
_WRITE = """
WITH log AS (
  INSERT INTO event_log
    (id, at, kind, subject_type, subject_id, hospital_id, actor_kind, actor_id, request_id, data, digest)
  SELECT id, at, kind, subject_type, subject_id, hospital_id, actor_kind, actor_id, request_id, data, decode(digest, 'hex')
  FROM jsonb_to_recordset(%(log)s::jsonb) AS told (
    id uuid, at timestamptz, kind text, subject_type text, subject_id uuid, hospital_id uuid, actor_kind text, actor_id uuid,
    request_id text, data jsonb, digest text)
  RETURNING id
), unsealed AS (
  INSERT INTO event_unsealed (event_id) SELECT id FROM log
), details AS (
  INSERT INTO event_details (event_id, salt, changes) SELECT event_id, decode(salt, 'hex'), changes
  FROM jsonb_to_recordset(%(details)s::jsonb) AS told (event_id uuid, salt text, changes jsonb)
), numbers AS (
  INSERT INTO subject_sequences (subject_id, last)
  SELECT subject_id, times FROM jsonb_to_recordset(%(counted)s::jsonb) AS told (subject_id uuid, times bigint)
  ON CONFLICT (subject_id) DO UPDATE SET last = subject_sequences.last + excluded.last
  RETURNING subject_id, last
)
INSERT INTO event_deliveries
  (id, event_id, subscriber, subject_id, sequence, hospital_id_hint, due_at, attempts, last_error)
SELECT told.id, told.event_id, told.subscriber, told.subject_id, numbers.last - told.later, told.hospital_id, told.due_at, 0, ''
FROM jsonb_to_recordset(%(told)s::jsonb) AS told (
  id uuid, event_id uuid, subscriber text, subject_id uuid, later bigint, hospital_id uuid, due_at timestamptz
) JOIN numbers ON numbers.subject_id = told.subject_id
"""


def _write(happened: Sequence[tuple[Event, Change | None]], actor: Actor) -> list[UUID]:
    if not happened:
        return []
    entries: list[_LogRow] = []
    details: list[dict[str, Any]] = []
    for event, change in happened:
        changes = change.as_json() if change and change.fields else None
        entry_id, salt = uuid7(), secrets.token_bytes(16)
        entries.append(_log_row(entry_id, event, actor, _digest(entry_id, salt, changes)))
        if changes is not None:
            details.append({"event_id": str(entry_id), "salt": salt.hex(), "changes": changes})
    counted, told = _told([(event, entry) for (event, _), entry in zip(happened, entries, strict=True)])
    rows = {"log": [entry.written for entry in entries], "details": details, "counted": counted, "told": told}
    db.session.flush()  # what the command changed stands before what is told of it
    with writing_past_the_session(entry.hospital_id for entry in entries):
        db.session.connection().exec_driver_sql(_WRITE, {name: json.dumps(found) for name, found in rows.items()})
    if told:
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
    at = clock.now()
    written = {
        "id": str(entry_id),
        "at": at.isoformat(),
        "kind": event.kind,
        "subject_type": event.subject_type,
        "subject_id": str(event.subject_id),
        "hospital_id": _name(event.hospital_id),
        "actor_kind": str(actor.kind),
        "actor_id": _name(actor.id),
        "request_id": request_id(),
        "data": said_by(event, actor.reason),
        "digest": digest.hex(),
    }
    return _LogRow(entry_id, at, event.subject_id, event.hospital_id, written)


def _name(an_id: UUID | None) -> str | None:
    return None if an_id is None else str(an_id)


def _digest(entry_id: UUID, salt: bytes, changes: Mapping[str, Any] | None) -> bytes:
    """Digest of the salted personal part; the sealer covers it together with the row."""
    if changes is None:
        return b"\0" * 32
    text = json.dumps(changes, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(salt + entry_id.bytes + text.encode()).digest()


def _told(happened: Sequence[tuple[Event, _LogRow]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give how many numbers each subject needs, of which the statement takes the next ones, and the deliveries.

    The row lock of a subject's number makes the order of commits the order of numbers. Subjects are locked in the order of
    their ids, so that two who write of the same ones never wait for each other.
    """
    heard = [(entry, listeners) for event, entry in happened if (listeners := subscribers_of(event))]
    times = Counter(entry.subject_id for entry, _ in heard)
    left, rows = Counter(times), []
    for entry, listeners in heard:
        left[entry.subject_id] -= 1  # events of this subject that come after this one
        shared = {
            "event_id": str(entry.id),
            "subject_id": str(entry.subject_id),
            "later": left[entry.subject_id],
            "hospital_id": _name(entry.hospital_id),
        }
        for listener in listeners:
            due_at = (entry.at + listener.wait).isoformat()
            rows.append({"id": str(uuid7()), "subscriber": listener.name, "due_at": due_at, **shared})
    return [{"subject_id": str(each), "times": times[each]} for each in sorted(times)], rows


def _json(value: Any) -> Any:
    plain = _plain(value)
    return plain if isinstance(plain, (str, int, float, bool, list, dict, type(None))) else str(plain)
