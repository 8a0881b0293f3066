"""The REST door of people named on points."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.complaints.api import bp
from app.complaints.points import people
from app.complaints.policy import Perm
from app.complaints.schemas import PointPersonIn, PointPersonOut
from app.core.api import documented
from app.core.web import current_actor, requires


@bp.post("/complaints/<uuid:complaint_id>/points/<uuid:point_id>/people/")
@bp.input(PointPersonIn)
@bp.output(PointPersonOut, status_code=201)
@documented(bp, "Name a physician or an employee on a point", "POST")
@requires(Perm.WORK)
def name_person(complaint_id: UUID, point_id: UUID, json_data: PointPersonIn) -> Any:
    """Name a person of the complaint's hospital; again is harmless."""
    return people.name(complaint_id, point_id, json_data.person_id, actor=current_actor)


@bp.post("/complaints/<uuid:complaint_id>/points/<uuid:point_id>/people/remove/")
@bp.input(PointPersonIn)
@bp.output({}, status_code=204)
@documented(bp, "Take a person off a point", "POST")
@requires(Perm.WORK)
def take_person_off(complaint_id: UUID, point_id: UUID, json_data: PointPersonIn) -> Any:
    """Take a person off a point."""
    people.take_off(complaint_id, point_id, json_data.person_id, actor=current_actor)
    return "", 204
