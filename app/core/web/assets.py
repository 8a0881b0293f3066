"""Static files by content hash, so that browsers keep them for a year and never see an old one."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, has_request_context, request, url_for
from markupsafe import Markup, escape

_STATIC = Path(__file__).resolve().parents[3] / "static"


@lru_cache(maxsize=512)
def _fingerprint(path: str, _stamp: float) -> str:
    return hashlib.sha256((_STATIC / path).read_bytes()).hexdigest()[:10]


def asset(path: str) -> str:
    """Give the address of a static file with its fingerprint, below the root at which this request finds us."""
    root = request.script_root if has_request_context() else None
    if current_app.debug:
        return _address.__wrapped__(path, root)
    return _address(path, root)


@lru_cache(maxsize=1024)
def _address(path: str, _root: str | None) -> str:
    try:
        mark = _fingerprint(path, (_STATIC / path).stat().st_mtime)
    except OSError:
        return url_for("static", filename=path)
    return url_for("static", filename=path, v=mark)


# icons that show a direction, and turn with the writing
TURNING = {"arrow-left", "arrow-right", "chevron-left", "chevron-right", "arrow-back-up", "arrow-forward", "arrow-up-right",
           "send", "logout", "login", "external-link", "trending-up", "trending-down", "list", "list-check", "list-details",
           "message", "messages", "door-enter", "door-exit", "report-analytics", "chart-line", "route", "speakerphone"}  # fmt: skip


def icon(name: str, size: str = "", label: Any = "", flip: bool | None = None) -> Markup:
    """Draw an icon of the one sprite; without a `label` it says nothing to a screen reader. `size`: s, l or as it is."""
    return _icon(name, size, escape(label), name in TURNING if flip is None else flip, asset("img/icons.svg"))


@lru_cache(maxsize=2048)
def _icon(name: str, size: str, label: Markup, flip: bool, sprite: str) -> Markup:
    classes = "px-icon" + (f" px-icon-{size}" if size else "") + (" px-flip" if flip else "")
    said = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
    return Markup('<svg class="{}"{} focusable="false"><use href="{}#{}"/></svg>').format(classes, said, sprite, name)


def init_app(app: Flask) -> None:
    """Give templates `asset` and `icon`, and let browsers keep fingerprinted files."""
    app.jinja_env.globals.update(asset=asset, px_icon=icon)

    @app.after_request
    def _cache(response: Response) -> Response:
        if request.endpoint == "static":
            seconds = 31_536_000 if request.args.get("v") else 3600
            response.headers["Cache-Control"] = f"public, max-age={seconds}" + (", immutable" if seconds > 3600 else "")
        return response
