"""Ending intake links, in the periodic table."""

from __future__ import annotations

from app.complaints.intake_links import services
from app.core.access.actor import acting_as, system_actor
from app.core.jobs import job, periodic
from app.core.jobs.queues import SWEEPS


@job(queue=SWEEPS, timeout=120)
def end_intake_links() -> None:
    """End links to complain that nobody used within 24 hours; the event is the evidence."""
    with acting_as(system_actor("24 hours of a link to complain have passed")) as actor:
        while services.expire(actor=actor):
            pass


periodic(end_intake_links, every_seconds=300, purpose="End links to complain that nobody used within 24 hours")
