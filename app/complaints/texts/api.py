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
_CASES = {"complaints": "complaint", "inquiries": "inquiry"}


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


@bp.get("/<any(complaints, inquiries):cases>/<uuid:case_id>/texts/")
@bp.output(FilledListOut)
@documented(bp, "List the text modules for a case, filled", "GET")
@requires(Perm.TEXT_READ)
def list_texts(cases: str, case_id: UUID) -> dict[str, Any]:
    """Give every text module that fits a complaint or an inquiry, filled with its facts."""
    _row, found = filling.offered(_CASES[cases], case_id, actor=current_actor)
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
