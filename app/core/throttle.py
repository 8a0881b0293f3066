"""Limits of tries: by token, phone and account first; an address is only a high ceiling (a hospital's Wi-Fi is one).

Counted in Redis; with Redis away, in this process's memory, and pages and intake go on.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import NoScriptError, RedisError

from app.core.errors import TooMany
from app.core.jobs.queues import redis_client
from app.core.logging import get_logger

log = get_logger(__name__)

_memory = FixedWindowRateLimiter(MemoryStorage())

LIMITS: dict[str, str] = {
    "login.account": "5/minute",
    "login.address": "300/minute",
    "login.mfa": "5/minute",
    "login.mfa_hour": "30/hour",  # who knows the password still has a million codes before them
    "password.account": "5/minute",
    "reset.account": "3/hour",
    "reset.address": "120/hour",
    "survey.token": "60/minute",
    "survey.address": "3000/minute",
    "complaint.phone": "6/day",
    "complaint.link": "3/day",
    "complaint.address": "600/hour",
    "complaint.token": "60/minute",
    "complaint.code": "5/hour",
    "complaint.code_sent": "3/hour",
    "explanation.token": "60/minute",
    "intake.source": "6000/minute",
    "webhook.address": "6000/minute",
    "api.actor": "1200/minute",
    "upload.actor": "30/minute",
    "export.actor": "20/hour",
    "provider.test": "10/minute",
    "webhook.test": "10/minute",
}


# counts one try at each key in turn and gives the place of the first that is over its limit, 0 where none is; those
# after it are not counted. The window of a key begins with its first try.
_COUNT = """
for place, key in ipairs(KEYS) do
  local tries = redis.call('INCR', key)
  if tries == 1 then redis.call('EXPIRE', key, ARGV[2 * place]) end
  if tries > tonumber(ARGV[2 * place - 1]) then return place end
end
return 0
"""
_COUNT_DIGEST = hashlib.sha1(_COUNT.encode(), usedforsecurity=False).hexdigest()  # the name that Redis gives a script


@lru_cache(maxsize=64)
def _item(rule: str) -> RateLimitItem:
    return parse(rule)


def hit(name: str, key: str) -> None:
    """Count one try of `key` against the limit `name`. Raises TooMany with the seconds to wait."""
    hit_each((name, key))


def hit_each(*tries: tuple[str, str]) -> None:
    """The same for several limits and keys, in their order and in one round trip; what is refused ends it."""
    items = [(_item(LIMITS[name]), _hidden(name, key)) for name, key in tries]
    try:
        over = _count(items)
    except RedisError as problem:
        log.warning("throttle_in_memory", problem=type(problem).__name__)
        over = next((place for place, (item, key) in enumerate(items, 1) if not _memory.hit(item, key)), 0)
    if over:
        raise TooMany(retry_after=int(items[over - 1][0].get_expiry()))


def forget(name: str, key: str) -> None:
    """Take the tries of `key` back after a success."""
    item, hidden = _item(LIMITS[name]), _hidden(name, key)
    try:
        redis_client().delete(item.key_for(hidden))
    except RedisError:
        _memory.clear(item, hidden)


def _hidden(name: str, key: str) -> str:
    """Give the key as it is stored: no phone or account stands in Redis."""
    return hashlib.sha256(f"{name}:{key}".encode()).hexdigest()[:32]


def _count(items: list[tuple[RateLimitItem, str]]) -> int:
    keys = [item.key_for(hidden) for item, hidden in items]
    bounds = [bound for item, _hidden in items for bound in (item.amount, item.get_expiry())]
    client = redis_client()
    try:
        return int(client.evalsha(_COUNT_DIGEST, len(keys), *keys, *bounds))
    except NoScriptError:
        return int(client.eval(_COUNT, len(keys), *keys, *bounds))
