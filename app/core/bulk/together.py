"""Changing many rows together: each is judged for itself, what holds is written in one transaction of few statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from app.core.access.actor import Actor
from app.core.access.policy import authorize, load_many
from app.core.bulk.deeds import Wish
from app.core.db import write_many
from app.core.errors import Conflict, Invalid, NotFound, Refusal
from app.core.events import Change, Event, record_changes
from app.core.logging import get_logger
from app.core.web.live import touch

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Changed:
    """One row that was changed, not written yet, with what is to be told of it."""

    row: Any
    event: Event
    detail: Change | None = None  # what was changed, field by field, where that is kept


Became = dict[UUID, Any]  # of each the row as it is now, or a Refusal


def decide_each(
    model: Any,
    wishes: Mapping[UUID, Any],
    decide: Callable[[Any, Any], Changed | None],
    *,
    needs: str,
    sees: str | None = None,
    actor: Actor,
) -> tuple[Became, list[Changed]]:
    """Load the rows locked through the actor, and let `decide(row, wish)` change each; within the caller's command.

    `decide` refuses before it changes anything, and gives nothing where the row is so already. Gives what became of each,
    a row or a Refusal (NotFound, NotAllowed, Conflict: another version than was seen, or what `decide` raised), and the
    rows that were changed. NotAllowed: no grant at all.
    """
    found = load_many(model, wishes, actor=actor, needs=needs, sees=sees)
    became: Became = {}
    changed: list[Changed] = []
    for row_id, wish in wishes.items():
        row = found.get(row_id)
        try:
            if row is None:
                raise NotFound()
            if sees is not None:
                authorize(actor, needs, row)
            if wish.version is not None and wish.version != row.version:
                raise Conflict(current=row)
            told = decide(row, wish)
        except Refusal as refusal:
            became[row_id] = refusal
            continue
        became[row_id] = row
        changed += [told] if told else []
    return became, changed


def settle(changed: Sequence[Changed], place: str, *, actor: Actor) -> None:
    """Write the changed rows, tell of each, and give word to the open pages of their hospitals."""
    write_many(each.row for each in changed)
    record_changes([(each.event, each.detail) for each in changed], actor=actor)
    for hospital_id in hospitals_of(each.row for each in changed):
        touch(place, hospital_id=hospital_id)


def all_or_each(row_ids: Sequence[UUID], change: Callable[[Sequence[UUID]], Became]) -> Became:
    """Let a command `change` all rows in one transaction; where that breaks, one by one, for what PX360 does by itself.

    A row that breaks by itself too stays as it was, is told in the log and is not among what is given. The caller is in no
    transaction of its own.
    """
    if not row_ids:
        return {}
    try:
        return change(row_ids)
    except Exception as problem:
        if len(row_ids) == 1:
            log.error("row_left", row=str(row_ids[0]), problem=type(problem).__name__, exc_info=True)
            return {}
    became: Became = {}
    for row_id in row_ids:
        became |= all_or_each([row_id], change)
    return became


def moved_among(became: Became) -> int:
    """Count those that did not refuse."""
    return sum(not isinstance(each, Refusal) for each in became.values())


def hospitals_of(rows: Iterable[Any]) -> set[UUID]:
    """Give the hospitals to which rows belong."""
    return {row.hospital_id for row in rows}


@dataclass(frozen=True, slots=True)
class Owners:
    """What is particular to handing over rows of one kind."""

    model: Any
    place: str  # of open pages
    needs: str
    sees: str
    final: frozenset[Any]  # the states in which nobody owns it any more
    works_in: Callable[[UUID, UUID], bool]  # whether a person works in a hospital
    says: Callable[[Any, UUID | None, UUID | None], Event]  # row, new owner, previous owner
    ended: Any
    elsewhere: Any

    def hand_over(self, wishes: Mapping[UUID, Wish], *, actor: Actor) -> Became:
        """Give each row its new owner, or nobody; within the caller's command. The new owners are told afterwards.

        Of each: the row, or Conflict (it has ended, or somebody changed it), Invalid (the person works elsewhere),
        NotAllowed, NotFound.
        """
        works_in = cache(self.works_in)

        def decide(row: Any, wish: Wish) -> Changed | None:
            to, previous = wish.owner_id, row.assignee_id
            if row.status in self.final:
                raise Conflict(self.ended, code="wrong_state", current=row)
            if to is not None and not works_in(to, row.hospital_id):
                raise Invalid(self.elsewhere, assignee_id=self.elsewhere)
            if previous == to:
                return None
            row.assignee_id = to
            return Changed(row, self.says(row, to, previous), Change.of(row))

        became, changed = decide_each(self.model, wishes, decide, needs=self.needs, sees=self.sees, actor=actor)
        settle(changed, self.place, actor=actor)
        return became
