"""Links that ran out: abandoned when begun (the partial answers stay), expired when never started."""

from __future__ import annotations

from sqlalchemy import select

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.events import record
from app.core.time import clock
from app.surveys.enums import InstanceState
from app.surveys.events import SurveyClosed
from app.surveys.models import SurveyInstance
from app.surveys.workflow import rise

BATCH = 200
RUNNING = (
    InstanceState.PENDING,  # invited, but the message never left: it has a time of expiry all the same
    InstanceState.SENT,
    InstanceState.DELIVERED,
    InstanceState.OPENED,
    InstanceState.IN_PROGRESS,
)


def close_expired() -> int:
    """Close one batch of surveys whose link has run out; returns how many."""
    with acting_as(system_actor("close surveys that ran out")) as actor, unit_of_work():
        late = (
            db.session.execute(
                select(SurveyInstance)
                .where(SurveyInstance.state.in_(RUNNING), SurveyInstance.expires_at <= clock.now())
                .order_by(SurveyInstance.expires_at)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
                .execution_options(populate_existing=True)
            )
            .scalars()
            .all()
        )
        for instance in late:
            rise(instance, "abandon" if instance.state == InstanceState.IN_PROGRESS else "expire", actor=actor)
            instance.remind_at = None
            record(
                SurveyClosed(
                    instance.id,
                    instance.hospital_id,
                    instance.patient_id,
                    instance.journey_id,
                    instance.department_id,
                    instance.state,
                ),
                actor=actor,
            )
        return len(late)
