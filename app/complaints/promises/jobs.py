"""The check of promises, in the periodic table."""

from __future__ import annotations

from app.complaints.promises import services
from app.core.access.actor import acting_as, system_actor
from app.core.jobs import job, periodic
from app.core.jobs.queues import SWEEPS


@job(queue=SWEEPS, timeout=120)
def check_promises() -> None:
    """Remind of promises that are due soon, and call those broken whose time has passed."""
    with acting_as(system_actor("the time of a promise has come")) as actor:
        while services.check(actor=actor):
            pass


periodic(check_promises, every_seconds=60, purpose="Remind of promises and call those broken whose time has passed")
