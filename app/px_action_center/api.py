"""The REST door of the action center."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from apiflask import APIBlueprint
from flask import abort
from pydantic import Field
from sqlalchemy import select

from app.core.access.policy import visible
from app.core.api import In, Listing, ListQuery, Out, VersionedIn, documented, listing, page_of
from app.core.api.lists import equals, uuid
from app.core.api.schemas import LongText, RequiredLine
from app.core.web import current_actor, requires
from app.px_action_center import queries
from app.px_action_center.enums import Severity
from app.px_action_center.models import PxAction
from app.px_action_center.policy import Perm
from app.px_action_center.services import opening, working
from app.px_action_center.workflow import ACTION

bp = APIBlueprint("actions_api", __name__, url_prefix="/api/actions")


class ActionOut(Out):
    """One action."""

    id: UUID
    reference: str
    hospital_id: UUID
    title_en: str
    title_ar: str
    status: str
    severity: str
    source_kind: str
    source_id: UUID | None
    value: float | None
    department_id: UUID | None
    assignee_id: UUID | None
    due_at: datetime | None
    outcome: str
    created_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    closed_at: datetime | None
    version: int


class ActionIn(In):
    """What must be put right."""

    hospital_id: UUID
    title: RequiredLine
    severity: Literal["critical", "high", "medium", "low"] = "medium"
    department_id: UUID | None = None


class AssignIn(VersionedIn):
    """The new owner."""

    assignee_id: UUID


class ActionStepIn(VersionedIn):
    """What a step asks for."""

    reason: LongText = ""
    outcome: LongText = ""


class SeverityIn(VersionedIn):
    """How grave it is."""

    severity: Literal["critical", "high", "medium", "low"]


class NoteIn(In):
    """A note, or what was said in a call with the patient."""

    kind: Literal["note", "call"] = "note"
    body: Annotated[str, Field(min_length=1, max_length=5000, pattern=r"^[^\x00]*$")]


class NoteOut(Out):
    """A note as it stands."""

    id: UUID
    action_id: UUID
    author_id: UUID | None
    kind: str
    body: str
    created_at: datetime


ACTIONS = Listing(
    ordering={"due_at": PxAction.due_at, "created_at": PxAction.created_at, "id": PxAction.id},
    default="-created_at",
    filters={
        "status": equals(PxAction.status),
        "severity": equals(PxAction.severity, lambda text: str(Severity(text))),
        "department_id": equals(PxAction.department_id, uuid),
        "assignee_id": equals(PxAction.assignee_id, uuid),
        "reference": equals(PxAction.reference),
    },
    search=lambda text: queries.search_clause(text, current_actor),
)


@bp.get("/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(ActionOut))
@documented(bp, "List actions", "GET")
@requires(Perm.READ)
def list_actions(query_data: ListQuery) -> dict[str, Any]:
    """Give the actions that the caller may see; `search` looks in numbers, titles, notes, what was done, and patients."""
    return listing(select(PxAction).where(visible(PxAction, current_actor, Perm.READ)), ACTIONS, query_data)


@bp.post("/")
@bp.input(ActionIn)
@bp.output(ActionOut, status_code=201)
@documented(bp, "Open an action", "POST")
@requires(Perm.CREATE)
def create(json_data: ActionIn) -> Any:
    """Open an action by hand."""
    return opening.open_by_hand(
        hospital_id=json_data.hospital_id,
        title=json_data.title,
        severity=json_data.severity,
        department_id=json_data.department_id,
        patient_id=None,
        actor=current_actor,
    )


@bp.get("/<uuid:action_id>/")
@bp.output(ActionOut)
@documented(bp, "Read an action", "GET")
@requires(Perm.READ)
def read(action_id: UUID) -> Any:
    """Give one action."""
    return queries.get(action_id, actor=current_actor)


@bp.post("/<uuid:action_id>/assign/")
@bp.input(AssignIn)
@bp.output(ActionOut)
@documented(bp, "Name the owner", "POST")
@requires(Perm.ASSIGN)
def assign(action_id: UUID, json_data: AssignIn) -> Any:
    """Hand the action over."""
    return working.assign(action_id, to=json_data.assignee_id, version=json_data.version, actor=current_actor)


@bp.post("/<uuid:action_id>/steps/<string(maxlength=20):verb>/")
@bp.input(ActionStepIn)
@bp.output(ActionOut)
@documented(bp, "Take a step of the workflow", "POST")
@requires(Perm.READ)
def move(action_id: UUID, verb: str, json_data: ActionStepIn) -> Any:
    """Start, submit, approve, return or cancel."""
    if not any(step.verb == verb for step in ACTION.steps):
        abort(404)
    return working.move(
        action_id,
        verb,
        version=json_data.version,
        actor=current_actor,
        reason=json_data.reason,
        outcome=json_data.outcome,
    )


@bp.post("/<uuid:action_id>/severity/")
@bp.input(SeverityIn)
@bp.output(ActionOut)
@documented(bp, "Judge the severity anew", "POST")
@requires(Perm.ASSIGN)
def severity(action_id: UUID, json_data: SeverityIn) -> Any:
    """Change the severity; the deadline counts anew from the start."""
    return working.change_severity(action_id, json_data.severity, version=json_data.version, actor=current_actor)


@bp.post("/<uuid:action_id>/notes/")
@bp.input(NoteIn)
@bp.output(NoteOut, status_code=201)
@documented(bp, "Write a note", "POST")
@requires(Perm.WORK)
def add_note(action_id: UUID, json_data: NoteIn) -> Any:
    """Write on the action."""
    return working.add_note(action_id, json_data.body, kind=json_data.kind, actor=current_actor)
