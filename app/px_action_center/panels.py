"""What the action center hangs on other pages: the action that a survey opened, on the survey's page."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_babel import lazy_gettext as _l

from app.core.access.policy import load
from app.core.web import current_actor, page, requires
from app.core.web.panels import panel
from app.px_action_center import queries
from app.px_action_center.policy import Perm
from app.px_action_center.views import bp
from app.surveys.models import SurveyInstance

panel("survey", 20, _l("Action"), "actions.panel_of_survey", Perm.READ)


@bp.get("/surveys/<uuid:subject_id>/panel")
@requires(Perm.READ)
def panel_of_survey(subject_id: UUID) -> Response:
    """Show the actions that a survey opened, with state, owner and deadline."""
    load(SurveyInstance, subject_id, actor=current_actor, needs=Perm.READ)
    return page(
        "actions/panel_page.html", part="actions/_panel.html", rows=queries.of_source(subject_id, actor=current_actor)
    )
