"""The queue of actions as a file: its columns, and taking it out."""

from __future__ import annotations

from flask import Response
from flask_babel import lazy_gettext as _l

from app.core.i18n import named
from app.core.saved_views.columns import columns_of
from app.core.severity import Severity
from app.core.web import requires
from app.core.web.list_file import Column, ListFile
from app.px_action_center import queries
from app.px_action_center.enums import ActionStatus
from app.px_action_center.events import ActionsExported
from app.px_action_center.places import PLACE
from app.px_action_center.policy import IDENTIFIES, Perm
from app.px_action_center.views import bp, filters_of
from app.px_action_center.words import source_of

COLUMNS = (
    Column(_l("Number"), lambda row: row.action.reference, code="number"),
    Column(_l("What"), lambda row: named(row.action, "title"), code="what"),
    Column(_l("Patient"), lambda row: named(row.patient), is_personal=True, code="patient"),
    Column(_l("File number"), lambda row: row.patient.mrn if row.patient else "", is_personal=True),
    Column(_l("Opened because"), lambda row: source_of(row.action.source_kind), code="source"),
    Column(_l("Score"), lambda row: row.action.value),
    Column(_l("Status"), lambda row: ActionStatus(row.action.status).label, code="status"),
    Column(_l("Severity"), lambda row: Severity(row.action.severity).label, code="severity"),
    Column(_l("Department"), lambda row: named(row.department), code="department"),
    Column(_l("Owner"), lambda row: named(row.owner), code="owner"),
    Column(_l("Opened"), lambda row: row.action.created_at, code="opened"),
    Column(_l("Deadline"), lambda row: row.action.due_at, code="deadline"),
    Column(_l("What was done"), lambda row: row.action.outcome),
    Column(_l("Submitted"), lambda row: row.action.submitted_at),
    Column(_l("Approved"), lambda row: row.action.approved_at),
    Column(_l("Closed"), lambda row: row.action.closed_at),
)
FILE = ListFile(
    name="actions",
    title=_l("Actions as a file"),
    queue=_l("Actions"),
    queue_endpoint="actions.queue",
    take_endpoint="actions.take_file",
    columns=COLUMNS,
    list_page=queries.list_page,
    event=ActionsExported,
    identifies=IDENTIFIES,
    may_name=Perm.READ,
    shown=lambda actor: columns_of(PLACE, actor).codes,
)


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
