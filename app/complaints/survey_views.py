"""A survey answer becomes a complaint: its panel on the survey's page."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.views import bp
from app.core.access.policy import can, load, visible
from app.core.db import db
from app.core.web import current_actor, page, requires
from app.core.web.panels import panel
from app.surveys.models import SurveyInstance
from app.surveys.policy import Perm as SurveyPerm

panel("survey", 25, _l("Complaint"), "complaints.panel_of_survey", Perm.READ)


@bp.get("/surveys/<uuid:subject_id>/panel")
@requires(Perm.READ)
def panel_of_survey(subject_id: UUID) -> Response:
    """Show the complaint that was made of a survey's answers, or offer to make one."""
    survey = load(SurveyInstance, subject_id, actor=current_actor, needs=Perm.READ)
    query = select(Complaint).where(Complaint.survey_id == subject_id, visible(Complaint, current_actor, Perm.READ))
    return page(
        "complaints/of_survey_page.html",
        part="complaints/_of_survey.html",
        survey=survey,
        complaint=db.session.execute(query).scalar_one_or_none(),
        may_make=survey.completed_at is not None
        and can(current_actor, Perm.CREATE)
        and can(current_actor, SurveyPerm.COMMENTS_READ),
    )
