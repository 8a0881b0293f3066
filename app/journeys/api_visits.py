"""The REST door of visits: instances, their progress and stages, events told by hand, and the board."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field
from sqlalchemy import select

from app.core.access.policy import visible
from app.core.api import Listing, ListQuery, Out, documented, listing, page_of
from app.core.api.lists import equals, uuid
from app.core.web import current_actor, requires
from app.journeys import queries
from app.journeys.enums import JourneyKind
from app.journeys.models import Journey
from app.journeys.policy import Perm
from app.journeys.queries import BoardFilters, Card, Column, Step
from app.journeys.schemas import (
    BoardOut,
    InstancePatch,
    JourneyInstanceIn,
    JourneyInstanceOut,
    Kind,
    ProgressOut,
    StagesOut,
    VisitEventIn,
)
from app.journeys.services import visits
from app.journeys.services.visits import Place

bp = APIBlueprint("visits_api", __name__, url_prefix="/api/journeys")

INSTANCES = Listing(
    ordering={"started_at": Journey.started_at, "stage_since": Journey.stage_since, "id": Journey.id},
    default="-started_at",
    filters={
        "status": equals(Journey.status),
        "kind": equals(Journey.kind),
        "hospital_id": equals(Journey.hospital_id, uuid),
        "patient_id": equals(Journey.patient_id, uuid),
        "department_id": equals(Journey.department_id, uuid),
        "physician_id": equals(Journey.physician_id, uuid),
        "encounter": equals(Journey.encounter),
    },
    search=lambda text: Journey.encounter == text.strip(),
)


class BoardQuery(Out):
    """What narrows the board."""

    kind: Kind = "opd"
    department_id: UUID | None = Field(None)
    physician_id: UUID | None = Field(None)


@bp.get("/instances/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(JourneyInstanceOut))
@documented(bp, "List visits", "GET")
@requires(Perm.READ)
def list_instances(query_data: ListQuery) -> dict[str, Any]:
    """Give the visits that the caller may see."""
    query = select(Journey).where(visible(Journey, current_actor, Perm.READ)).options(queries.without_stages())
    return listing(query, INSTANCES, query_data)


@bp.post("/instances/")
@bp.input(JourneyInstanceIn)
@bp.output(JourneyInstanceOut, status_code=201)
@documented(bp, "Begin a visit by hand", "POST")
@requires(Perm.WORK)
def create_instance(json_data: JourneyInstanceIn) -> Any:
    """Begin a visit."""
    return visits.open_visit(
        hospital_id=json_data.hospital_id,
        patient_id=json_data.patient_id,
        kind=json_data.kind,
        encounter=json_data.encounter,
        started_at=json_data.started_at,
        place=_place(json_data),
        actor=current_actor,
    )


@bp.get("/instances/<uuid:journey_id>/")
@bp.output(JourneyInstanceOut)
@documented(bp, "Read a visit", "GET")
@requires(Perm.READ)
def read_instance(journey_id: UUID) -> Any:
    """Give one visit."""
    return queries.get(journey_id, actor=current_actor)


@bp.patch("/instances/<uuid:journey_id>/")
@bp.input(InstancePatch)
@bp.output(JourneyInstanceOut)
@documented(bp, "Correct a visit", "PATCH")
@requires(Perm.WORK)
def change_instance(journey_id: UUID, json_data: InstancePatch) -> Any:
    """Correct where a visit is."""
    row = queries.get(journey_id, actor=current_actor)
    now = {name: getattr(row, name) for name in ("department_id", "physician_id", "location", "scheduled_at")}
    sent = json_data.model_dump(exclude_unset=True, exclude={"version"})
    return visits.change(journey_id, Place(**{**now, **sent}), version=json_data.version, actor=current_actor)


@bp.delete("/instances/<uuid:journey_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Call a visit off", "DELETE")
@requires(Perm.WORK)
def cancel_instance(journey_id: UUID) -> tuple[str, int]:
    """Call a visit off; a visit that has ended answers 409."""
    visits.cancel(journey_id, actor=current_actor)
    return "", 204


@bp.get("/instances/<uuid:journey_id>/progress/")
@bp.output(ProgressOut)
@documented(bp, "Read how far a visit is", "GET")
@requires(Perm.READ)
def progress(journey_id: UUID) -> dict[str, Any]:
    """Give percent, the present stage, what is missing, and every stage with its times."""
    found = queries.visit(journey_id, actor=current_actor)
    stages = [_stage(step) for step in found.steps]
    counted = [step for step in found.steps if step.stage.status != "cancelled"]
    return {
        "id": found.journey.id,
        "status": found.journey.status,
        "percent": found.percent,
        "completed": sum(step.state == "done" for step in counted),
        "total": len(counted),
        "current_stage": next((_stage(step) for step in found.steps if step.state == "now"), None),
        "missing": [step.stage.code for step in found.steps if step.is_missing],
        "stages": stages,
    }


@bp.get("/instances/<uuid:journey_id>/stages/")
@bp.output(StagesOut)
@documented(bp, "List the stages of a visit", "GET")
@requires(Perm.READ)
def list_stages(journey_id: UUID) -> dict[str, Any]:
    """Give the stages of a visit in order."""
    return {"results": [_stage(step) for step in queries.visit(journey_id, actor=current_actor).steps]}


@bp.post("/instances/<uuid:journey_id>/events/")
@bp.input(VisitEventIn)
@bp.output(JourneyInstanceOut)
@documented(bp, "Tell what happened in a visit", "POST")
@requires(Perm.WORK)
def apply_event(journey_id: UUID, json_data: VisitEventIn) -> Any:
    """Apply an event by hand, as if the hospital system had sent it."""
    return visits.tell(
        journey_id,
        json_data.code,
        occurred_at=json_data.occurred_at,
        place=_place(json_data),
        version=json_data.version,
        actor=current_actor,
    )


@bp.get("/board/")
@bp.input(BoardQuery, location="query")
@bp.output(BoardOut)
@documented(bp, "Read the board", "GET")
@requires(Perm.READ)
def board(query_data: BoardQuery) -> dict[str, Any]:
    """Give who is in which stage of a kind of visit now."""
    filters = BoardFilters(JourneyKind(query_data.kind), query_data.department_id, query_data.physician_id)
    columns = queries.board(filters, actor=current_actor)
    return {"kind": query_data.kind, "columns": [_column(column) for column in columns]}


def _place(body: JourneyInstanceIn | VisitEventIn) -> Place:
    return Place(body.department_id, body.physician_id, body.location, body.scheduled_at)


def _stage(step: Step) -> dict[str, Any]:
    stage, template = step.stage, step.template
    names = ("id", "template_id", "position", "code", "status", "entered_at", "completed_at")
    more = ("department_id", "physician_id", "times_seen")
    return {
        **{name: getattr(stage, name) for name in (*names, *more)},
        "name_en": template.name_en,
        "name_ar": template.name_ar,
        "minutes": step.minutes,
        "expected_minutes": template.expected_minutes,
        "is_slow": step.is_slow,
        "is_missing": step.is_missing,
        "lacks": list(step.lacks),
    }


def _column(column: Column) -> dict[str, Any]:
    stage = column.stage
    return {
        "stage_id": stage.id if stage else None,
        "code": stage.code if stage else None,
        "name_en": stage.name_en if stage else None,
        "name_ar": stage.name_ar if stage else None,
        "count": column.count,
        "cards": [_card(card) for card in column.cards],
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "encounter": card.encounter,
        "patient_id": card.patient.id,
        "name_en": None if card.name_hidden else card.patient.name_en,
        "name_ar": None if card.name_hidden else card.patient.name_ar,
        "department_id": card.department.id if card.department else None,
        "physician_id": card.physician.id if card.physician else None,
        "since": card.since,
        "minutes": card.minutes,
        "usual": card.usual,
        "is_slow": card.is_slow,
    }
