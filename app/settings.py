"""Every setting once, typed, from the environment. A missing secret stops the start with one clear line."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.core.outside import IpNetwork, networks_in


class SettingsError(RuntimeError):
    """The environment lacks something or holds something unreadable; the text names the variable and the remedy."""


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """What one process of PX360 is told by its environment. Never printed: it holds secrets."""

    env: str  # production, development or test
    database_url: str  # the application's least-privileged role
    database_owner_url: str  # migrations only; may be empty in web and workers
    redis_url: str
    data_dir: Path  # uploads and other files
    base_url: str  # how browsers reach the portal, for links in messages
    short_url: str  # the hospital's own short domain for survey links (defaults to base_url)
    secret_key: str  # sessions and CSRF
    audit_key: bytes  # seals the event log; lives outside the database
    link_key: bytes  # derives tokens of links in messages
    field_keys: Mapping[str, bytes]  # key id -> key; the first encrypts, all decrypt (raw hospital messages)
    raw_days: int  # how long raw hospital messages are kept, encrypted
    scanner_url: str  # ClamAV's protocol, tcp://host:3310 or unix:///path; empty: files are not checked for viruses
    mail_networks: tuple[IpNetwork, ...]  # private networks in which mailboxes may stand
    simulator_url: str  # the local provider simulator; refused in production
    webhook_networks: tuple[IpNetwork, ...]  # private ones that webhooks may call
    trusted_hosts: tuple[str, ...]
    proxies: int  # reverse proxies in front whose X-Forwarded-* headers are believed
    open_api_docs: bool

    @property
    def is_production(self) -> bool:
        """Whether this process serves real patients: simulators and clock files are refused then."""
        return self.env == "production"


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of this process. Raises SettingsError naming the variable that is missing or wrong."""
    env = os.environ if environ is None else environ
    mode = env.get("PX360_ENV", "production")
    if mode not in ("production", "development", "test"):
        raise SettingsError("PX360_ENV must be production, development or test.")
    base_url = env.get("PX360_BASE_URL", "http://127.0.0.1:8360").rstrip("/")
    settings = Settings(
        env=mode,
        database_url=_driver(_needed(env, "DATABASE_URL")),
        database_owner_url=_driver(env.get("DATABASE_OWNER_URL", "")),
        redis_url=_needed(env, "REDIS_URL"),
        data_dir=Path(env.get("PX360_DATA_DIR", "var")),
        base_url=base_url,
        short_url=env.get("PX360_SHORT_URL", base_url).rstrip("/"),
        secret_key=_needed(env, "PX360_SECRET_KEY"),
        audit_key=_key(env, "PX360_AUDIT_KEY"),
        link_key=_key(env, "PX360_LINK_KEY"),
        field_keys=_keyring(env),
        raw_days=_days(env, "PX360_RAW_DAYS", 90),
        scanner_url=_scanner(env),
        mail_networks=_networks(env, "PX360_MAIL_NETWORKS"),
        simulator_url=env.get("SIMULATOR_URL", "").rstrip("/"),
        webhook_networks=_networks(env, "PX360_WEBHOOK_NETWORKS"),
        trusted_hosts=_hosts(env),
        proxies=int(env.get("PX360_PROXIES", "0")),
        open_api_docs=env.get("PX360_OPEN_API_DOCS", "") == "1",
    )
    if settings.is_production:
        _refuse_toys(env)
    return settings


def _hosts(env: Mapping[str, str]) -> tuple[str, ...]:
    """The host names that the portal answers to; in production never all: those of its own addresses, if none are named."""
    named = tuple(host.strip().lower() for host in env.get("PX360_TRUSTED_HOSTS", "").split(",") if host.strip())
    if named or env.get("PX360_ENV", "production") != "production":
        return named
    own = (urlsplit(env.get(name, "")).hostname for name in ("PX360_BASE_URL", "PX360_SHORT_URL"))
    return tuple(dict.fromkeys(host for host in own if host)) or ("127.0.0.1",)


def _refuse_toys(env: Mapping[str, str]) -> None:
    for name in ("PX360_CLOCK_FILE", "SIMULATOR_URL"):
        if env.get(name):
            raise SettingsError(f"{name} is set: a moved clock or a simulator is refused in production.")


def _scanner(env: Mapping[str, str]) -> str:
    url = env.get("PX360_SCANNER_URL", "")
    if url and urlsplit(url).scheme not in ("tcp", "unix"):
        raise SettingsError("PX360_SCANNER_URL must begin with tcp:// or unix://.")
    return url


def _networks(env: Mapping[str, str], name: str) -> tuple[IpNetwork, ...]:
    try:
        return networks_in(env.get(name, ""))
    except ValueError as problem:
        raise SettingsError(f"{name} must hold networks such as 10.1.0.0/16, between commas.") from problem


def _needed(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set. `make run` sets it for you; docs/operations.md says how to choose it.")
    return value


def _days(env: Mapping[str, str], name: str, usual: int) -> int:
    text = env.get(name, "") or str(usual)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 3650:
        raise SettingsError(f"{name} must be a number of days from 1 to 3650.")
    return int(text)


def _key(env: Mapping[str, str], name: str) -> bytes:
    return _decode(name, _needed(env, name))


def _decode(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as problem:
        raise SettingsError(f"{name} is not base64.") from problem
    if len(key) != 32:
        raise SettingsError(f"{name} must hold 32 bytes in base64 (`openssl rand -base64 32`).")
    return key


def _keyring(env: Mapping[str, str]) -> Mapping[str, bytes]:
    """PX360_FIELD_KEY is `key` or `id:key,id:key`; the first one encrypts, the others still decrypt (rotation)."""
    ring: dict[str, bytes] = {}
    for part in _needed(env, "PX360_FIELD_KEY").split(","):
        key_id, colon, text = part.strip().rpartition(":")
        ring[key_id if colon else "k1"] = _decode("PX360_FIELD_KEY", text)
    return ring


def _driver(url: str) -> str:
    """Say `postgresql+psycopg` whatever common spelling of a PostgreSQL address was given."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
