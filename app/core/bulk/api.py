"""What the doors for programs of the same change to many have in common."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.core.api import In, Out
from app.core.bulk.deeds import MOST, Bulk
from app.core.errors import NotFound
from app.core.web.doors import current_actor


class ChosenRow(In):
    """One row, with the version that the caller saw."""

    id: UUID
    version: int


ChosenRows = Annotated[list[ChosenRow], Field(min_length=1, max_length=MOST)]
Code = Annotated[str, Field(max_length=20)]
Words = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]


class RowOutcome(Out):
    """What became of one: changed, or refused with a code."""

    id: UUID
    refusal: str
    message: str


class RowsChanged(Out):
    """What became of each; rows that the caller can not see are left out. `undo` is good for two minutes, once."""

    undo: str
    results: list[RowOutcome]


class RowsUndoIn(In):
    """Which change to take back."""

    undo: Annotated[str, Field(min_length=1, max_length=40)]


def change(bulk: Bulk, verb: str, rows: list[ChosenRow], given: dict[str, Any]) -> dict[str, Any]:
    """Change each that allows it, each for itself. Invalid: a field that the change needs."""
    versions = {each.id: each.version for each in rows}
    said = {name: str(value or "") for name, value in given.items()}
    return _told(*bulk.run(verb, versions, said, actor=current_actor))


def undo(bulk: Bulk, token: str) -> dict[str, Any]:
    """Take a change back where nobody changed the row since. NotFound: too late, or none of the caller's."""
    outcomes = bulk.undo(token, actor=current_actor)
    if outcomes is None:
        raise NotFound()
    return _told("", outcomes)


def _told(token: str, outcomes: Any) -> dict[str, Any]:
    results = [{"id": each.id, "refusal": each.refusal, "message": each.message} for each in outcomes]
    return {"undo": token, "results": results}
