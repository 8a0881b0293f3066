"""The red-flag words that every installation starts with, from their file. Repeatable."""

from __future__ import annotations

import csv
from pathlib import Path

from sqlalchemy import select

from app.complaints.flags.models import RedFlagPhrase
from app.core.access.actor import Actor
from app.core.db import command, db

SOURCE = Path(__file__).parents[1] / "data" / "red-flags.csv"


@command
def seed_flags(*, actor: Actor) -> None:
    """Make the group's rows that are new in the file; what an administrator changed or archived stays."""
    query = select(RedFlagPhrase.flag, RedFlagPhrase.phrase).where(RedFlagPhrase.hospital_id.is_(None))
    known = {(flag, phrase) for flag, phrase in db.session.execute(query)}
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        rows = {(line["flag"], line["phrase"]): line["language"] for line in csv.DictReader(lines)}
    db.session.add_all(
        RedFlagPhrase(flag=flag, phrase=phrase, language=language)
        for (flag, phrase), language in rows.items()
        if (flag, phrase) not in known
    )
    db.session.flush()
