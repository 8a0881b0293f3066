"""What the pages of a resource say besides its fields: figures in the list, and what depends on a record on its own page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Figures:
    """Further columns of a list: their labels, and the cells of each row by its id."""

    labels: tuple[Any, ...]
    cells: Mapping[UUID, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Beside:
    """What depends on a record, said before it is changed or archived: in words, in facts, and where it stands."""

    title: Any
    words: str
    facts: tuple[tuple[Any, Any], ...] = ()
    links: tuple[tuple[str, str], ...] = ()  # words, address
