"""`record`: timeline, audit trail and outbox in one call, inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql import insert

from app.core.access.actor import Actor
from app.core.db.base import db
from app.core.db.ids import uuid7
from app.core.db.unit import after_commit
from app.core.events.kinds import Event, _plain, subscribers_of
from app.core.events.models import Delivery, EventDetail, EventLog, EventUnsealed, SubjectSequence
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
    changes = change.as_json() if change and change.fields else None
    entry = _log_row(event, actor)
    salt = secrets.token_bytes(16)
    entry.digest = _digest(entry, salt, changes)
    db.session.add(entry)
    db.session.flush()  # the rows below refer to this one
    if changes is not None:
        db.session.add(EventDetail(event_id=entry.id, salt=salt, changes=changes))
    db.session.add(EventUnsealed(event_id=entry.id))
    _deliver(event, entry)
    return entry.id


def said_by(event: Event, reason: str) -> dict[str, Any]:
    """Give what the log row of an event says: its fields, its signal, and why PX360 itself acted."""
    data = event.data()
    if event.signal is not None:
        data["_signal"] = {name: _plain(value) for name, value in asdict(event.signal).items()}
    if reason:
        data["_reason"] = reason
    return data


def _log_row(event: Event, actor: Actor) -> EventLog:
    return EventLog(
        id=uuid7(),
        at=clock.now(),
        kind=event.kind,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        hospital_id=event.hospital_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        request_id=request_id(),
        data=said_by(event, actor.reason),
    )


def _digest(entry: EventLog, salt: bytes, changes: Mapping[str, Any] | None) -> bytes:
    """Digest of the salted personal part; the sealer covers it together with the row."""
    if changes is None:
        return b"\0" * 32
    text = json.dumps(changes, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(salt + entry.id.bytes + text.encode()).digest()


def _deliver(event: Event, entry: EventLog) -> None:
    listeners = subscribers_of(event)
    if not listeners:
        return
    sequence = _next_sequence(entry.subject_id)
    for listener in listeners:
        db.session.add(
            Delivery(
                event_id=entry.id,
                subscriber=listener.name,
                subject_id=entry.subject_id,
                sequence=sequence,
                hospital_id_hint=entry.hospital_id,
                due_at=entry.at + listener.wait,
            )
        )
    from app.core.events.outbox import nudge

    after_commit(nudge)


def _next_sequence(subject_id: UUID) -> int:
    """Take the next number of this subject; the row lock makes the order of commits the order of numbers."""
    statement = (
        insert(SubjectSequence)
        .values(subject_id=subject_id, last=1)
        .on_conflict_do_update(index_elements=["subject_id"], set_={"last": SubjectSequence.last + 1})
        .returning(SubjectSequence.last)
    )
    return int(db.session.execute(statement).scalar_one())


def _json(value: Any) -> Any:
    plain = _plain(value)
    return plain if isinstance(plain, (str, int, float, bool, list, dict, type(None))) else str(plain)
