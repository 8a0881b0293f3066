"""Passwords: argon2id (OWASP minimum or better), a policy of length and commonness, and a check that takes the same time."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask_babel import lazy_gettext as _l

LEAST = 12
MOST = 128
COMMON = frozenset(
    {
        "password1234",
        "123456789012",
        "qwertyuiop12",
        "administrator",
        "hospital1234",
        "letmein12345",
        "welcome12345",
        "px360px360px",
    }
)

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hashed(password: str) -> str:
    """Hash a password for its row."""
    return _hasher.hash(password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def matches(password: str, stored: str) -> bool:
    """Check a password; an account without one, or no account at all, takes the same time and fails."""
    try:
        return _hasher.verify(stored or _nobody(), password) and bool(stored)
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Tell whether a hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)


def problem_of(password: str, email: str) -> Any:
    """Give what is wrong with a new password, or None."""
    if len(password) < LEAST:
        return _l("Use at least %(least)s characters.", least=LEAST)
    if len(password) > MOST:
        return _l("Use at most %(most)s characters.", most=MOST)
    small = password.lower()
    name = email.partition("@")[0].lower()
    if small in COMMON or len(set(small)) < 4 or (len(name) > 3 and name in small):
        return _l("This password is too easy to guess.")
    return None
