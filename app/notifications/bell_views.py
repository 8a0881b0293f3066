"""The bell: one's own newest lines, and the page of them. No line of the menu leads here."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, g, url_for

from app.core.web import current_actor, page, see_other, signed_in
from app.notifications.services import bell

bp = Blueprint("bell", __name__, url_prefix="/notifications")

MOST = 50


@bp.get("/")
@signed_in
def show() -> Response:
    """Show the newest lines of one's own bell."""
    lines = [(line, bell.sentence(line)) for line in bell.latest(current_actor, MOST)]
    return page("messages_pages/bell.html", part="messages_pages/_bell.html", lines=lines)


@bp.post("/read")
@signed_in
def read_all() -> Response:
    """Mark all as read."""
    bell.mark_read(actor=g.actor)
    return see_other(url_for("bell.show"))


@bp.post("/<uuid:line_id>")
@signed_in
def open_line(line_id: UUID) -> Response:
    """Mark one as read and go where it leads."""
    return see_other(bell.open_line(line_id, actor=g.actor))
