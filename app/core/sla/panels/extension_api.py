"""More time over the API: of the clocks of every kind of case."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import AwareDatetime

from app.core.api import In, Out, VersionedIn, documented
from app.core.api.schemas import LongText
from app.core.sla import extensions
from app.core.web import current_actor, signed_in

bp = APIBlueprint("extensions_api", __name__, url_prefix="/api/sla")


class ExtensionIn(In):
    """A later due time, and why."""

    until_at: AwareDatetime
    reason: LongText


class ExtensionDecisionIn(VersionedIn):
    """Grant or refuse (which says why), or take one's own request back."""

    verb: Literal["grant", "refuse", "withdraw"]
    answer: LongText = ""


class ExtensionOut(Out):
    """A request for more time; `cause` is asked or severity (held back after a case was judged less grave)."""

    id: UUID
    clock_id: UUID
    state: str
    cause: str
    due_before: datetime | None
    until_at: datetime
    reason: str
    asked_by_id: UUID | None
    decided_by_id: UUID | None
    decided_at: datetime | None
    answer: str
    version: int


class ClockOut(Out):
    """A deadline of a case."""

    id: UUID
    kind: str
    cycle: int
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    pausable: bool
    extensions: list[ExtensionOut]


class ClocksOut(Out):
    """The deadlines of a case, oldest first."""

    results: list[ClockOut]


@bp.get("/cases/<uuid:subject_id>/clocks/")
@bp.output(ClocksOut)
@documented(bp, "List the deadlines of a case", "GET")
@signed_in
def list_clocks(subject_id: UUID) -> dict[str, Any]:
    """Give every deadline of a complaint, an explanation, an inquiry or an action that the caller may see."""
    found = extensions.clocks_of(subject_id, actor=current_actor)
    names = [name for name in ClockOut.model_fields if name != "extensions"]
    return {
        "results": [{**{name: getattr(clock, name) for name in names}, "extensions": asked} for clock, asked in found]
    }


@bp.post("/clocks/<uuid:clock_id>/extensions/")
@bp.input(ExtensionIn)
@bp.output(ExtensionOut, status_code=201)
@documented(bp, "Ask for more time", "POST")
@signed_in
def ask(clock_id: UUID, json_data: ExtensionIn) -> Any:
    """Ask for a later due time; a second person decides."""
    return extensions.ask(clock_id, json_data.until_at, json_data.reason, actor=current_actor)


@bp.post("/extensions/<uuid:extension_id>/decide/")
@bp.input(ExtensionDecisionIn)
@bp.output(ExtensionOut)
@documented(bp, "Decide on a request for more time", "POST")
@signed_in
def decide(extension_id: UUID, json_data: ExtensionDecisionIn) -> Any:
    """Grant or refuse as another person than who asked, or take one's own request back."""
    version = json_data.version
    if json_data.verb == "withdraw":
        return extensions.withdraw(extension_id, version=version, actor=current_actor)
    granted = json_data.verb == "grant"
    return extensions.decide(
        extension_id, is_granted=granted, answer=json_data.answer, version=version, actor=current_actor
    )
