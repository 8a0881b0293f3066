"""What every installation starts with: calendar, deadlines, journeys, surveys, texts. Repeatable."""

from __future__ import annotations

from app.complaints.checklists.seeds import seed_checklists
from app.complaints.flags.seeds import seed_flags
from app.complaints.inquiries.seeds import seed_inquiries
from app.complaints.seeds import seed_complaints
from app.complaints.sources.seeds import seed_sources
from app.complaints.texts.seeds import seed_texts as seed_modules
from app.core.access.actor import acting_as, system_actor
from app.core.sla.seeds import seed_calendar
from app.journeys.seeds import seed_templates
from app.notifications.seeds import seed_texts
from app.px_action_center.seeds import seed_rules
from app.surveys.seeds import seed_surveys

SEEDS = (
    seed_calendar,
    seed_templates,
    seed_surveys,
    seed_texts,
    seed_sources,
    seed_complaints,
    seed_flags,
    seed_inquiries,
    seed_checklists,
    seed_modules,
    seed_rules,
)


def seed_reference_data() -> None:
    """Make what is not there yet; what an administrator changed stays."""
    with acting_as(system_actor("seed the starting data")) as actor:
        for seed in SEEDS:
            seed(actor=actor)
