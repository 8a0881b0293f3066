"""Talking to providers over HTTP: which failures are safe to repeat and which leave the fate of a message unknown."""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import Any

import httpx

from app.notifications.gateways.base import Outcome, OutcomeKind

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 15.0
BUSY_STATUS = frozenset({429, 503})
CLOSED_STATUS = frozenset(
    {401, 402, 403, 407}
)  # our key or our credit is refused: nothing was taken, and no fault of the text
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)


def request(method: str, url: str, **options: Any) -> httpx.Response | Outcome:
    """Send a request; gives the answer, or the outcome that the failure stands for.

    A refused connection never carried a byte: busy, and so is a refused key. Anything that breaks later: unknown.
    """
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    try:
        with httpx.Client(verify=_trust(), timeout=timeout, follow_redirects=False, trust_env=False) as client:
            answer = client.request(method, url, **options)
    except NOT_SENT:
        return Outcome(OutcomeKind.BUSY, code="unreachable")
    except httpx.HTTPError as problem:
        return Outcome(OutcomeKind.UNKNOWN, code=type(problem).__name__)
    if answer.status_code in BUSY_STATUS:
        return Outcome(OutcomeKind.BUSY, code=str(answer.status_code), retry_after=_seconds(answer))
    if answer.status_code in CLOSED_STATUS:
        return Outcome(OutcomeKind.BUSY, code=str(answer.status_code))
    if answer.status_code >= 500:
        return Outcome(OutcomeKind.UNKNOWN, code=str(answer.status_code))
    return answer


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Read the trusted certificates once: that takes longer than a message. Connections are never kept: a stale one that
    breaks would look like a message whose fate is unknown."""
    return httpx.create_ssl_context(trust_env=False)


def json_of(answer: httpx.Response) -> dict[str, Any]:
    """Give the JSON object of an answer; an empty one when it is none."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def rejected(answer: httpx.Response, code: Any = None) -> Outcome:
    """Make the outcome of a refusal: its code, never its words (they may repeat the number)."""
    return Outcome(OutcomeKind.REJECTED, code=str(code or answer.status_code)[:60])


def _seconds(answer: httpx.Response) -> int | None:
    text = answer.headers.get("Retry-After", "")
    return int(text) if text.isdigit() else None
