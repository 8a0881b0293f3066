"""The REST door of many actions at once: the same change to each, and the queue as a file."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from apiflask.schemas import FileSchema

from app.core.api import In, documented, list_files
from app.core.api.list_files import ListFileIn
from app.core.bulk import api as bulk
from app.core.bulk.api import ChosenRows, Code, RowsChanged, RowsUndoIn, Words
from app.core.web import requires
from app.core.web.sheets import XLSX
from app.px_action_center import queries
from app.px_action_center.api import bp
from app.px_action_center.exports import FILE
from app.px_action_center.places import PLACE
from app.px_action_center.policy import Perm
from app.px_action_center.services.bulk import BULK


class ActionsChangeIn(In):
    """The same change to at most 200 actions: `assign` with `assignee_id`, `severity` with `severity`, `cancel` with `reason`."""

    verb: Literal["assign", "severity", "cancel"]
    actions: ChosenRows
    assignee_id: UUID | None = None
    severity: Code = ""
    reason: Words = ""


class ActionsFileIn(ListFileIn):
    """Which actions, as which kind of file, and what for (needed where the file names patients)."""

    tab: Literal["mine", "unassigned", "due_soon", "overdue", "to_approve", "open", "all"] = "all"
    severity: Literal["", "critical", "high", "medium", "low"] = ""


@bp.post("/bulk/")
@bp.input(ActionsChangeIn)
@bp.output(RowsChanged)
@documented(bp, "Make the same change to many actions", "POST")
@requires(Perm.ASSIGN)
def change_many(json_data: ActionsChangeIn) -> Any:
    """Change each that allows it, each for itself."""
    return bulk.change(BULK, json_data.verb, json_data.actions, json_data.model_dump(exclude={"verb", "actions"}))


@bp.post("/bulk/undo/")
@bp.input(RowsUndoIn)
@bp.output(RowsChanged)
@documented(bp, "Take the same change to many actions back", "POST")
@requires(Perm.ASSIGN)
def undo_many(json_data: RowsUndoIn) -> Any:
    """Take it back where nobody changed the action since. 404: too late, or none of the caller's."""
    return bulk.undo(BULK, json_data.undo)


@bp.post("/export/")
@bp.input(list_files.of_place(PLACE, ActionsFileIn))
@bp.output(FileSchema, content_type="text/csv")
@documented(bp, "Take actions out as a file", "POST", also=[XLSX])
@requires(Perm.READ)
def take_file(json_data: ActionsFileIn) -> Any:
    """Give exactly the caller's actions that fit, streamed."""
    filters = queries.Filters(**json_data.model_dump(exclude={"kind", "reason", "columns"}))
    return list_files.answer(FILE, PLACE, filters, json_data, orders=queries.ORDERS)
