"""Pages of journeys: the live board and one patient's visit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.core.events import timeline
from app.core.web import current_actor, page, requires
from app.core.web.panels import panels_for
from app.journeys import lists, queries
from app.journeys.enums import JourneyKind, JourneyStatus
from app.journeys.lists import ListFilters
from app.journeys.policy import Perm
from app.journeys.queries import BoardFilters
from app.organizations import queries as organizations

bp = Blueprint("journeys", __name__, url_prefix="/journeys")


@bp.get("/")
@requires(Perm.READ)
def board() -> Response:
    """Show who is in which stage now."""
    filters = _filters()
    return page(
        "journeys/board.html",
        part="journeys/_board.html",
        columns=queries.board(filters, actor=current_actor),
        filters=filters,
        kinds=[_tab(kind, filters) for kind in JourneyKind],
        departments=organizations.options_departments(actor=current_actor),
        physicians=organizations.options_physicians(actor=current_actor),
    )


@bp.get("/list")
@requires(Perm.READ)
def listed() -> Response:
    """List visits, newest first; found by the number of the encounter."""
    filters = _list_filters()
    found = lists.list_page(filters, actor=current_actor, key=request.args.get("after"))
    return page(
        "journeys/list.html",
        part="journeys/_rows.html",
        rows=found.rows,
        next_url=_list_address(after=found.next_key) if found.next_key else None,
        filters=filters,
        tabs=_list_tabs(filters),
        kinds=[(kind.value, kind.label) for kind in JourneyKind],
        name_hidden=not organizations.may_identify(current_actor),
    )


@bp.get("/<uuid:journey_id>")
@requires(Perm.READ)
def show(journey_id: UUID) -> Response:
    """Show one visit as a line of stages, with its events."""
    found = queries.visit(journey_id, actor=current_actor)
    return page(
        "journeys/show.html",
        visit=found,
        journey=found.journey,
        entries=timeline.of_subject(journey_id, actor=current_actor),
        panels=panels_for("journey", current_actor),
        name_hidden=not organizations.may_identify(current_actor),
    )


def _filters() -> BoardFilters:
    """Read the board's filters from the address; what is not one of them counts as not given."""
    kind = request.args.get("kind", "")
    return BoardFilters(
        kind=JourneyKind(kind) if kind in set(JourneyKind) else JourneyKind.OPD,
        department_id=request.args.get("department", type=UUID),
        physician_id=request.args.get("physician", type=UUID),
    )


def _tab(kind: JourneyKind, filters: BoardFilters) -> dict[str, Any]:
    return {
        "label": kind.label,
        "url": url_for(
            "journeys.board", kind=kind.value, department=filters.department_id, physician=filters.physician_id
        ),
        "active": kind is filters.kind,
        "count": None,
    }


def _list_filters() -> ListFilters:
    given = request.args
    status, kind = given.get("status", ""), given.get("kind", "")
    return ListFilters(
        status=status if status in set(JourneyStatus) else "",
        kind=kind if kind in set(JourneyKind) else "",
        stage_id=given.get("stage", type=UUID),
        text=given.get("q", "")[:80],
    )


def _list_address(**changed: Any) -> str:
    kept = {name: value for name, value in request.args.items() if name != "after"}
    return url_for("journeys.listed", **{**kept, **changed})


def _list_tabs(filters: ListFilters) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": _list_address(status=status or None),
            "active": status == filters.status,
            "count": None,
        }
        for status, label in [("", _("All visits")), *((str(each), each.label) for each in JourneyStatus)]
    ]
