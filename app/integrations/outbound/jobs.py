"""Jobs of the webhooks, and their lines of the periodic table."""

from __future__ import annotations

import time

from app.core.access.actor import acting_as, system_actor
from app.core.db import unit_of_work
from app.core.jobs import job, nudge_once, periodic
from app.core.jobs.queues import REPORTS, SWEEPS, nudge_taken
from app.integrations.outbound.services import retention, sending

STINT_SECONDS = 20.0  # short: a worker that waits for receivers does nothing else


@job(queue=REPORTS, timeout=300)
def send_webhooks() -> None:
    """Send what is due until nothing is left or the stint is over."""
    nudge_taken(send_webhooks)
    started = time.monotonic()
    while time.monotonic() - started < STINT_SECONDS:
        if not sending.send_due():
            return
    nudge_once(send_webhooks)


@job(queue=SWEEPS)
def sweep_webhooks() -> None:
    """Retake what a dead worker left, and wake the sender when something is due: the guarantee behind the nudge."""
    sending.retake_lost()
    with acting_as(system_actor("sweep webhooks")), unit_of_work():
        due = sending.has_work()
    if due:
        nudge_once(send_webhooks)


@job(queue=SWEEPS, timeout=300)
def forget_old_webhooks() -> None:
    """Give up what was held too long, and remove what ended a month ago."""
    with acting_as(system_actor("forget old webhooks")) as actor:
        while retention.give_up_held(actor=actor):
            pass
        while retention.forget_old(actor=actor):
            pass


periodic(
    sweep_webhooks, every_seconds=5, purpose="Send webhooks whose pause ended, and retake those that a dead worker left"
)
periodic(forget_old_webhooks, every_seconds=3600, purpose="Give up webhooks held for two weeks, remove old ones")
