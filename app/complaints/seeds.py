"""What every installation starts with: deadlines of complaints and the first edition of the taxonomy. Repeatable."""

from __future__ import annotations

import csv
from pathlib import Path

from sqlalchemy import select

from app.complaints import sla
from app.complaints.models import TaxonomyClass, TaxonomyVersion
from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.sla.seeds import Target, seed_policies
from app.core.time import clock

# starting values of product.md section 6
TARGETS = {
    sla.RESOLUTION: (
        Target(12, "critical", is_business=False),
        Target(16, "high"),
        Target(24, "medium"),
        Target(24, "low"),
        Target(24, source="moh", is_business=False, pausable=False),
        Target(48, source="chi", is_business=False, pausable=False),
    ),
    sla.ACTIVATION: (Target(2, pausable=False),),
    sla.FIRST_CONTACT: (Target(24, is_business=False, pausable=False),),
    sla.WITHIN_72_HOURS: (Target(72, is_business=False, pausable=False),),
    sla.ANSWER: (Target(16),),
}
TAXONOMY = "PX360 1"
SOURCE = Path(__file__).parent / "data" / "taxonomy.csv"


@command
def seed_complaints(*, actor: Actor) -> None:
    """Make the rules of every clock, and the starting taxonomy from its file."""
    for name, targets in TARGETS.items():
        silent = name in sla.SILENT
        seed_policies(
            name,
            targets,
            reminders=[] if silent else sla.REMINDERS,
            ladder=[] if silent else sla.LADDER,
            actor=actor,
        )
    _seed_taxonomy()


def _seed_taxonomy() -> None:
    known = select(TaxonomyVersion.id).where(TaxonomyVersion.name == TAXONOMY)
    if db.session.execute(known).first() is not None:
        return
    edition = TaxonomyVersion(name=TAXONOMY, is_current=True, made_current_at=clock.now())
    db.session.add(edition)
    db.session.flush()
    with SOURCE.open(encoding="utf-8-sig", newline="") as lines:
        db.session.add_all(
            TaxonomyClass(
                taxonomy_id=edition.id,
                code=line["code"],
                domain_code=line["domain_code"],
                domain_en=line["domain_en"],
                domain_ar=line["domain_ar"],
                category_en=line["category_en"],
                category_ar=line["category_ar"],
                subcategory_en=line["subcategory_en"],
                subcategory_ar=line["subcategory_ar"],
                name_en=line["classification_en"],
                name_ar=line["classification_ar"],
                source=line["source"],
            )
            for line in csv.DictReader(lines)
        )
    db.session.flush()
