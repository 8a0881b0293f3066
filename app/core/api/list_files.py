"""Taking a queue out as a file through the API: which rows in which order, with which of the queue's columns, and what for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from flask import Response
from flask_babel import gettext as _
from pydantic import Field, create_model

from app.core import throttle
from app.core.api.schemas import NO_NUL, In
from app.core.errors import Invalid
from app.core.saved_views.places import Place
from app.core.web import current_actor
from app.core.web.list_file import ListFile


class ListFileIn(In):
    """Which rows, as which kind of file, and what for (needed where the file names patients)."""

    kind: Literal["csv", "xlsx"] = "csv"
    reason: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""
    status: Annotated[str, Field(max_length=20, pattern=r"^[a-z_]*$")] = ""
    department_id: UUID | None = None
    text: Annotated[str, Field(max_length=100, pattern=NO_NUL)] = ""
    sort: str = ""
    columns: list[str] | None = None


F = TypeVar("F", bound=ListFileIn)


def of_place(place: Place, schema: type[F]) -> type[F]:
    """Give the input of a queue's file with the orders and columns that its page and its saved views allow."""
    orders = tuple(dict.fromkeys(code for each in place.columns for code in each.orders))
    codes = tuple(each.code for each in place.columns)
    fields: dict[str, Any] = {
        "sort": (Literal["", *orders], Field("", description="The order; empty: the usual one of the tab.")),
        "columns": (
            list[Literal[codes]] | None,  # type: ignore[valid-type]
            Field(
                None,
                max_length=len(codes),
                description="Columns of the queue, besides those that are always there; left out: all that the file has. "
                "What tells who a patient is stays out for those who may not know.",
            ),
        ),
    }
    return create_model(f"Ordered{schema.__name__}", __base__=schema, __doc__=schema.__doc__, **fields)


def answer(file: ListFile, place: Place, filters: Any, body: ListFileIn, *, orders: Sequence[str]) -> Response:
    """Give exactly the caller's rows that fit, streamed; `orders` are those that the tab offers.

    Invalid: the tab does not offer this order, or no `reason` where the file names patients. TooMany.
    """
    throttle.hit("export.actor", str(current_actor.id))
    if body.sort and body.sort not in orders:
        raise Invalid(sort=_("This tab has no such order. It has: %(orders)s.", orders=", ".join(orders)))
    codes = None
    if body.columns is not None:
        codes = {*body.columns, *(each.code for each in place.columns if each.is_fixed)}
    actor = current_actor._get_current_object()  # type: ignore[attr-defined]
    return file.answer(filters, body.kind, body.reason, codes=codes, actor=actor)
