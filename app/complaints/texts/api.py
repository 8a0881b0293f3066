"""Text modules of a case over the API, filled with its facts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from app.complaints.policy import Perm
from app.complaints.texts import filling
from app.core.api import Out, documented
from app.core.web import current_actor, requires

bp = APIBlueprint("texts_api", __name__, url_prefix="/api/complaints")


class FilledOut(Out):
    """A text module as it would be written on a case; `text` is empty where it lacks the language of its reader."""

    id: UUID
    code: str
    purpose: str
    language: str
    text: str


class FilledListOut(Out):
    """All that may be written there."""

    results: list[FilledOut]


@bp.get("/complaints/<uuid:case_id>/texts/")
@bp.output(FilledListOut)
@documented(bp, "List the text modules for a complaint, filled", "GET")
@requires(Perm.TEXT_READ)
def list_of_complaint(case_id: UUID) -> dict[str, Any]:
    """Give every text module that fits, filled with the complaint's facts."""
    return _told("complaint", case_id)


@bp.get("/inquiries/<uuid:case_id>/texts/")
@bp.output(FilledListOut)
@documented(bp, "List the text modules for an inquiry, filled", "GET")
@requires(Perm.TEXT_READ)
def list_of_inquiry(case_id: UUID) -> dict[str, Any]:
    """Give every text module that fits, filled with the inquiry's facts."""
    return _told("inquiry", case_id)


def _told(case: str, case_id: UUID) -> dict[str, Any]:
    _row, found = filling.offered(case, case_id, actor=current_actor)
    return {
        "results": [
            {
                "id": each.module.id,
                "code": each.module.code,
                "purpose": each.module.purpose,
                "language": each.language,
                "text": each.text,
            }
            for each in found
        ]
    }
