"""What complaints hang on the board's cards: the mark of a patient whose complaint is open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.access.policy import can, visible
from app.core.db import db
from app.journeys.models import Journey


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on a card."""

    label: str
    tone: str = "danger"
    icon: str = "speakerphone"


def marks_of_visits(ids: Collection[UUID], actor: Actor) -> Mapping[UUID, Mark]:
    """Mark the visits of patients whose complaint is open and may be seen; one statement for all cards."""
    if not ids or not can(actor, Perm.READ):
        return {}
    rows = db.session.execute(
        select(Journey.id)
        .join(Complaint, Complaint.patient_id == Journey.patient_id)
        .where(Journey.id.in_(ids), Complaint.closed_at.is_(None), visible(Complaint, actor, Perm.READ))
        .distinct()
    ).scalars()
    mark = Mark(_("Open complaint"))
    return dict.fromkeys(rows, mark)
