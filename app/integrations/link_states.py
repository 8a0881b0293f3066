"""What the listener tells of its links: open or refused. In Redis, since another process asks; it fades when nobody tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from redis.exceptions import RedisError

from app.core.jobs.queues import redis_client

KEY = "px360:mllp"
FADES_SECONDS = 30  # the listener tells every few seconds


@dataclass(frozen=True, slots=True)
class LinkState:
    """One link as the listener has it: `state` is open or refused."""

    port: int
    state: str


def tell(states: Mapping[UUID, LinkState]) -> None:
    """Say how the links are now; with Redis away nothing is said and the listener goes on."""
    text = json.dumps({str(link_id): [each.port, each.state] for link_id, each in states.items()})
    try:
        redis_client().set(KEY, text, ex=FADES_SECONDS)
    except RedisError:
        return


def told_states() -> dict[UUID, LinkState] | None:
    """Give what the listener told last; None when it has not told for a while: it is not at work, or Redis is away."""
    try:
        text = redis_client().get(KEY)
    except RedisError:
        return None
    if text is None:
        return None
    return {UUID(link_id): LinkState(port, state) for link_id, (port, state) in json.loads(text).items()}
