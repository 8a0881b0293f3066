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
from sqlalchemy import bindparam, insert, select, update

from app.core.access.actor import Actor, system_actor
from app.core.db import after_commit, command, db, direct, take_turn, uuid7
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
from app.integrations.services.senders import Sender
from app.integrations.workflow import INBOUND

log = get_logger(__name__)

# of this id the event with the same content, else any other of it (sites reuse some ids for years)
_KNOWN: Any = (
    select(InboundEvent.id, InboundEvent.content_digest)
    .where(
        InboundEvent.hospital_id == bindparam("hospital"),
        InboundEvent.source_id == bindparam("source"),
        InboundEvent.external_id == bindparam("external_id"),
        InboundEvent.format == bindparam("format"),
    )
    .order_by((InboundEvent.content_digest == bindparam("digest")).desc())
    .limit(1)
)
_KEEP = insert(InboundEvent)
_HEARD = (
    update(SourceSystem)
    .where(SourceSystem.hospital_id == bindparam("hospital"), SourceSystem.id == bindparam("source"))
    .values(last_seen_at=bindparam("now"))
)

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

    event_id: UUID
    state: str
    flag: str
    error_code: str
    error_field: str
    waits: bool  # for repair: nothing of it was carried out
    is_repeat: bool
    is_conflict: bool = False

    @classmethod
    def of(cls, event: InboundEvent) -> Verdict:
        """Give what became of an event that came before."""
        waits = is_waiting_for_repair(event)
        return cls(event.id, event.state, event.flag, event.error_code, event.error_field, waits, is_repeat=True)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of an event before anything is done: its digest, the same one from before, and whether its id was used."""

    digest: bytes
    repeat: InboundEvent | None
    is_id_used: bool


def raw_kept() -> timedelta:
    """Give how long raw messages are kept (setting PX360_RAW_DAYS)."""
    return timedelta(days=current_app.config["SETTINGS"].raw_days)


def look(source: Sender, format_: str, external_id: str, content: bytes) -> Seen:
    """Look whether an event came before; to be asked before it changes anything: a repeat must not do anything again."""
    digest = keyed_digest("inbound", content)
    # two copies of one event may arrive at once: the second waits here and then sees the first
    take_turn(f"{source.id}:{external_id}", 363)
    wanted = {"source": source.id, "format": format_, "external_id": external_id, "digest": digest}
    known = direct.run(_KNOWN, source.hospital_id, wanted).first()
    is_repeat = known is not None and known.content_digest == digest
    return Seen(digest, db.session.get_one(InboundEvent, known.id) if is_repeat else None, known is not None)


@command
def accept(
    incoming: Incoming, seen: Seen, source: Sender, *, patient_id: UUID | None, flag: str = "", actor: Actor
) -> Verdict:
    """Keep an event that `look` did not find and let the workers carry it out."""
    flag = _flag(incoming) if seen.is_id_used else flag
    event_id, state, problem = uuid7(), _state(incoming, flag), _problem(incoming, flag)
    row = _row(incoming, source, patient_id, state)
    told = {"id": event_id, "content_digest": seen.digest, "flag": flag, "error_code": problem}
    direct.insert_row(_KEEP, source.hospital_id, {**row, **told})
    _note_seen(source)
    waits = state == EventState.FAILED
    if state == EventState.RECEIVED:
        after_commit(nudge)
    touch("inbound", hospital_id=source.hospital_id)
    is_conflict = flag == Flag.CONFLICT
    return Verdict(
        event_id, state, flag, problem, incoming.problem_field, waits, is_repeat=False, is_conflict=is_conflict
    )


def is_waiting_for_repair(event: InboundEvent) -> bool:
    """Say whether an event was refused for what is in it, and nobody has repaired it since."""
    return event.state == EventState.FAILED and event.attempts == 0 and event.next_try_at is None


def _flag(incoming: Incoming) -> str:
    """An id that came before with other content: HL7 sites reuse control ids, so that is only noted; for JSON a conflict."""
    return Flag.REUSED_ID if incoming.format == "hl7" else Flag.CONFLICT


def _note_seen(source: Sender) -> None:
    """Note that the source is alive, at most once a minute and past its version: messages must not wait for each other."""
    now = clock.now()
    if source.last_seen_at is None or now - source.last_seen_at > SEEN_EVERY:
        direct.run(_HEARD, source.hospital_id, {"source": source.id, "now": now})


def _state(incoming: Incoming, flag: str) -> EventState:
    if incoming.is_ignored:
        return EventState.IGNORED
    return EventState.FAILED if _problem(incoming, flag) else EventState.RECEIVED


def _problem(incoming: Incoming, flag: str) -> str:
    return Problem.CONFLICT if flag == Flag.CONFLICT else incoming.problem or ""


def _row(incoming: Incoming, source: Sender, patient_id: UUID | None, state: EventState) -> dict[str, Any]:
    now = clock.now()
    return {
        "source_id": source.id,
        "format": incoming.format,
        "external_id": incoming.external_id,
        "message_type": incoming.message_type,
        "code": incoming.codes[0] if incoming.codes else "",
        "codes": list(incoming.codes),
        "encounter": incoming.encounter,
        "mrn": incoming.mrn,
        "patient_id": patient_id,
        "state": state,
        "error_field": incoming.problem_field,
        "occurred_at": incoming.occurred_at,
        "received_at": now,
        "facts": dict(incoming.facts),
        "raw": encrypt(incoming.raw, context=RAW_CONTEXT) if incoming.raw else None,
        "raw_until": now + raw_kept() if incoming.raw else None,
        "next_try_at": now if state == EventState.RECEIVED else None,
    }


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
