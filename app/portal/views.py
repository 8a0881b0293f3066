"""Home, search and the page of components."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request

from app.core.time import clock
from app.core.web import current_actor, page, signed_in
from app.portal import findings
from app.portal.home import change, home_of
from app.portal.search import find

bp = Blueprint("portal", __name__)


@bp.get("/")
@signed_in
def home() -> Response:
    """Show what this person needs first."""
    return page(
        "portal/home.html",
        home=home_of(current_actor),
        change=change,
        of_months=findings.of_months,
        of_movers=findings.of_movers,
        place_of=findings.place_of,
        month_label=findings.month_label,
    )


@bp.get("/search")
@signed_in
def search() -> Response:
    """Find actions, patients and pages."""
    text = request.args.get("q", "")[:100]
    return page("portal/search.html", part="portal/_hits.html", text=text, hits=find(text, current_actor))


@bp.get("/ui/")
@signed_in
def ui() -> Response:
    """Show every component of the design system."""
    now = clock.now()
    return page("ui/index.html", sample_now=now, sample_due=now + timedelta(hours=5))
