"""Taking events in: identity and duplicates before the answer, effects after it. Nothing that came is lost.

Same id and content: the same answer, nothing again. Same id with other content: a conflict for JSON, processed and flagged
for HL7 (control ids are reused in the field). Source: issue "The house and the main loop", section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app.core.access.actor import Actor, system_actor
from app.core.db import after_commit, command, db, take_turn, uuid7
from app.core.errors import Conflict
from app.core.jobs import nudge_once
from app.core.keys.fields import Undecipherable, decrypt, encrypt
from app.core.keys.links import keyed_digest
from app.core.keys.rotation import encrypted
from app.core.logging import get_logger
from app.core.time import clock
from app.core.web.live import touch
from app.integrations.enums import EventState, Flag, Problem
from app.integrations.models import InboundEvent, SourceSystem
from app.integrations.workflow import INBOUND

log = get_logger(__name__)

RAW_CONTEXT = "inbound_events.raw"
encrypted("inbound_events", "raw", RAW_CONTEXT)
NOT_KEPT = _l("Its content is not kept any more. Ask the hospital system to send it again.")
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event as read from its format, before anything is done with it."""

    format: str  # json or hl7
    external_id: str
    raw: bytes | None  # what may be stored, encrypted: results and drugs are blanked already
    message_type: str
    codes: tuple[str, ...]
    encounter: str
    mrn: str
    occurred_at: datetime | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_ignored: bool = False
    problem: Problem | None = None
    problem_field: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an event at the door."""

    event: InboundEvent
    is_repeat: bool
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of an event before anything is done: its digest, the same one from before, and whether its id was used."""

    digest: bytes
    repeat: InboundEvent | None
    is_id_used: bool


def raw_kept() -> timedelta:
    """Give how long raw messages are kept (setting PX360_RAW_DAYS)."""
    return timedelta(days=current_app.config["SETTINGS"].raw_days)


def look(source: SourceSystem, format_: str, external_id: str, content: bytes) -> Seen:
    """Look whether an event came before; to be asked before it changes anything: a repeat must not do anything again."""
    digest = keyed_digest("inbound", content)
    # two copies of one event may arrive at once: the second waits here and then sees the first
    take_turn(f"{source.id}:{external_id}", 363)
    known = _known(source.id, format_, external_id, digest)
    return Seen(digest, known if known is not None and known.content_digest == digest else None, known is not None)


@command
def accept(
    incoming: Incoming, seen: Seen, source: SourceSystem, *, patient_id: UUID | None, flag: str = "", actor: Actor
) -> Verdict:
    """Keep an event that `look` did not find and let the workers carry it out."""
    flag = _flag(incoming) if seen.is_id_used else flag
    event = _row(incoming, source, seen.digest, patient_id, flag)
    db.session.add(event)
    db.session.flush()
    _note_seen(source)
    if event.next_try_at is not None:
        after_commit(nudge)
    touch("inbound", hospital_id=source.hospital_id)
    return Verdict(event, is_repeat=False, is_conflict=flag == Flag.CONFLICT)


def _flag(incoming: Incoming) -> str:
    """An id that came before with other content: HL7 sites reuse control ids, so that is only noted; for JSON a conflict."""
    return Flag.REUSED_ID if incoming.format == "hl7" else Flag.CONFLICT


def _note_seen(source: SourceSystem) -> None:
    """Note that the source is alive, at most once a minute and past its version: messages must not wait for each other."""
    now = clock.now()
    if source.last_seen_at is None or now - source.last_seen_at > SEEN_EVERY:
        db.session.execute(
            update(SourceSystem)
            .where(SourceSystem.id == source.id)
            .values(last_seen_at=now)
            .execution_options(synchronize_session=False)
        )


def _known(source_id: UUID, format_: str, external_id: str, digest: bytes) -> InboundEvent | None:
    """Find the event of this id with the same content, else any other of this id (sites reuse some ids for years)."""
    return db.session.execute(
        select(InboundEvent)
        .where(InboundEvent.source_id == source_id, InboundEvent.external_id == external_id)
        .where(InboundEvent.format == format_)
        .order_by((InboundEvent.content_digest == digest).desc())
        .limit(1)
    ).scalar_one_or_none()


def _row(incoming: Incoming, source: SourceSystem, digest: bytes, patient_id: UUID | None, flag: str) -> InboundEvent:
    now = clock.now()
    state = EventState.RECEIVED
    problem = Problem.CONFLICT if flag == Flag.CONFLICT else incoming.problem
    if incoming.is_ignored:
        state = EventState.IGNORED
    elif problem is not None:
        state = EventState.FAILED
    return InboundEvent(
        id=uuid7(),
        hospital_id=source.hospital_id,
        source_id=source.id,
        format=incoming.format,
        external_id=incoming.external_id,
        content_digest=digest,
        message_type=incoming.message_type,
        code=incoming.codes[0] if incoming.codes else "",
        codes=list(incoming.codes),
        encounter=incoming.encounter,
        mrn=incoming.mrn,
        patient_id=patient_id,
        state=state,
        flag=flag,
        error_code=problem or "",
        error_field=incoming.problem_field,
        occurred_at=incoming.occurred_at,
        received_at=now,
        facts=dict(incoming.facts),
        raw=encrypt(incoming.raw, context=RAW_CONTEXT) if incoming.raw else None,
        raw_until=now + raw_kept() if incoming.raw else None,
        next_try_at=now if state == EventState.RECEIVED else None,
        answer={},
    )


def kept(event: InboundEvent) -> bytes:
    """Give the content of an event as it was kept. Conflict: its time has passed, or its key is gone."""
    try:
        if event.raw is not None:
            return decrypt(event.raw, context=RAW_CONTEXT)
    except Undecipherable:
        log.error("inbound_key_missing", event_id=str(event.id))
    raise Conflict(NOT_KEPT, code="not_kept")


def resume(event: InboundEvent, *, actor: Actor) -> None:
    """Let the workers carry out an event that can be read now; one that says nothing for the portal is ignored."""
    if not event.codes:
        INBOUND.apply(event, "ignore", actor=system_actor("of no interest", event.hospital_id))
        return
    INBOUND.apply(event, "reprocess", actor=actor)
    event.attempts, event.next_try_at, event.is_begun = 0, clock.now(), False
    after_commit(nudge)


def nudge() -> None:
    """Wake the processing."""
    from app.integrations.jobs import process_inbound_events

    nudge_once(process_inbound_events)
