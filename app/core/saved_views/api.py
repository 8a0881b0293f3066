"""The REST door of saved views."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals
from app.core.saved_views import keeping, queries
from app.core.saved_views.keeping import ViewFacts
from app.core.saved_views.models import SavedView
from app.core.saved_views.queries import Shown
from app.core.saved_views.schemas import ViewIn, ViewOut, ViewPatch
from app.core.web import current_actor, signed_in

bp = APIBlueprint("saved_views_api", __name__, url_prefix="/api/views")

VIEWS = Listing(
    ordering={"position": SavedView.position, "name": SavedView.name, "created_at": SavedView.created_at},
    default="position",
    filters={"place": equals(SavedView.place)},
)


def _out(view: Shown) -> dict[str, Any]:
    names = ("id", "name", "is_shared", "is_own", "is_start", "position", "version", "url")
    found = {name: getattr(view, name) for name in names}
    return {**found, "place": view.place.code, "filters": view.reading.filters, "dropped": view.reading.dropped}


@bp.get("/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(ViewOut))
@documented(bp, "List saved views", "GET")
@signed_in
def list_views(query_data: ListQuery) -> dict[str, Any]:
    """Give the caller's own views and those that the hospital shares, of one queue (`place`) or of all."""
    found = listing(queries.rows(actor=current_actor), VIEWS, query_data)
    return {**found, "results": [_out(each) for each in queries.shown_of(found["results"], actor=current_actor)]}


@bp.post("/")
@bp.input(ViewIn)
@bp.output(ViewOut, status_code=201)
@documented(bp, "Keep a view", "POST")
@signed_in
def create(json_data: ViewIn) -> Any:
    """Keep filters of a queue under a name."""
    facts = ViewFacts(json_data.name, json_data.is_shared, json_data.position)
    view = keeping.keep(json_data.place, facts, json_data.filters, actor=current_actor)
    return _out(queries.get(view.id, actor=current_actor))


@bp.get("/<uuid:view_id>/")
@bp.output(ViewOut)
@documented(bp, "Read a saved view", "GET")
@signed_in
def read(view_id: UUID) -> Any:
    """Give one view."""
    return _out(queries.get(view_id, actor=current_actor))


@bp.patch("/<uuid:view_id>/")
@bp.input(ViewPatch)
@bp.output(ViewOut)
@documented(bp, "Change a saved view", "PATCH")
@signed_in
def change(view_id: UUID, json_data: ViewPatch) -> Any:
    """Rename a view, share it or take it back, or give it another place."""
    now = queries.get(view_id, actor=current_actor)
    given = json_data.model_dump(exclude={"version"}, exclude_none=True)
    facts = ViewFacts(**{"name": now.name, "is_shared": now.is_shared, "position": now.position, **given})
    keeping.change(view_id, facts, version=json_data.version, actor=current_actor)
    return _out(queries.get(view_id, actor=current_actor))


@bp.delete("/<uuid:view_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Remove a saved view", "DELETE")
@signed_in
def remove(view_id: UUID) -> tuple[str, int]:
    """Remove a view."""
    keeping.remove(view_id, actor=current_actor)
    return "", 204


@bp.put("/<uuid:view_id>/start/")
@bp.output(ViewOut)
@documented(bp, "Start with a saved view", "PUT")
@signed_in
def start(view_id: UUID) -> Any:
    """Let its queue open with this view for the caller."""
    keeping.start_with(view_id, actor=current_actor)
    return _out(queries.get(view_id, actor=current_actor))


@bp.delete("/<uuid:view_id>/start/")
@bp.output({}, status_code=204)
@documented(bp, "Start plainly", "DELETE")
@signed_in
def start_plainly(view_id: UUID) -> tuple[str, int]:
    """Let its queue open plainly for the caller again."""
    keeping.start_plainly(view_id, actor=current_actor)
    return "", 204
