"""Which clocks there are: domains declare theirs, so that panels can name them and pages can lead to their cases."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.core.access.actor import Actor


@dataclass(frozen=True, slots=True)
class CaseName:
    """How a list names a case and where it leads."""

    reference: str
    url: str


@dataclass(frozen=True, slots=True)
class ClockKind:
    """One sort of clock: its words, the codes that its rules may name, and its cases."""

    code: str  # action.resolution
    label: Any
    find: Callable[[UUID, Actor], Any]  # the case through the actor; raises NotAllowed or NotFound
    names: Callable[[Collection[UUID]], Mapping[UUID, CaseName]]  # in one statement
    asks: str = ""  # the permission on the case to ask for more time; empty: nobody may
    grants: str = ""  # to grant it, for another person than who asked
    deciders: Callable[[UUID], Collection[UUID]] | None = None  # who is told that more time is asked for, of a case
    severities: Mapping[str, Any] = field(default_factory=dict)
    priorities: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Any] = field(default_factory=dict)
    categories: Mapping[str, Any] = field(default_factory=dict)

    def words(self, name: str, code: str | None) -> Any:
        """Give the label of a code of severity, priority, source or category; the code where no label is known."""
        sets = {
            "severity": self.severities,
            "priority": self.priorities,
            "source": self.sources,
            "category": self.categories,
        }
        return sets[name].get(code, code) if code else ""


KINDS: dict[str, ClockKind] = {}


def declare(kind: ClockKind) -> None:
    """Add a sort of clock."""
    KINDS[kind.code] = kind


def case_names(clock_kind: str, ids: Collection[UUID]) -> Mapping[UUID, CaseName]:
    """Give the cases of clocks of one kind by name; nothing where no domain has declared the kind."""
    kind = KINDS.get(clock_kind)
    return kind.names(ids) if kind and ids else {}
