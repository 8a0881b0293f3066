"""Jobs of complaints, and their lines of the periodic table."""

from __future__ import annotations

from app.complaints.papers import drawing
from app.complaints.services import stepping
from app.core.access.actor import acting_as, system_actor
from app.core.jobs import job, periodic
from app.core.jobs.queues import REPORTS, SWEEPS, nudge_taken


@job(queue=SWEEPS, timeout=120)
def resume_waiting_complaints() -> None:
    """Let complaints go on whose return date has come."""
    with acting_as(system_actor("the return date of a waiting complaint has come")) as actor:
        while stepping.resume_waiting(actor=actor):
            pass


@job(queue=SWEEPS, timeout=300)
def close_silent_complaints() -> None:
    """Close resolved complaints that nobody objected to."""
    with acting_as(system_actor("nobody objected to the resolution for seven days")) as actor:
        while stepping.close_silent(actor=actor):
            pass


@job(queue=REPORTS, timeout=600)
def draw_papers() -> None:
    """Draw the letters and case packs that wait."""
    nudge_taken(draw_papers)
    with acting_as(system_actor("letters and case packs are drawn")) as actor:
        while drawing.draw_waiting(actor):
            pass


periodic(draw_papers, every_seconds=60, purpose="Draw letters and case packs whose nudge was lost")
periodic(resume_waiting_complaints, every_seconds=60, purpose="Let complaints go on whose return date has come")
periodic(
    close_silent_complaints, every_seconds=900, purpose="Close resolved complaints after seven days without objection"
)
