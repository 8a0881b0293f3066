"""`record`: timeline, audit trail and outbox in one call, inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.dialects.postgresql import insert

from app.core.access.actor import Actor
from app.core.db.base import db
from app.core.db.ids import uuid7
from app.core.db.many import given, insert_many
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
    return _write([(event, change)], actor)[0]


def record_many(events: Iterable[Event], *, actor: Actor) -> list[UUID]:
    """Write what happened to many: the same rows as `record` of each in turn, in as many statements as for one."""
    return _write([(event, None) for event in events], actor)


def _write(happened: Sequence[tuple[Event, Change | None]], actor: Actor) -> list[UUID]:
    if not happened:
        return []
    entries, details = [], []
    for event, change in happened:
        changes = change.as_json() if change and change.fields else None
        entry = _log_row(event, actor)
        salt = secrets.token_bytes(16)
        entry.digest = _digest(entry, salt, changes)
        entries.append(entry)
        if changes is not None:
            details.append(EventDetail(event_id=entry.id, salt=salt, changes=changes))
    db.session.add_all(entries)
    db.session.flush()  # the rows below refer to these
    db.session.add_all(details)
    insert_many(EventUnsealed, [{"event_id": entry.id} for entry in entries])
    _deliver([(event, entry) for (event, _), entry in zip(happened, entries, strict=True)])
    return [entry.id for entry in entries]


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


def _deliver(happened: Sequence[tuple[Event, EventLog]]) -> None:
    heard = [(entry, listeners) for event, entry in happened if (listeners := subscribers_of(event))]
    if not heard:
        return
    sequences = _next_sequences([entry.subject_id for entry, _ in heard])
    deliveries = [
        {
            "id": uuid7(),
            "event_id": entry.id,
            "subscriber": listener.name,
            "subject_id": entry.subject_id,
            "sequence": sequence,
            "hospital_id_hint": entry.hospital_id,
            "due_at": entry.at + listener.wait,
            "attempts": 0,
            "last_error": "",
        }
        for (entry, listeners), sequence in zip(heard, sequences, strict=True)
        for listener in listeners
    ]
    insert_many(Delivery, deliveries)
    from app.core.events.outbox import nudge

    after_commit(nudge)


def _next_sequences(subject_ids: Sequence[UUID]) -> list[int]:
    """Take the next number of each subject in turn; its row lock makes the order of commits the order of numbers.

    Subjects are locked in the order of their ids, so that two who write of the same ones never wait for each other.
    """
    times = Counter(subject_ids)
    table = given(SubjectSequence, [{"subject_id": each, "last": times[each]} for each in sorted(times)])
    statement = insert(SubjectSequence).from_select(["subject_id", "last"], select(table), include_defaults=False)
    taken = statement.on_conflict_do_update(
        index_elements=["subject_id"], set_={"last": SubjectSequence.last + statement.excluded.last}
    ).returning(SubjectSequence.subject_id, SubjectSequence.last)
    after = {subject_id: last - times[subject_id] for subject_id, last in db.session.execute(taken)}
    numbers = []
    for subject_id in subject_ids:
        after[subject_id] += 1
        numbers.append(after[subject_id])
    return numbers


def _json(value: Any) -> Any:
    plain = _plain(value)
    return plain if isinstance(plain, (str, int, float, bool, list, dict, type(None))) else str(plain)
