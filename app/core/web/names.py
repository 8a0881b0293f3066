"""Names of what the kernel knows only by id: people and hospitals. The domains that own them give the readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from app.core.access.actor import Actor

Reader = Callable[[Iterable[UUID]], Mapping[UUID, str]]
Choices = Callable[[Actor], Sequence[tuple[UUID, str]]]

_readers: dict[str, Reader] = {}
_choices: dict[str, Choices] = {}


def give(sort: str, reader: Reader, choices: Choices | None = None) -> None:
    """Let a domain give the names of its `user` or `hospital` rows in the reader's language, and the choices of a form."""
    _readers[sort] = reader
    if choices is not None:
        _choices[sort] = choices


def of(sort: str, ids: Iterable[UUID | None]) -> Mapping[UUID, str]:
    """Give the names of these rows in one statement; what nobody knows is left out."""
    wanted = {each for each in ids if each is not None}
    return _readers[sort](wanted) if wanted and sort in _readers else {}


def options(sort: str, actor: Actor) -> Sequence[tuple[UUID, str]]:
    """Give the rows that the actor may choose among, with their names."""
    return _choices[sort](actor) if sort in _choices else ()
