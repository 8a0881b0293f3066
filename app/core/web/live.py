"""Live pages poll: one `GET /live?since=` per open page carries the bell, changed queues and presence.

Stamps are kept in Redis; with Redis away the answer comes from one indexed statement on the event log. 204: nothing moved.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, jsonify, make_response, request
from redis.client import Pipeline
from redis.exceptions import RedisError
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.db.base import db
from app.core.db.unit import after_commit
from app.core.events.models import EventLog
from app.core.jobs.queues import redis_client, tell
from app.core.time import clock
from app.core.web import presence
from app.core.web.doors import current_actor, signed_in

bp = Blueprint("live", __name__)

KEEP_SECONDS = 600
bell_count: Callable[[Actor], int] | None = None


def give_bell(count: Callable[[Actor], int]) -> None:
    """Say who counts the unread notifications of an actor (notifications does)."""
    global bell_count
    bell_count = count


def touch(topic: str, *, hospital_id: UUID | None = None, user_id: UUID | None = None) -> None:
    """Say after the commit that a queue of a hospital, or something of a person, changed: open pages learn it at the next poll."""
    key = f"px360:live:{user_id or hospital_id or 'all'}"

    def send(redis: Pipeline) -> None:
        redis.hset(key, topic, str(clock.now().timestamp()))
        redis.expire(key, KEEP_SECONDS)

    def stamp() -> None:
        tell(send)

    stamp.__qualname__ = f"touch:{key}:{topic}"
    after_commit(stamp)


@bp.get("/live")
@signed_in
def poll() -> Response:
    """Tell what changed since the page last asked: `{stamp, bell, changed}`, and who is at its cases; 204 when nothing did.

    `here` names the case that the page has open (`writing`: somebody types there), `rows` those of a list, `seen` the mark
    of the people whom the page shows already.
    """
    now = clock.now().timestamp()
    since = _number(request.args.get("since"))
    changed = changed_since(current_actor, since) if since else []
    asked = request.args
    people = presence.polled(
        asked.get("here", "")[:80], asked.get("rows", "")[:2500], current_actor, is_writing=asked.get("writing") == "1"
    )
    if since and not changed and asked.get("seen", "") == people.get("seen", ""):
        return make_response("", 204)
    bell = bell_count(current_actor) if bell_count else 0
    return jsonify({"stamp": now, "bell": bell, "changed": changed, **people})


def changed_since(actor: Actor, since: float) -> list[str]:
    """List the topics that changed for this actor since an instant (seconds since the epoch)."""
    keys = [f"px360:live:{part}" for part in ("all", actor.id, *sorted(actor.hospital_ids or (), key=str)) if part]
    try:
        pipe = redis_client().pipeline(transaction=False)
        for key in keys:
            pipe.hgetall(key)
        if actor.hospital_ids is None:
            return sorted(_everywhere(since))
        return sorted({_text(name) for stamps in pipe.execute() for name, at in stamps.items() if float(at) > since})
    except RedisError:
        return _from_log(since)


def _everywhere(since: float) -> set[str]:
    client = redis_client()
    found: set[str] = set()
    for key in client.scan_iter("px360:live:*", count=200):
        found |= {_text(name) for name, at in client.hgetall(key).items() if float(at) > since}
    return found


def _from_log(since: float) -> list[str]:
    from datetime import UTC, datetime

    row = db.session.execute(
        select(EventLog.subject_type)
        .where(EventLog.at > datetime.fromtimestamp(since, UTC))
        .order_by(EventLog.at.desc())
        .limit(50)
    ).scalars()
    return sorted(set(row))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _number(text: str | None) -> float:
    try:
        return float(json.loads(text)) if text else 0.0
    except (ValueError, TypeError):
        return 0.0


def init_app(app: Flask) -> None:
    """Add the address."""
    app.register_blueprint(bp)
