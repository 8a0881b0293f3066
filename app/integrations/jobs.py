"""Jobs of the intake, and their lines of the periodic table."""

from __future__ import annotations

import time

from sqlalchemy import select

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.jobs import job, nudge_once, periodic
from app.core.jobs.queues import EVENTS, SWEEPS, nudge_taken
from app.core.time import clock
from app.integrations.models import InboundEvent
from app.integrations.services import idempotency, processing

STINT_SECONDS = 45.0


@job(queue=EVENTS, timeout=300)
def process_inbound_events() -> None:
    """Carry out due events until nothing is left or the stint is over."""
    nudge_taken(process_inbound_events)
    started = time.monotonic()
    while time.monotonic() - started < STINT_SECONDS:
        if not processing.process_due():
            return
    nudge_once(process_inbound_events)


@job(queue=SWEEPS)
def sweep_inbound_events() -> None:
    """Wake the processing when events are due: the guarantee behind the nudge."""
    with acting_as(system_actor("sweep inbound events")), unit_of_work():
        due = db.session.execute(
            select(InboundEvent.id).where(InboundEvent.next_try_at <= clock.now()).limit(1)
        ).first()
    if due is not None:
        nudge_once(process_inbound_events)


@job(queue=SWEEPS, timeout=300)
def forget_raw_messages() -> None:
    """Remove raw messages whose time has passed."""
    with acting_as(system_actor("forget raw messages")) as actor:
        while processing.forget_raw(actor=actor):
            pass
        idempotency.forget_old(actor=actor)


periodic(
    sweep_inbound_events, every_seconds=5, purpose="Carry out inbound events whose nudge was lost or whose pause ended"
)
periodic(forget_raw_messages, every_seconds=3600, purpose="Remove raw hospital messages after their set time")
