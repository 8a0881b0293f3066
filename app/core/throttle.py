"""Limits of tries: by token, phone and account first; an address is only a high ceiling (a hospital's Wi-Fi is one).

Counted in Redis; with Redis away, in this process's memory, and pages and intake go on.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from flask import current_app
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from app.core.errors import TooMany
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


@lru_cache(maxsize=4)
def _limiter(url: str) -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(storage_from_string(url, wrap_exceptions=False, socket_connect_timeout=1))


@lru_cache(maxsize=64)
def _item(rule: str) -> RateLimitItem:
    return parse(rule)


def hit(name: str, key: str) -> None:
    """Count one try of `key` against the limit `name`. Raises TooMany with the seconds to wait."""
    item = _item(LIMITS[name])
    hidden = hashlib.sha256(f"{name}:{key}".encode()).hexdigest()[:32]  # no phone or account stands in Redis
    if not _allowed(item, hidden):
        raise TooMany(retry_after=int(item.get_expiry()))


def forget(name: str, key: str) -> None:
    """Take the tries of `key` back after a success."""
    item = _item(LIMITS[name])
    hidden = hashlib.sha256(f"{name}:{key}".encode()).hexdigest()[:32]
    try:
        _limiter(current_app.config["REDIS_URL"]).clear(item, hidden)
    except (RedisError, StorageError):
        _memory.clear(item, hidden)


def _allowed(item: RateLimitItem, key: str) -> bool:
    try:
        return bool(_limiter(current_app.config["REDIS_URL"]).hit(item, key))
    except (RedisError, StorageError) as problem:
        log.warning("throttle_in_memory", problem=type(problem).__name__)
        return bool(_memory.hit(item, key))
