"""What the action center hangs on other pages: the action that a survey opened, and actions on the timeline of a complaint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.access.policy import can, load
from app.core.i18n import named
from app.core.web import current_actor, page, requires
from app.core.web.panels import panel
from app.core.web.story import Line, Mark, hang, own_page
from app.px_action_center import queries
from app.px_action_center.enums import ActionStatus
from app.px_action_center.policy import Perm
from app.px_action_center.views import bp
from app.px_action_center.words import action_tone
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


def lines_of_cause(ids: Sequence[UUID], actor: Actor) -> Iterable[Line]:
    """Give the actions that the surveys of a case opened, as far as the actor may read them; one statement."""
    if not can(actor, Perm.READ):
        return []
    return [
        Line(
            row.action.created_at,
            "",
            _("Action %(reference)s: %(title)s", reference=row.action.reference, title=named(row.action, "title")),
            "checklist",
            mark=Mark(ActionStatus(row.action.status).label, action_tone(row.action.status)),
            note=named(row.owner),
            href=own_page("actions.show", action_id=row.action.id),
        )
        for row in queries.of_sources(ids, actor=actor)
    ]


hang("complaint", "actions", lines_of_cause)
