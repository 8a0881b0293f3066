"""Sending events through again by hand, one or many: what could not be read is read once more first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.events import record
from app.core.web.live import touch
from app.integrations.enums import EventState, Problem
from app.integrations.events import InboundReprocessed, InboundSetAside
from app.integrations.models import InboundEvent, SourceSystem
from app.integrations.policy import Perm
from app.integrations.services import hl7_messages, intake, json_events, senders
from app.integrations.services.senders import Sender
from app.integrations.workflow import INBOUND

NO_INTEREST = _l("It still says nothing that the portal acts on.")
OF_THE_DOOR = frozenset(
    {
        Problem.BAD_CONTENT,
        Problem.NO_PATIENT,
        Problem.NO_ENCOUNTER,
        Problem.UNKNOWN_CODE,
        Problem.CONFLICT,
        Problem.NO_MERGE,
    }
)


class ReadAgain(Protocol):
    """Reads a kept event once more; gives what is still wrong."""

    def __call__(self, event: InboundEvent, source: Sender, *, actor: Actor) -> Problem | None:
        """Read it."""


READERS: dict[str, ReadAgain] = {"hl7": hl7_messages.read_again, "json": json_events.read_again}


@command
def reprocess(event_id: UUID, *, actor: Actor) -> InboundEvent:
    """Send a failed, ignored or given-up event through again.

    Conflict: it is under way or was processed, its content is not kept any more, or it still can not be read.
    """
    event = load(InboundEvent, event_id, actor=actor, needs=Perm.EVENT_REPROCESS, sees=Perm.EVENT_READ, lock=True)
    if _must_be_read(event):
        source = senders.of(db.session.get_one(SourceSystem, event.source_id))
        problem = READERS[event.format](event, source, actor=actor)
        if problem is not None:
            raise Conflict(problem.label, current=event, code=problem)
        if event.state == EventState.IGNORED and not event.codes:
            raise Conflict(NO_INTEREST, current=event, code="no_interest")
    intake.resume(event, actor=actor)
    record(InboundReprocessed(event.id, event.hospital_id), actor=actor)
    touch("inbound", hospital_id=event.hospital_id)
    return event


@command
def set_aside(event_id: UUID, *, actor: Actor) -> InboundEvent:
    """Leave a failed or given-up event as it is: it was looked at and needs nothing. It can still be sent through later.

    Conflict: it is under way or was processed.
    """
    event = load(InboundEvent, event_id, actor=actor, needs=Perm.EVENT_REPROCESS, sees=Perm.EVENT_READ, lock=True)
    INBOUND.apply(event, "set_aside", actor=actor)
    event.next_try_at, event.is_begun = None, False
    record(InboundSetAside(event.id, event.hospital_id), actor=actor)
    touch("inbound", hospital_id=event.hospital_id)
    return event


def _must_be_read(event: InboundEvent) -> bool:
    """Say whether the event stopped at the door: nothing of it was carried out, so it is read from its kept content."""
    return event.error_code in OF_THE_DOOR if event.error_code else event.state == EventState.IGNORED


@command
def reprocess_many(event_ids: Iterable[UUID], *, actor: Actor) -> int:
    """Send several events through again; those that can not are passed over. Returns how many went."""
    count = 0
    for event_id in event_ids:
        try:
            with db.session.begin_nested():
                reprocess(event_id, actor=actor)
        except (Conflict, Invalid):
            continue
        count += 1
    return count
