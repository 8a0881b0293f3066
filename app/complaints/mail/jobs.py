"""Jobs of incoming e-mail, and their lines of the periodic table."""

from __future__ import annotations

import time

from app.complaints.mail.services import handling, polling
from app.core.access.actor import acting_as, system_actor
from app.core.jobs import job, nudge_once, periodic
from app.core.jobs.queues import EVENTS, SWEEPS, nudge_taken

POLL_SECONDS, WORK_SECONDS = 240.0, 45.0


@job(queue=SWEEPS, timeout=420)
def poll_mailboxes() -> None:
    """Read the mailboxes that are due, one after the other; several workers take different ones."""
    begun = time.monotonic()
    while time.monotonic() - begun < POLL_SECONDS and polling.poll_next():
        nudge_once(carry_out_mail)


@job(queue=EVENTS, timeout=300)
def carry_out_mail() -> None:
    """Carry out incoming e-mail until nothing is due or the stint is over."""
    nudge_taken(carry_out_mail)
    begun = time.monotonic()
    while time.monotonic() - begun < WORK_SECONDS:
        if not handling.carry_out_next():
            return
    nudge_once(carry_out_mail)


@job(queue=SWEEPS, timeout=300)
def forget_old_mail() -> None:
    """Remove what is personal of incoming e-mail whose time has passed."""
    with acting_as(system_actor("the time of incoming e-mail has passed")) as actor:
        while handling.forget_old(actor=actor):
            pass


periodic(poll_mailboxes, every_seconds=60, purpose="Read the mailboxes of hospitals")
periodic(carry_out_mail, every_seconds=60, purpose="Carry out incoming e-mail whose nudge was lost")
periodic(forget_old_mail, every_seconds=3600, purpose="Remove the content of incoming e-mail after its set time")
