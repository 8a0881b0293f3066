"""Jobs of messages, and their lines of the periodic table."""

from __future__ import annotations

import time

from sqlalchemy import select

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.jobs import job, nudge_once, periodic
from app.core.jobs.queues import MESSAGES, SWEEPS, nudge_taken
from app.core.time import clock
from app.notifications.enums import MessageStatus
from app.notifications.models import Message
from app.notifications.services import dispatch

STINT_SECONDS = 45.0


@job(queue=MESSAGES, timeout=300)
def send_messages() -> None:
    """Send what is due until nothing is left or the stint is over."""
    nudge_taken(send_messages)
    started = time.monotonic()
    while time.monotonic() - started < STINT_SECONDS:
        if not dispatch.send_due():
            return
    nudge_once(send_messages)


@job(queue=SWEEPS)
def sweep_messages() -> None:
    """Wake the sender when messages are due: the guarantee behind the nudge."""
    with acting_as(system_actor("sweep messages")), unit_of_work():
        due = db.session.execute(
            select(Message.id).where(Message.status == MessageStatus.QUEUED, Message.not_before <= clock.now()).limit(1)
        ).first()
    if due is not None:
        nudge_once(send_messages)


@job(queue=MESSAGES, timeout=300)
def settle_unknown_messages() -> None:
    """Ask, wait for or give up what a time-out or a dead worker left open."""
    dispatch.resolve_unknown()


periodic(
    sweep_messages, every_seconds=5, purpose="Send messages whose nudge was lost, whose pause or quiet hours ended"
)
periodic(settle_unknown_messages, every_seconds=60, purpose="Settle messages whose fate is unknown")
