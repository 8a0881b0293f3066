"""Input and output of the API of saved views."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from app.core.api.schemas import NO_NUL, In, Out, VersionedIn
from app.core.saved_views.models import NAME_MOST

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_MOST, pattern=NO_NUL)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[a-z_]+$")]
Value = Annotated[str, StringConstraints(max_length=60, pattern=NO_NUL)]
Position = Annotated[int, Field(ge=0, le=99)]


class ViewIn(In):
    """A view to keep: of which queue, its name, and its filters as the queue's address names them."""

    place: Code
    name: Name
    filters: Annotated[dict[Code, Value], Field(max_length=20)]
    is_shared: bool = False
    position: Position = 0


class ViewPatch(VersionedIn):
    """What is to be changed; what is left out stays."""

    name: Name | None = None
    is_shared: bool | None = None
    position: Position | None = None


class ViewOut(Out):
    """A view with what of its filters holds now, and the names of those that do not hold any more."""

    id: UUID
    place: str
    name: str
    filters: dict[str, str]
    dropped: list[str]
    is_shared: bool
    is_own: bool
    is_start: bool
    position: int
    version: int
    url: str
