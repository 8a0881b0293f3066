"""The REST door of the same change to many inquiries at once."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from app.complaints.inquiries.api import bp
from app.complaints.inquiries.bulk import BULK
from app.complaints.policy import Perm
from app.core.api import In, documented
from app.core.bulk import api as bulk
from app.core.bulk.api import ChosenRows, Code, RowsChanged, RowsUndoIn, Words
from app.core.web import requires


class InquiriesChangeIn(In):
    """The same change to at most 200 inquiries: `assign` with `assignee_id`, `close`, or `cancel` with `cancel_reason` and
    `reason`.
    """

    verb: Literal["assign", "close", "cancel"]
    inquiries: ChosenRows
    assignee_id: UUID | None = None
    cancel_reason: Code = ""
    reason: Words = ""


@bp.post("/bulk/")
@bp.input(InquiriesChangeIn)
@bp.output(RowsChanged)
@documented(bp, "Make the same change to many inquiries", "POST")
@requires(Perm.INQUIRY_WORK)
def change_many(json_data: InquiriesChangeIn) -> Any:
    """Change each that allows it, each for itself."""
    given = json_data.model_dump(exclude={"verb", "inquiries"})
    return bulk.change(BULK, json_data.verb, json_data.inquiries, given)


@bp.post("/bulk/undo/")
@bp.input(RowsUndoIn)
@bp.output(RowsChanged)
@documented(bp, "Take the same change to many inquiries back", "POST")
@requires(Perm.INQUIRY_WORK)
def undo_many(json_data: RowsUndoIn) -> Any:
    """Take it back where nobody changed the inquiry since. 404: too late, or none of the caller's."""
    return bulk.undo(BULK, json_data.undo)
