"""The REST endpoints of a resource: list, create, read, replace, change, archive, restore."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g
from pydantic import Field

from app.core.access.actor import Actor
from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, truth, uuid
from app.core.resources import commands, queries
from app.core.resources.fields import Choice, Flag, Reference
from app.core.resources.resource import Resource
from app.core.resources.schemas import create_schema, out_schema, patch_schema, replace_schema
from app.core.web import current_actor, requires

STAMPS = ("id", "version", "created_at", "updated_at", "archived_at")


class RecordQuery(ListQuery):
    """What a list of records takes; `archived` gives the archived ones instead."""

    archived: bool = Field(False)


def as_seen(resource: Resource, row: Any, actor: Actor) -> dict[str, Any]:
    """Give a record as this caller may see it."""
    masked = resource.is_masked(actor)
    shown = {each.name: resource.seen(row, each.name, masked=masked) for each in resource.all_fields}
    shown |= {name: getattr(row, name) for name in (*STAMPS, *resource.extra)}
    return shown


def _listing(resource: Resource) -> Listing:
    filters: dict[str, Any] = {}
    for name in resource.filters:
        known, column = resource.by_name[name], getattr(resource.model, name)
        if isinstance(known, Reference):
            filters[name] = equals(column, uuid)
        elif isinstance(known, Flag):
            filters[name] = equals(column, truth)
        elif isinstance(known, Choice):
            filters[name] = equals(column)
    if not any(each.mask for each in resource.all_fields if each.name == resource.key):
        kind = int if resource.by_name[resource.key].annotation is int else str
        filters[resource.key] = equals(getattr(resource.model, resource.key), kind)
    return Listing(
        ordering={name: getattr(resource.model, name) for name in (*resource.order, "created_at", "id")},
        default=resource.order[0],
        filters=filters,
        search=lambda text: queries.matching(resource, text, current_actor),
    )


def blueprint(resource: Resource) -> APIBlueprint:
    """Make the endpoints under the resource's API address."""
    bp = APIBlueprint(f"{resource.path}_api", __name__, url_prefix=resource.api.rstrip("/"))
    out = out_schema(resource)
    _reading(bp, resource, out)
    _writing(bp, resource, out)
    _archiving(bp, resource, out)
    return bp


def _reading(bp: APIBlueprint, resource: Resource, out: Any) -> None:
    spec = _listing(resource)

    @bp.get("/", endpoint="listed")
    @bp.input(RecordQuery, location="query")
    @bp.output(page_of(out))
    @documented(bp, f"List {resource.path}", "GET")
    @requires(resource.needs.read)
    def listed(query_data: RecordQuery) -> dict[str, Any]:
        """Give the records that the caller may see."""
        answer = listing(queries.base(resource, actor=current_actor, archived=query_data.archived), spec, query_data)
        return {**answer, "results": [as_seen(resource, row, current_actor) for row in answer["results"]]}

    @bp.get("/<uuid:row_id>/", endpoint="read")
    @bp.output(out)
    @documented(bp, f"Read one of {resource.path}", "GET")
    @requires(resource.needs.read)
    def read(row_id: UUID) -> Any:
        """Give one record, archived or not."""
        return as_seen(resource, queries.found(resource, row_id, actor=current_actor), current_actor)


def _writing(bp: APIBlueprint, resource: Resource, out: Any) -> None:
    @bp.post("/", endpoint="create")
    @bp.input(create_schema(resource))
    @bp.output(out, status_code=201)
    @documented(bp, f"Make one of {resource.path}", "POST")
    @requires(resource.needs.write)
    def create(json_data: Any) -> Any:
        """Make a record."""
        return as_seen(resource, commands.create(resource, json_data.model_dump(), actor=g.actor), g.actor)

    @bp.put("/<uuid:row_id>/", endpoint="replace")
    @bp.input(replace_schema(resource))
    @bp.output(out)
    @documented(bp, f"Replace one of {resource.path}", "PUT")
    @requires(resource.needs.write)
    def replace(row_id: UUID, json_data: Any) -> Any:
        """Write the whole record; what is left out becomes empty, what is fixed stays."""
        given = json_data.model_dump()
        kept = {each.name for each in resource.all_fields if each.fixed and given.get(each.name) is None}
        return _changed(row_id, {name: value for name, value in given.items() if name not in kept})

    @bp.patch("/<uuid:row_id>/", endpoint="change")
    @bp.input(patch_schema(resource))
    @bp.output(out)
    @documented(bp, f"Change one of {resource.path}", "PATCH")
    @requires(resource.needs.write)
    def change(row_id: UUID, json_data: Any) -> Any:
        """Change what is named."""
        return _changed(row_id, json_data.model_dump(exclude_unset=True))

    def _changed(row_id: UUID, given: dict[str, Any]) -> Any:
        version = given.pop("version")
        row = commands.update(resource, row_id, given, version=version, actor=g.actor)
        return as_seen(resource, row, g.actor)


def _archiving(bp: APIBlueprint, resource: Resource, out: Any) -> None:
    @bp.delete("/<uuid:row_id>/", endpoint="archive")
    @bp.output({}, status_code=204)
    @documented(bp, f"Archive one of {resource.path}", "DELETE")
    @requires(resource.needs.write)
    def archive(row_id: UUID) -> tuple[str, int]:
        """Take a record out of lists."""
        commands.archive(resource, row_id, actor=g.actor)
        return "", 204

    @bp.post("/<uuid:row_id>/restore/", endpoint="restore")
    @bp.output(out)
    @documented(bp, f"Restore one of {resource.path}", "POST")
    @requires(resource.needs.write)
    def restore(row_id: UUID) -> Any:
        """Bring an archived record back."""
        return as_seen(resource, commands.restore(resource, row_id, actor=g.actor), g.actor)
