"""Static files by content hash, so that browsers keep them for a year and never see an old one."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

_STATIC = Path(__file__).resolve().parents[3] / "static"


@lru_cache(maxsize=512)
def _fingerprint(path: str, _stamp: float) -> str:
    return hashlib.sha256((_STATIC / path).read_bytes()).hexdigest()[:10]


def asset(path: str) -> str:
    """Give the address of a static file with its fingerprint."""
    try:
        stamp = (_STATIC / path).stat().st_mtime if current_app.debug else 0.0
        mark = _fingerprint(path, stamp)
    except OSError:
        return url_for("static", filename=path)
    return url_for("static", filename=path, v=mark)


def init_app(app: Flask) -> None:
    """Give templates `asset` and let browsers keep fingerprinted files."""
    app.jinja_env.globals["asset"] = asset

    @app.after_request
    def _cache(response: Response) -> Response:
        if request.endpoint == "static":
            seconds = 31_536_000 if request.args.get("v") else 3600
            response.headers["Cache-Control"] = f"public, max-age={seconds}" + (", immutable" if seconds > 3600 else "")
        return response
