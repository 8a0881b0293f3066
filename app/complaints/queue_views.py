"""The queue of complaints: one page of it with its tabs and filters, or its rows alone for HTMX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _

from app.complaints import queue as complaints
from app.complaints.bulk.services import BULK
from app.complaints.casework.lists import COUNT_CAP, TABS
from app.complaints.enums import ComplaintStatus
from app.complaints.places import PLACE, tab_labels
from app.complaints.policy import Perm
from app.complaints.queue import Filters
from app.complaints.sources.known import Labels
from app.complaints.views import bp
from app.core.access.policy import can
from app.core.i18n import named
from app.core.saved_views.beside import beside
from app.core.saved_views.columns import columns_of
from app.core.severity import Severity
from app.core.web import current_actor, is_fragment_request, page, queues, requires, see_other
from app.core.web.orders import LABELS, order_choices, order_in_force
from app.organizations import queries as organizations
from app.organizations.models import Department

SOURCES = Labels("complaint")


@bp.get("/")
@requires(Perm.READ)
def queue() -> Response:
    """Show the queue in the order that is asked for, with the columns that the reader chose."""
    is_whole = not is_fragment_request()
    known = {"department": {str(each.id): named(each) for each in _departments()}} if is_whole else {}
    kept = beside(PLACE, current_actor, known)
    if kept.start_url:
        return see_other(kept.start_url)
    counts = complaints.tab_counts(actor=current_actor) if is_whole else {}
    filters, shown = filters_of(), columns_of(PLACE, current_actor)
    offered = complaints.QUEUE.orders(filters.tab)
    order = order_in_force(filters.sort, offered)
    found = complaints.list_lines(filters, actor=current_actor, key=request.args.get("after"))
    return page(
        "complaints/queue.html",
        part="complaints/_rows.html",
        rows=found.rows,
        next_url=queues.address("complaints.queue", after=found.next_key) if found.next_key else None,
        filters=filters,
        kept=kept,
        orders=order_choices(offered),
        order=order,
        shown=shown,
        heads=shown.heads(offered, order),
        query=request.query_string.decode(),
        may_create=can(current_actor, Perm.CREATE),
        may_send=can(current_actor, Perm.LINK_SEND),
        may_work=can(current_actor, Perm.WORK),
        deeds=BULK.deeds,
        is_masked=not can(current_actor, Perm.IDENTIFY),
        **(_around(filters, counts) if is_whole else {}),
    )


def _around(filters: Filters, counts: Mapping[str, int]) -> dict[str, Any]:
    """Give what stands around the rows: tabs, choices and filters in force."""
    return {
        "tabs": queues.tabs("complaints.queue", tab_labels(), counts, filters.tab, COUNT_CAP),
        "severities": [(each.value, each.label) for each in Severity],
        "statuses": [(each.value, each.label) for each in ComplaintStatus],
        "channels": list(SOURCES.items()),
        "departments": _departments(),
        "chips": _chips(filters),
    }


def _departments() -> Sequence[Department]:
    """Read once for the choices and the chip."""
    return queues.once("complaint_departments", lambda: organizations.options_departments(actor=current_actor))


def filters_of() -> Filters:
    """Read the filters of the address; what is no filter of ours is left out."""
    return Filters(
        tab=queues.one_of("tab", TABS) or "open",
        department_id=request.args.get("department", type=UUID),
        severity=queues.one_of("severity", set(Severity)),
        status=queues.one_of("status", set(ComplaintStatus)),
        channel=queues.one_of("channel", SOURCES),
        text=request.args.get("q", "")[:100],
        sort=queues.one_of("sort", LABELS),
    )


def _chips(filters: Filters) -> list[dict[str, Any]]:
    """Give the filters in force, each with the address without it."""
    department = next((each for each in _departments() if each.id == filters.department_id), None)
    shown = [
        ("severity", _("Severity"), Severity(filters.severity).label if filters.severity else ""),
        ("status", _("Status"), ComplaintStatus(filters.status).label if filters.status else ""),
        ("channel", _("How it came"), SOURCES.get(filters.channel, "")),
        ("department", _("Department"), named(department)),
        ("q", _("Search"), filters.text),
    ]
    return queues.chips("complaints.queue", shown)
