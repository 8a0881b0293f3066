"""Closing the loop: that somebody spoke with the patient about what a survey said."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.time import clock
from app.surveys.models import SurveyInstance


@command
def called(instance_id: UUID, *, actor: Actor) -> None:
    """Keep the first call with the patient after a survey (domain.md, X-7); nothing happens where the id is of no survey.

    `actor` was allowed to work on the action that the survey opened; the event of their note tells of the call.
    """
    db.session.execute(
        update(SurveyInstance)
        .where(
            SurveyInstance.id == instance_id,
            SurveyInstance.completed_at.is_not(None),
            SurveyInstance.followed_up_at.is_(None),
        )
        .values(followed_up_at=clock.now())
    )
