"""Jobs of inquiries, and their line of the periodic table."""

from __future__ import annotations

from app.complaints.inquiries.services import stepping
from app.core.access.actor import acting_as, system_actor
from app.core.jobs import job, periodic
from app.core.jobs.queues import SWEEPS


@job(queue=SWEEPS, timeout=300)
def close_silent_inquiries() -> None:
    """Close answered inquiries to which nobody came back."""
    with acting_as(system_actor("nobody asked again for seven days after the answer")) as actor:
        while stepping.close_silent(actor=actor):
            pass


periodic(close_silent_inquiries, every_seconds=900, purpose="Close answered inquiries after seven days of silence")
