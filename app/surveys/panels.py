"""What surveys hang on the board's cards: the state of the visit's survey."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import can, visible
from app.core.db import db
from app.surveys.enums import InstanceState
from app.surveys.models import SurveyInstance
from app.surveys.policy import Perm


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on a card: the state of the visit's survey in words."""

    label: str
    tone: str
    icon: str = "clipboard-list"


def marks_of_visits(ids: Collection[UUID], actor: Actor) -> Mapping[UUID, Mark]:
    """Give the state of the newest survey of each visit that has one; one statement for all cards."""
    if not ids or not can(actor, Perm.INSTANCE_READ):
        return {}
    rows = db.session.execute(
        select(SurveyInstance.journey_id, SurveyInstance.state, SurveyInstance.is_negative)
        .where(visible(SurveyInstance, actor, Perm.INSTANCE_READ), SurveyInstance.journey_id.in_(ids))
        .order_by(SurveyInstance.created_at)
    ).all()
    return {
        journey_id: Mark(str(InstanceState(state).label), "warning" if is_negative else "neutral")
        for journey_id, state, is_negative in rows
        if journey_id is not None
    }
