"""Taking the queue out as a file: what for is asked first where it names patients."""

from __future__ import annotations

from flask import Response

from app.complaints.exports.services import FILE
from app.complaints.policy import Perm
from app.complaints.queue_views import filters_of
from app.complaints.views import bp
from app.core.web import requires


@bp.get("/file")
@requires(Perm.READ)
def choose_file() -> Response:
    """Ask what kind of file, and what for."""
    return FILE.asked()


@bp.post("/file")
@requires(Perm.READ)
def take_file() -> Response:
    """Give exactly what the queue shows with these filters."""
    return FILE.taken(filters_of())
