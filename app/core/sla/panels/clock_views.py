"""The page that explains one clock, whatever the domain of its case."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response
from sqlalchemy import select

from app.core.db.base import db
from app.core.errors import NotFound
from app.core.sla.explain import trace_of
from app.core.sla.kinds import KINDS
from app.core.sla.models import SlaClock, SlaPolicy, WorkingCalendar
from app.core.web import current_actor, page, signed_in

bp = Blueprint("clocks", __name__, url_prefix="/clocks")


@bp.get("/<uuid:clock_id>")
@signed_in
def show(clock_id: UUID) -> Response:
    """Explain a deadline to who may see its case; everybody else gets the answer of the case itself."""
    row = db.session.execute(  # with rule and calendar, which are at hand as long as the row is held
        select(SlaClock, SlaPolicy, WorkingCalendar)
        .outerjoin(SlaPolicy, SlaPolicy.id == SlaClock.policy_id)
        .outerjoin(WorkingCalendar, WorkingCalendar.id == SlaClock.calendar_id)
        .where(SlaClock.id == clock_id)
    ).one_or_none()
    if row is None or row[0].kind not in KINDS:
        raise NotFound()
    clock: SlaClock = row[0]
    kind = KINDS[clock.kind]
    kind.find(clock.subject_id, current_actor)
    return page(
        "core/clocks/show.html",
        trace=trace_of(clock),
        case=kind.names([clock.subject_id]).get(clock.subject_id),
        kind_label=kind.label,
    )
