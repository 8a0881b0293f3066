"""The REST door of the same change to many complaints at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.complaints.api import bp
from app.complaints.bulk import services as bulk
from app.complaints.policy import Perm
from app.core.api import In, Out, documented
from app.core.errors import NotFound
from app.core.web import current_actor, requires


class ChosenComplaint(In):
    """One complaint, with the version that the caller saw."""

    id: UUID
    version: int


class ComplaintsChangeIn(In):
    """The same change to at most 200 complaints: `assign` with `assignee_id`, `severity` with `severity`, or `close`."""

    verb: Literal["assign", "severity", "close"]
    complaints: Annotated[list[ChosenComplaint], Field(min_length=1, max_length=bulk.MOST)]
    assignee_id: UUID | None = None
    severity: Annotated[str, Field(max_length=20)] = ""


class ComplaintOutcome(Out):
    """What became of one: changed, or refused with a code."""

    id: UUID
    refusal: str
    message: str


class ComplaintsChanged(Out):
    """What became of each; complaints that the caller can not see are left out. `undo` is good for two minutes, once."""

    undo: str
    results: list[ComplaintOutcome]


class ComplaintsUndoIn(In):
    """Which change to take back."""

    undo: Annotated[str, Field(min_length=1, max_length=40)]


def _told(undo: str, outcomes: Any) -> dict[str, Any]:
    results = [{"id": each.id, "refusal": each.refusal, "message": each.message} for each in outcomes]
    return {"undo": undo, "results": results}


@bp.post("/complaints/bulk/")
@bp.input(ComplaintsChangeIn)
@bp.output(ComplaintsChanged)
@documented(bp, "Make the same change to many complaints", "POST")
@requires(Perm.WORK)
def change_many(json_data: ComplaintsChangeIn) -> Any:
    """Change each that allows it, each for itself."""
    versions = {each.id: each.version for each in json_data.complaints}
    field = bulk.DEEDS[json_data.verb].value
    value = str(getattr(json_data, field) or "") if field else ""
    return _told(*bulk.run(json_data.verb, versions, value, actor=current_actor))


@bp.post("/complaints/bulk/undo/")
@bp.input(ComplaintsUndoIn)
@bp.output(ComplaintsChanged)
@documented(bp, "Take the same change to many complaints back", "POST")
@requires(Perm.WORK)
def undo_many(json_data: ComplaintsUndoIn) -> Any:
    """Take it back where nobody changed the complaint since. 404: too late, or none of the caller's."""
    outcomes = bulk.undo(json_data.undo, actor=current_actor)
    if outcomes is None:
        raise NotFound()
    return _told("", outcomes)
