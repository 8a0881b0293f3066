"""The REST door of the same change to many complaints at once."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from app.complaints.api import bp
from app.complaints.bulk.services import BULK
from app.complaints.policy import Perm
from app.core.api import In, documented
from app.core.bulk import api as bulk
from app.core.bulk.api import ChosenRows, Code, RowsChanged, RowsUndoIn
from app.core.web import requires


class ComplaintsChangeIn(In):
    """The same change to at most 200 complaints: `assign` with `assignee_id`, `severity` with `severity`, or `close`."""

    verb: Literal["assign", "severity", "close"]
    complaints: ChosenRows
    assignee_id: UUID | None = None
    severity: Code = ""


@bp.post("/complaints/bulk/")
@bp.input(ComplaintsChangeIn)
@bp.output(RowsChanged)
@documented(bp, "Make the same change to many complaints", "POST")
@requires(Perm.WORK)
def change_many(json_data: ComplaintsChangeIn) -> Any:
    """Change each that allows it, each for itself."""
    given = json_data.model_dump(exclude={"verb", "complaints"})
    return bulk.change(BULK, json_data.verb, json_data.complaints, given)


@bp.post("/complaints/bulk/undo/")
@bp.input(RowsUndoIn)
@bp.output(RowsChanged)
@documented(bp, "Take the same change to many complaints back", "POST")
@requires(Perm.WORK)
def undo_many(json_data: RowsUndoIn) -> Any:
    """Take it back where nobody changed the complaint since. 404: too late, or none of the caller's."""
    return bulk.undo(BULK, json_data.undo)
