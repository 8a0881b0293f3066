"""What is said of lists: somebody took one out."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.events.kinds import Event


@dataclass(frozen=True)
class ListExported(Event):
    """Somebody took a list out as a file; who, is the subject, and why, stands in the erasable detail."""

    file_kind: str
    names_patients: bool
    filters: tuple[str, ...]  # name=code; never what was searched for
