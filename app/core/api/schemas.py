"""Bases of the API's schemas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Annotated, Any, TypeVar
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

V = TypeVar("V", bound=Callable[..., Any])

NO_NUL = r"^[^\x00]*$"
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL)]
RequiredLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_NUL)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000, pattern=NO_NUL)]
Version = Annotated[int, Field(ge=1, le=2_147_483_647)]


class In(BaseModel):
    """Input: unknown fields are refused, text is bounded by its type."""

    model_config = ConfigDict(extra="forbid")


class VersionedIn(In):
    """Input that changes a row: carries the version that the caller saw."""

    version: Version


class Out(BaseModel):
    """Output, read from a row's attributes."""

    model_config = ConfigDict(from_attributes=True)


# the one error shape of the API: a stable code, a message in the caller's language, and the fields at fault
ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "additionalProperties": False,
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "fields": {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}


class Identified(Out):
    """Anything with an id."""

    id: UUID


@lru_cache(maxsize=256)
def page_of(item: type[Out]) -> type[Out]:
    """Give the schema of a list of `item`: count, next, previous, results."""
    return create_model(
        f"{item.__name__}Page",
        __base__=Out,
        count=(int, ...),
        next=(str | None, None),
        previous=(str | None, None),
        results=(list[item], ...),  # type: ignore[valid-type]
    )


# which refusals an endpoint may answer with, by method, for the OpenAPI document
REFUSALS: dict[str, tuple[int, ...]] = {
    "GET": (401, 403, 404, 422, 429),
    "POST": (400, 401, 403, 404, 409, 413, 415, 422, 429),
    "PUT": (400, 401, 403, 404, 409, 413, 415, 422, 429),
    "PATCH": (400, 401, 403, 404, 409, 413, 415, 422, 429),
    "DELETE": (401, 403, 404, 409, 429),
}


def documented(
    bp: APIBlueprint, summary: str, method: str, *, also: Sequence[str] = (), **extra: Any
) -> Callable[[V], V]:
    """Describe an endpoint in the OpenAPI document, with every refusal it may answer.

    `also`: further types of the files that it may answer with. `open`: without signing in.
    """
    security = None if extra.get("open") else "BearerAuth"
    responses: dict[int, Any] = {code: HTTPStatus(code).phrase for code in REFUSALS[method]}
    if also:
        responses[200] = {"content": {each: {"schema": {"type": "string", "format": "binary"}} for each in also}}

    def mark(view: V) -> V:
        return bp.doc(summary=summary, responses=responses, security=security)(view)

    return mark
