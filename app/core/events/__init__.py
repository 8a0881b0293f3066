"""Events: one log that timeline, audit trail, webhooks and notifications read, and the outbox that makes things follow.

`record(event, actor=)` writes the log row and one delivery per subscriber in the caller's transaction; `@on(Event)` names a
subscriber; the drain runs it at least once, in order per subject.
"""

from app.core.events.kinds import Entry, Event, Signal, on
from app.core.events.record import Change, record, record_changes, record_many

__all__ = ["Change", "Entry", "Event", "Signal", "on", "record", "record_changes", "record_many"]
