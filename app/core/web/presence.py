"""Presence: who else has a case open or is writing in it, shown on its page and in the rows of queues.

Open pages say so with each turn of the live poll, and learn it by the same answer. What they say stays in Redis for half
a minute and nowhere else; with Redis away nobody is seen. Only who may see the case is told, and only of people of the
staff: a partner's desk takes no part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError
from sqlalchemy import select

from app.core.access.actor import Actor, ActorKind, Role
from app.core.access.policy import can, visible
from app.core.db.base import db
from app.core.jobs.queues import redis_client
from app.core.time import clock
from app.core.web import names

STAYS = 35  # seconds after the last sign of life: three turns of the poll, the slowest one late
MOST_ROWS = 60
WRITING, READING = "w", "r"


@dataclass(frozen=True, slots=True)
class Present:
    """A colleague who has a case open now."""

    name: str
    is_writing: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A case by its sort and id, as pages name it: `complaint:<id>`."""

    sort: str
    id: UUID

    @classmethod
    def parse(cls, text: str) -> Case | None:
        """Read it; None when it is none, or of a sort that nobody declared."""
        sort, _colon, row_id = text.partition(":")
        try:
            return cls(sort, UUID(row_id)) if sort in _sorts else None
        except ValueError:
            return None

    @property
    def key(self) -> str:
        """Its key in Redis."""
        return f"px360:here:{self.sort}:{self.id}"


_sorts: dict[str, tuple[Any, str]] = {}


def give(sort: str, model: Any, reads: str) -> None:
    """Let a domain show who is at its cases: its table, and the permission to read a row of it."""
    _sorts[sort] = (model, str(reads))


def takes_part(actor: Actor) -> bool:
    """Tell whether an actor is a colleague: a person of the staff, not of a partner's desk."""
    return actor.kind is ActorKind.PERSON and actor.id is not None and bool(actor.roles - {Role.SOURCE_USER})


def come(case: Case, actor: Actor, *, is_writing: bool) -> None:
    """Note that an actor has a case open, which the caller has found through the actor; who is no colleague leaves no trace."""
    if not takes_part(actor):
        return
    said = f"{clock.now().timestamp():.0f}:{WRITING if is_writing else READING}"
    try:
        pipe = redis_client().pipeline()
        pipe.hset(case.key, str(actor.id), said)
        pipe.expire(case.key, STAYS)
        pipe.execute()
    except RedisError:
        return


def at(sort: str, ids: Sequence[UUID], actor: Actor) -> dict[UUID, list[Present]]:
    """Give the others at these cases, which the caller has found through the actor, who writes first.

    Cases with nobody are left out. One round trip to Redis, and one statement for the names where somebody is there.
    """
    if not ids or not takes_part(actor):
        return {}
    there = _there(sort, ids[:MOST_ROWS], actor)
    known = names.of("user", {who for people in there.values() for who in people})
    return {
        row_id: sorted(
            (Present(known[who], is_writing) for who, is_writing in people.items() if who in known),
            key=lambda each: (not each.is_writing, each.name),
        )
        for row_id, people in there.items()
    }


def polled(case: str, rows: str, actor: Actor, *, is_writing: bool) -> dict[str, Any]:
    """Answer the live poll of a page: who is at its case, and at the cases of its rows (`sort:id,id`).

    Gives `here`, `rows` by id, and `seen`, a mark by which the page knows whether anything changed; nothing for a page
    without cases.
    """
    found = Case.parse(case)
    told: dict[str, Any] = {}
    if found is not None:
        seen = _may_see(found.sort, [found.id], actor)
        if seen:
            come(found, actor, is_writing=is_writing)
        people = at(found.sort, seen, actor)
        told["here"] = [_plain(each) for each in people.get(found.id, ())]
    sort, wanted = _rows(rows)
    if wanted:
        there = at(sort, _may_see(sort, wanted, actor), actor)
        told["rows"] = {str(row_id): [_plain(each) for each in people] for row_id, people in there.items()}
    return {**told, "seen": hashlib.sha256(repr(told).encode()).hexdigest()[:12]} if told else {}


def _there(sort: str, ids: Sequence[UUID], actor: Actor) -> dict[UUID, dict[UUID, bool]]:
    try:
        pipe = redis_client().pipeline(transaction=False)
        for row_id in ids:
            pipe.hgetall(Case(sort, row_id).key)
        answers: list[Mapping[bytes, bytes]] = pipe.execute()
    except RedisError:
        return {}
    oldest = clock.now().timestamp() - STAYS
    found: dict[UUID, dict[UUID, bool]] = {}
    for row_id, said in zip(ids, answers, strict=True):
        for who, text in said.items():
            since, _colon, what = text.decode().partition(":")
            user_id = UUID(who.decode())
            if float(since) > oldest and user_id != actor.id:
                found.setdefault(row_id, {})[user_id] = what == WRITING
    return found


def _may_see(sort: str, ids: Collection[UUID], actor: Actor) -> list[UUID]:
    """Give those of these cases that the actor may see, in one statement."""
    model, reads = _sorts[sort]
    if not takes_part(actor) or not can(actor, reads):
        return []
    return list(db.session.execute(select(model.id).where(model.id.in_(ids), visible(model, actor, reads))).scalars())


def _rows(text: str) -> tuple[str, list[UUID]]:
    sort, _colon, listed = text.partition(":")
    if sort not in _sorts:
        return "", []
    found = (Case.parse(f"{sort}:{each}") for each in listed.split(",")[:MOST_ROWS])
    return sort, [each.id for each in found if each is not None]


def _plain(person: Present) -> dict[str, Any]:
    return {"name": person.name, "writing": person.is_writing}
