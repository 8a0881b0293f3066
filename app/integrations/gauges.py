"""What the health page shows of the intake: what waits and how old it is, what failed, and which links are open."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.core.db import db
from app.core.health import Gauge, gauges
from app.core.time import clock
from app.integrations.enums import EventState
from app.integrations.link_states import told_states
from app.integrations.models import InboundEvent, MllpLink

LATE_SECONDS = 120


@gauges
def intake() -> list[Gauge]:
    """Give the lines of the reader's hospitals; the wall narrows them."""
    state = InboundEvent.state
    due, oldest, failed, dead = db.session.execute(
        select(
            func.count().filter(InboundEvent.next_try_at <= clock.now()),
            func.min(InboundEvent.next_try_at).filter(InboundEvent.next_try_at <= clock.now()),
            func.count().filter(state == EventState.FAILED),
            func.count().filter(state == EventState.DEAD),
        ).where(state.in_([EventState.RECEIVED, EventState.FAILED, EventState.DEAD]))
    ).one()
    age = round(max((clock.now() - oldest).total_seconds(), 0)) if oldest else 0
    return [
        Gauge(_l("Inbound events waiting"), due, due < 1000),
        Gauge(_l("Age of the oldest waiting inbound event, seconds"), age, age < LATE_SECONDS),
        Gauge(_l("Inbound events that failed and wait for a repair or a new try"), failed, failed == 0),
        Gauge(_l("Inbound events given up"), dead, dead == 0),
        _links(),
    ]


def _links() -> Gauge:
    wanted = (
        db.session.execute(select(MllpLink.id).where(MllpLink.is_active, MllpLink.archived_at.is_(None)))
        .scalars()
        .all()
    )
    told = told_states()
    label = _l("MLLP links open")
    if told is None:
        return Gauge(label, _l("the listener says nothing") if wanted else 0, not wanted)
    count = sum(1 for link_id in wanted if link_id in told and told[link_id].state == "open")
    return Gauge(label, f"{count} / {len(wanted)}", count == len(wanted))
