"""Promises over the API, on complaints and on inquiries."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import AwareDatetime, Field

from app.complaints.policy import Perm
from app.complaints.promises import queries, services
from app.complaints.promises.services import PromiseFacts
from app.core.api import In, Out, VersionedIn, documented
from app.core.api.schemas import Line
from app.core.web import current_actor, requires

bp = APIBlueprint("promises_api", __name__, url_prefix="/api/complaints")


class PromiseIn(In):
    """Promise something; who keeps it is the caller where `owner_id` is left out."""

    kind: Literal["call", "write", "meet", "other"] = "call"
    what: Line = ""
    due_at: AwareDatetime
    owner_id: UUID | None = None


class PromiseEndIn(VersionedIn):
    """Say that it was done, or take it back."""

    verb: Literal["done", "withdraw"]


class PromiseOut(Out):
    """A promise and what became of it; a broken one with `settled_at` was made good late."""

    id: UUID
    complaint_id: UUID | None
    inquiry_id: UUID | None
    kind: str
    what: str
    due_at: datetime
    owner_id: UUID
    made_by_id: UUID | None
    state: Annotated[str, Field(description="open, kept, broken, withdrawn")]
    settled_at: datetime | None
    version: int


class PromisesOut(Out):
    """The promises of a case, what waits first."""

    results: list[PromiseOut]


def _told(case: str, case_id: UUID) -> dict[str, Any]:
    _row, found = queries.of_case(case, case_id, actor=current_actor)
    return {"results": [promise for promise, _owner in found]}


@bp.get("/complaints/<uuid:case_id>/promises/")
@bp.output(PromisesOut)
@documented(bp, "List the promises on a complaint", "GET")
@requires(Perm.PROMISE)
def list_of_complaint(case_id: UUID) -> dict[str, Any]:
    """Give up to 100 promises, what waits first."""
    return _told("complaint", case_id)


@bp.get("/inquiries/<uuid:case_id>/promises/")
@bp.output(PromisesOut)
@documented(bp, "List the promises on an inquiry", "GET")
@requires(Perm.PROMISE)
def list_of_inquiry(case_id: UUID) -> dict[str, Any]:
    """Give up to 100 promises, what waits first."""
    return _told("inquiry", case_id)


@bp.post("/complaints/<uuid:case_id>/promises/")
@bp.input(PromiseIn)
@bp.output(PromiseOut, status_code=201)
@documented(bp, "Promise something on a complaint", "POST")
@requires(Perm.PROMISE)
def make_on_complaint(case_id: UUID, json_data: PromiseIn) -> Any:
    """Write a promise down; its owner is reminded a quarter of an hour before."""
    return services.make("complaint", case_id, PromiseFacts(**json_data.model_dump()), actor=current_actor)


@bp.post("/inquiries/<uuid:case_id>/promises/")
@bp.input(PromiseIn)
@bp.output(PromiseOut, status_code=201)
@documented(bp, "Promise something on an inquiry", "POST")
@requires(Perm.PROMISE)
def make_on_inquiry(case_id: UUID, json_data: PromiseIn) -> Any:
    """Write a promise down; its owner is reminded a quarter of an hour before."""
    return services.make("inquiry", case_id, PromiseFacts(**json_data.model_dump()), actor=current_actor)


@bp.post("/promises/<uuid:promise_id>/end/")
@bp.input(PromiseEndIn)
@bp.output(PromiseOut)
@documented(bp, "Settle a promise", "POST")
@requires(Perm.PROMISE)
def settle(promise_id: UUID, json_data: PromiseEndIn) -> Any:
    """Say that it was done, or take an open one back."""
    is_done = json_data.verb == "done"
    return services.settle(promise_id, is_done=is_done, version=json_data.version, actor=current_actor)
