"""What saved views say: never their names or filters, which people wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.core.events.kinds import Event


@dataclass(frozen=True)
class SavedViewChanged(Event):
    """A view was kept, changed, shared, taken back for oneself, removed, or became the start of a queue."""

    kind: ClassVar[str] = "core.saved_view.changed"
    subject_type: ClassVar[str] = "saved_view"
    place: str
    what: str  # kept, changed, shared, unshared, removed, start, no_start


@dataclass(frozen=True)
class ColumnsChosen(Event):
    """Somebody chose which columns a queue shows them, or the usual ones again."""

    kind: ClassVar[str] = "core.columns.chosen"
    subject_type: ClassVar[str] = "user"
    place: str
    codes: tuple[str, ...] | None
