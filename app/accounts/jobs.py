"""Jobs of accounts, and their line of the periodic table."""

from __future__ import annotations

from app.accounts.services import sessions
from app.core.access.actor import acting_as, system_actor
from app.core.jobs import job, periodic
from app.core.jobs.queues import SWEEPS


@job(queue=SWEEPS, timeout=300)
def forget_old_sessions() -> None:
    """Remove sessions, tokens and mailed links that ended long ago."""
    with acting_as(system_actor("forget old sessions")) as actor:
        sessions.forget_old(actor=actor)


periodic(
    forget_old_sessions, every_seconds=86_400, purpose="Remove sessions, tokens and mailed links that ended long ago"
)
