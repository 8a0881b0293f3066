"""Answers of surveys that become complaints."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints.models import Complaint
from app.core.access.actor import Actor
from app.core.access.policy import can, load, visible
from app.core.db import db, take_turn
from app.core.errors import Conflict
from app.surveys import queries as surveys
from app.surveys.models import SurveyInstance
from app.surveys.policy import Perm as SurveyPerm


def beginning(survey_id: UUID, actor: Actor) -> dict[str, Any]:
    """Give what the entry form begins with when it is opened from a survey. NotAllowed, NotFound."""
    survey = load(SurveyInstance, survey_id, actor=actor, needs=SurveyPerm.COMMENTS_READ)
    visit = survey.context.get("kind", "")
    return {
        "survey_id": survey.id,
        "patient_id": survey.patient_id,
        "words": surveys.words_of(survey.id),
        "department_id": survey.department_id,
        "visit_kind": visit if isinstance(visit, str) else "",
    }


def is_answered(hospital_id: UUID, survey_id: UUID, actor: Actor) -> bool:
    """Tell whether a survey of the hospital was answered and the actor may read what was written."""
    query = select(SurveyInstance.id).where(
        SurveyInstance.id == survey_id,
        SurveyInstance.hospital_id == hospital_id,
        SurveyInstance.completed_at.is_not(None),
        visible(SurveyInstance, actor, SurveyPerm.COMMENTS_READ),
    )
    return can(actor, SurveyPerm.COMMENTS_READ) and db.session.execute(query).first() is not None


def refuse_known(survey_id: UUID) -> None:
    """Let an answer become a complaint once. Conflict (`known`): it is one already; `current` is that complaint."""
    take_turn(f"survey:{survey_id}", 363)
    known = db.session.execute(select(Complaint).where(Complaint.survey_id == survey_id)).scalar_one_or_none()
    if known is not None:
        raise Conflict(
            _("A complaint was made of this survey already: %(reference)s.", reference=known.reference),
            code="known",
            current=known,
        )
