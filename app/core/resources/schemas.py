"""The API's schemas of a resource, generated from its fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import create_model

from app.core.api import In, Out, VersionedIn
from app.core.resources.fields import Choice, Field, Flag, Reference, Text
from app.core.resources.resource import Resource


def _name(resource: Resource) -> str:
    return resource.subject.title().replace("_", "")


def _optional(each: Field) -> Any:
    return bool if isinstance(each, Flag) else each.annotation | None


def _default(each: Field) -> Any:
    return list(each.empty) if isinstance(each.empty, tuple) else each.empty


def create_schema(resource: Resource) -> type[In]:
    """Give what POST takes: what must be there, must be there (a hospital only from those who have several)."""
    fields: dict[str, Any] = {
        each.name: (each.annotation, ...)
        if each.must_be_given and each.name != "hospital_id"
        else (_optional(each), each.empty or None if isinstance(each, Reference) else _default(each))
        for each in resource.all_fields
    }
    return create_model(f"{_name(resource)}In", __base__=In, **fields)


def replace_schema(resource: Resource) -> type[VersionedIn]:
    """Give what PUT takes: the whole record and the version that was seen; what is left out becomes empty."""
    fields: dict[str, Any] = {
        each.name: (each.annotation, ...) if each.must_be_given else (_optional(each), _default(each))
        for each in resource.all_fields
        if not each.fixed
    }
    fields |= {each.name: (_optional(each), None) for each in resource.all_fields if each.fixed}
    return create_model(f"{_name(resource)}Put", __base__=VersionedIn, **fields)


def patch_schema(resource: Resource) -> type[VersionedIn]:
    """Give what PATCH takes: any of the fields, and the version that was seen."""
    fields: dict[str, Any] = {each.name: (_optional(each), None) for each in resource.all_fields}
    return create_model(f"{_name(resource)}Patch", __base__=VersionedIn, **fields)


def _shown(each: Field) -> Any:
    """Give the type of an answer: masked and older values need not fit what may be sent today."""
    if isinstance(each, (Choice, Text)):
        return str | None
    return _optional(each)


def out_schema(resource: Resource) -> type[Out]:
    """Give what every endpoint answers: the record as it is now."""
    fields: dict[str, Any] = {each.name: (_shown(each), None) for each in resource.all_fields}
    fields |= {name: (kind, None) for name, kind in resource.extra.items()}
    return create_model(
        f"{_name(resource)}Out",
        __base__=Out,
        id=(UUID, ...),
        version=(int, ...),
        created_at=(datetime, ...),
        updated_at=(datetime, ...),
        archived_at=(datetime | None, None),
        **fields,
    )
