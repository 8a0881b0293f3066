"""Text modules on the page of a case: each as it would be written there, to be taken into what is being written."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from app.complaints.casework.kinds import CASES
from app.complaints.policy import Perm
from app.complaints.texts import filling
from app.complaints.texts.filling import Filled
from app.complaints.texts.purposes import PURPOSES
from app.core.web import current_actor, page, requires

bp = Blueprint("texts", __name__, url_prefix="/texts")
# where a text of a purpose is taken to, after the address of the case
PLACES = {"question": "/explanations/new", "resolution": "#steps", "answer": "#steps"}


@bp.get("/complaint/<uuid:subject_id>")
@requires(Perm.TEXT_READ)
def of_complaint(subject_id: UUID) -> Response:
    """Show the modules that fit a complaint, filled for it."""
    return _offered("complaint", subject_id)


@bp.get("/inquiry/<uuid:subject_id>")
@requires(Perm.TEXT_READ)
def of_inquiry(subject_id: UUID) -> Response:
    """Show the modules that fit an inquiry, filled for it."""
    return _offered("inquiry", subject_id)


def _offered(case: str, subject_id: UUID) -> Response:
    row, found = filling.offered(case, subject_id, actor=current_actor)
    return page(
        "complaints/texts/page.html",
        part="complaints/texts/_texts.html",
        row=row,
        offered=[(each, _address(case, row.id, each)) for each in found],
        purposes=PURPOSES,
        lacking=filling.lacking,
        case_url=f"{CASES[case].pages}{row.id}",
    )


def _address(case: str, case_id: UUID, each: Filled) -> str:
    place, _mark, fragment = PLACES.get(each.module.purpose, "#events").partition("#")
    return f"{CASES[case].pages}{case_id}{place}?text={each.module.id}" + (f"#{fragment}" if fragment else "")


def taken(case: str, case_id: UUID) -> Filled | None:
    """Give the module that the address of a case's page names, filled. Raises as `filling.filled`."""
    module_id = request.args.get("text", type=UUID)
    return filling.filled(case, case_id, module_id, actor=current_actor) if module_id else None
