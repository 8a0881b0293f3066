"""The checklist of a complaint over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from app.complaints.checklists import services
from app.complaints.policy import Perm
from app.core.api import In, Out, documented
from app.core.web import current_actor, requires

bp = APIBlueprint("checklists_api", __name__, url_prefix="/api/complaints")


class TickIn(In):
    """Whether an item is done."""

    is_done: bool


class LineOut(Out):
    """An item, and who has done it when."""

    item_id: UUID
    code: str
    class_code: str
    name_en: str
    name_ar: str
    done_at: datetime | None
    done_by_id: UUID | None


class ChecklistOut(Out):
    """The checklist of a complaint in its order."""

    results: list[LineOut]


def _told(complaint_id: UUID) -> dict[str, Any]:
    _complaint, lines = services.lines_of(complaint_id, actor=current_actor)
    return {
        "results": [
            {
                "item_id": line.item.id,
                "code": line.item.code,
                "class_code": line.item.class_code,
                "name_en": line.item.name_en,
                "name_ar": line.item.name_ar,
                "done_at": line.tick.done_at if line.tick else None,
                "done_by_id": line.tick.done_by_id if line.tick else None,
            }
            for line in lines
        ]
    }


@bp.get("/complaints/<uuid:complaint_id>/checklist/")
@bp.output(ChecklistOut)
@documented(bp, "Read the checklist of a complaint", "GET")
@requires(Perm.WORK)
def read(complaint_id: UUID) -> dict[str, Any]:
    """Give the items of every complaint and of the classes of its points."""
    return _told(complaint_id)


@bp.put("/complaints/<uuid:complaint_id>/checklist/<uuid:item_id>/")
@bp.input(TickIn)
@bp.output(ChecklistOut)
@documented(bp, "Tick an item of the checklist of a complaint", "PUT")
@requires(Perm.WORK)
def put(complaint_id: UUID, item_id: UUID, json_data: TickIn) -> dict[str, Any]:
    """Say whether an item is done; saying it twice changes nothing."""
    services.tick(complaint_id, item_id, is_done=json_data.is_done, actor=current_actor)
    return _told(complaint_id)
