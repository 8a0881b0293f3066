"""Jobs of surveys, and their lines of the periodic table."""

from __future__ import annotations

from app.core.jobs import job, periodic
from app.core.jobs.queues import SWEEPS
from app.surveys.services import expiry, reminding, sending


@job(queue=SWEEPS, timeout=300)
def create_and_send_surveys() -> None:
    """Decide and send every survey whose time has come."""
    while sending.send_due() == sending.BATCH:
        pass


@job(queue=SWEEPS, timeout=300)
def send_survey_reminders() -> None:
    """Remind, once, those who have not answered."""
    while reminding.remind_due() == reminding.BATCH:
        pass


@job(queue=SWEEPS, timeout=300)
def close_expired_surveys() -> None:
    """Close the links that ran out."""
    while expiry.close_expired() == expiry.BATCH:
        pass


periodic(create_and_send_surveys, every_seconds=10, purpose="Decide and send surveys whose time has come")
periodic(send_survey_reminders, every_seconds=300, purpose="Remind of surveys that are not answered")
periodic(close_expired_surveys, every_seconds=600, purpose="Close survey links that ran out")
