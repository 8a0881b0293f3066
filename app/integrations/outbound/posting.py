"""One request to a receiver: to the address that was checked, within a time that nothing prolongs, no redirect followed."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import httpx

from app.integrations.outbound import addresses
from app.integrations.outbound.addresses import IpNetwork
from app.integrations.outbound.enums import Problem

CONNECT_SECONDS, ANSWER_SECONDS, WHOLE_SECONDS, BODY_SECONDS = 5.0, 10.0, 15.0, 2.0
MOST_ADDRESSES = 2  # of one name: the next is tried when the first can not be reached
KEPT_CHARACTERS = 500
MOST_READ = 2_000  # bytes of an answer
GONE = 410
AGENT = "PX360-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request; `problem` empty: the receiver took it."""

    problem: str = ""
    code: int | None = None
    text: str = ""
    retry_after: int | None = None
    took_ms: int | None = None


def post(url: str, headers: Mapping[str, str], body: bytes, allowed: Sequence[IpNetwork]) -> Outcome:
    """Send the body once and give what came of it; never raises for what a receiver does. Takes at most 15 s after the lookup."""
    started = time.monotonic()
    outcome = _post(httpx.URL(url), headers, body, allowed)
    return replace(outcome, took_ms=round((time.monotonic() - started) * 1000))


def _post(url: httpx.URL, headers: Mapping[str, str], body: bytes, allowed: Sequence[IpNetwork]) -> Outcome:
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = addresses.resolved(host_of(url), port, allowed)
    except addresses.AddressRefused:
        return Outcome(Problem.REFUSED_ADDRESS)
    except addresses.HostUnknown:
        return Outcome(Problem.UNKNOWN_HOST)
    sent = {
        **headers,
        "Host": url.netloc.decode("ascii"),
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Accept-Encoding": "identity",
    }
    try:
        return asyncio.run(_in_time(url, found[:MOST_ADDRESSES], sent, body))
    except (TimeoutError, httpx.TimeoutException):
        return Outcome(Problem.TIMEOUT)
    except httpx.ConnectError as problem:
        return Outcome(Problem.CERTIFICATE if _of_certificate(problem) else Problem.UNREACHABLE)
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        return Outcome(Problem.BROKEN)


def host_of(url: httpx.URL) -> str:
    """Give the host of an address as it is asked for and as a certificate names it."""
    return url.raw_host.decode("ascii")


async def _in_time(url: httpx.URL, found: Sequence[str], headers: Mapping[str, str], body: bytes) -> Outcome:
    """Call the addresses in order. The limit is for all of it: a receiver that drips byte by byte gains nothing."""
    async with asyncio.timeout(WHOLE_SECONDS):
        for address in found[:-1]:
            try:
                return await _call(url, address, headers, body)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing was sent; the name has another address
        return await _call(url, found[-1], headers, body)


async def _call(url: httpx.URL, address: str, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Connect to the address itself; name and certificate are those of the host."""
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    async with (
        httpx.AsyncClient(verify=_trust(), timeout=timeout, follow_redirects=False, trust_env=False) as client,
        client.stream(
            "POST",
            url.copy_with(host=address),
            content=body,
            headers=dict(headers),
            extensions={"sni_hostname": host_of(url)},
        ) as answer,
    ):
        text = await _beginning(answer)
        return Outcome(_problem_of(answer.status_code), answer.status_code, text, _seconds(answer))


async def _beginning(answer: httpx.Response) -> str:
    """Read the first bytes of an answer, for a short time; they never decide anything."""
    read = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in answer.aiter_raw(1024):
                read += part
                if len(read) >= MOST_READ:
                    break
    except (TimeoutError, httpx.HTTPError):
        pass  # what came until now is enough
    text = read[:MOST_READ].decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)[:KEPT_CHARACTERS].strip()


def _problem_of(code: int) -> str:
    if 200 <= code < 300:
        return ""
    if code == GONE:
        return Problem.GONE
    return Problem.REDIRECT if 300 <= code < 400 else Problem.STATUS


def _seconds(answer: httpx.Response) -> int | None:
    text = answer.headers.get("Retry-After", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _of_certificate(problem: BaseException | None) -> bool:
    while problem is not None:
        if isinstance(problem, ssl.SSLError):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Read the trusted certificates once: that takes longer than a request."""
    return httpx.create_ssl_context(trust_env=False)
