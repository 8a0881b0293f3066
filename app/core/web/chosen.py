"""Work on many chosen rows: which were chosen, what becomes of each, and, for two minutes, what may be taken back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from app.core.access.actor import Actor
from app.core.errors import Refusal
from app.core.jobs.queues import redis_client
from app.core.time import clock

UNDO_WITHIN = timedelta(minutes=2)
BACK_WITHIN = UNDO_WITHIN + timedelta(
    minutes=1
)  # for a step back: after changing many it takes a moment until Undo begins


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of the chosen rows, and the code of the reason why it would be refused (empty: none)."""

    row: Any
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one chosen row: refused with a code, or changed, with what stood there before."""

    id: str
    refusal: str = ""
    message: str = ""
    before: str = ""
    version: int = 0  # after the change

    @classmethod
    def of(cls, row_id: UUID, refusal: Refusal) -> Outcome:
        """Give the outcome of a command that refused."""
        return cls(str(row_id), refusal.code, str(refusal.message))


@dataclass(frozen=True, slots=True)
class Done:
    """A run over chosen rows, as it is remembered for those who want to take it back."""

    deed: str
    outcomes: list[Outcome]
    until: float

    @property
    def changed(self) -> list[Outcome]:
        """The rows that were changed."""
        return [each for each in self.outcomes if not each.refusal]

    @property
    def left(self) -> list[Outcome]:
        """The rows that were left as they are."""
        return [each for each in self.outcomes if each.refusal]

    @property
    def may_be_undone(self) -> bool:
        """Tell whether there still is time, and something, to take back."""
        return bool(self.changed) and clock.now().timestamp() < self.until


def read_ids(texts: Iterable[str], most: int) -> list[UUID]:
    """Read the ids of ticked rows, at most `most`; what is none is left out."""
    return list(read_versions((f"{text}:0" for text in texts), most))


def read_versions(texts: Iterable[str], most: int) -> dict[UUID, int]:
    """Read `id:version` of each row, at most `most`; what is neither is left out."""
    found: dict[UUID, int] = {}
    for text in texts:
        row_id, _colon, version = text.partition(":")
        try:
            found[UUID(row_id)] = int(version)
        except ValueError:
            continue
        if len(found) == most:
            break
    return found


def carry_out(
    verdicts: Iterable[Verdict], change: Callable[[list[UUID]], Mapping[UUID, Outcome | Refusal]]
) -> list[Outcome]:
    """Change every row that may be changed, all at once; gives what became of each, in the given order."""
    plan = [(verdict.row.id, verdict.refusal) for verdict in verdicts]  # read before the first commit
    became = change([row_id for row_id, refused in plan if not refused])

    def told(row_id: UUID) -> Outcome:
        done = became[row_id]
        return Outcome.of(row_id, done) if isinstance(done, Refusal) else done

    return [Outcome(str(row_id), refused) if refused else told(row_id) for row_id, refused in plan]


def remember(place: str, deed: str, outcomes: list[Outcome], *, actor: Actor, within: timedelta = UNDO_WITHIN) -> str:
    """Keep a run, to be taken back `within` that time, for this actor only.

    Gives its token, empty when Redis is away: then no way back is offered.
    """
    token = secrets.token_urlsafe(18)
    until = (clock.now() + within).timestamp()
    kept = json.dumps({"deed": deed, "until": until, "outcomes": [asdict(outcome) for outcome in outcomes]})
    try:
        redis_client().set(_key(place, token, actor), kept, ex=2 * int(UNDO_WITHIN.total_seconds()))
    except RedisError:
        return ""
    return token


def recall(place: str, token: str, *, actor: Actor, forget: bool = False) -> Done | None:
    """Give a run of this actor; None when it is none, or too old. `forget`: nobody gets it a second time."""
    key = _key(place, token[:40], actor)
    try:
        text: Any = redis_client().getdel(key) if forget else redis_client().get(key)
    except RedisError:
        return None
    if not text:
        return None
    kept = json.loads(text)
    return Done(kept["deed"], [Outcome(**outcome) for outcome in kept["outcomes"]], kept["until"])


def _key(place: str, token: str, actor: Actor) -> str:
    return f"px360:chosen:{place}:{actor.id}:{token}"
