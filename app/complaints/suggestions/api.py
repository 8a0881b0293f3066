"""The REST door of what is suggested for a complaint."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.complaints.api import bp
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.suggestions import judging
from app.complaints.suggestions.queries import suggestions_of
from app.complaints.suggestions.schemas import SuggestionAcceptIn, SuggestionOut
from app.core.access.policy import load
from app.core.api import documented, page_of
from app.core.web import current_actor, requires


@bp.get("/complaints/<uuid:complaint_id>/suggestions/")
@bp.output(page_of(SuggestionOut))
@documented(bp, "List what is suggested for a complaint", "GET")
@requires(Perm.WORK)
def list_suggestions(complaint_id: UUID) -> Any:
    """Give the suggestions with their confidence and what people made of them."""
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    found = suggestions_of(complaint.id)
    return {"count": len(found), "next": None, "previous": None, "results": found}


@bp.post("/complaints/<uuid:complaint_id>/suggestions/<uuid:suggestion_id>/accept/")
@bp.input(SuggestionAcceptIn)
@bp.output(SuggestionOut)
@documented(bp, "Do what a suggestion says", "POST")
@requires(Perm.WORK)
def accept_suggestion(complaint_id: UUID, suggestion_id: UUID, json_data: SuggestionAcceptIn) -> Any:
    """Change the severity, or classify a point, as suggested."""
    return judging.accept(complaint_id, suggestion_id, version=json_data.version, actor=current_actor)


@bp.post("/complaints/<uuid:complaint_id>/suggestions/<uuid:suggestion_id>/ignore/")
@bp.output(SuggestionOut)
@documented(bp, "Turn a suggestion down", "POST")
@requires(Perm.WORK)
def ignore_suggestion(complaint_id: UUID, suggestion_id: UUID) -> Any:
    """Leave the complaint as it is."""
    return judging.ignore(complaint_id, suggestion_id, actor=current_actor)
