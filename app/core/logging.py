"""Structured logs: one JSON line per event with the request's or job's id; ids and codes only, never names or texts."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog

_request_id: ContextVar[str] = ContextVar("px360_request_id", default="")

FORBIDDEN = frozenset({"name", "phone", "email", "body", "text", "comment", "token", "password", "mrn", "raw"})


def request_id() -> str:
    """Give the id of the request or job that is running, or nothing."""
    return _request_id.get()


def set_request_id(value: str) -> None:
    """Name the request or job that starts; it marks every log line and event until the next one."""
    _request_id.set(value)


def _add_request_id(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if _request_id.get():
        entry["request_id"] = _request_id.get()
    return entry


def _hide(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop fields that could be personal, so that a careless line can not leak them."""
    for name in FORBIDDEN & entry.keys():
        entry[name] = "[hidden]"
    return entry


def _where(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its type and the places it passed: its own words may hold a patient's."""
    if entry.pop("exc_info", None):
        kind, _problem, trace = sys.exc_info()
        entry["problem"] = kind.__name__ if kind else ""
        entry["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-8:]]
    return entry


def configure(*, pretty: bool) -> None:
    """Set up logging of this process: JSON lines, or readable ones for a person at a terminal (`pretty`)."""
    renderer: Any = structlog.dev.ConsoleRenderer(colors=False) if pretty else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_request_id,
            _hide,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> Any:
    """Give the structured logger of a module."""
    return structlog.get_logger(source=name)
