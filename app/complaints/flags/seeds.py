"""The red-flag words that every installation starts with, from their file. Repeatable."""

from __future__ import annotations

import csv
from pathlib import Path

from app.complaints.flags.models import RedFlagPhrase
from app.core.access.actor import Actor
from app.core.db import command, seed_group

SOURCE = Path(__file__).parents[1] / "data" / "red-flags.csv"


@command
def seed_flags(*, actor: Actor) -> None:
    """Make the group's rows that are new in the file; what an administrator changed or archived stays."""
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        rows = {(line["flag"], line["phrase"]): line for line in csv.DictReader(lines)}
    seed_group(RedFlagPhrase, ("flag", "phrase"), rows.values())
