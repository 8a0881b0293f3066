"""Pages of the action center: the queue, one action, and its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts import queries as accounts
from app.core.access.policy import can, can_on
from app.core.i18n import named
from app.core.saved_views.beside import beside
from app.core.saved_views.columns import columns_of
from app.core.web import Answer, composing, current_actor, page, queues, requires, see_other
from app.core.web.composing import Tab
from app.core.web.orders import LABELS, order_choices, order_in_force
from app.core.web.panels import panels_for
from app.core.workflow import likeliest
from app.organizations import queries as organizations
from app.organizations.models import Department
from app.px_action_center import queries
from app.px_action_center.enums import ActionStatus, Severity
from app.px_action_center.forms import ActionForm, AssignForm, MoveForm, NoteForm, SeverityForm
from app.px_action_center.places import PLACE, statuses, tab_labels
from app.px_action_center.policy import Perm, sees_patient
from app.px_action_center.queries import TABS, Filters
from app.px_action_center.services import opening, working
from app.px_action_center.services.bulk import BULK
from app.px_action_center.show import case_of
from app.px_action_center.workflow import ACTION

bp = Blueprint("actions", __name__, url_prefix="/actions")
TABS_OF_TEXTS = (
    Tab("note", _l("Note"), "note", _l("Seen by everyone who works on this action"), save=_l("Save note")),
    Tab("call", _l("Phone call"), "phone-call", _l("What was said"), save=_l("Save call")),
)


@bp.get("/")
@requires(Perm.READ)
def queue() -> Response:
    """Show the queue in the order that is asked for, with the columns that the reader chose."""
    kept = beside(PLACE, current_actor, {"department": {str(each.id): named(each) for each in _departments()}})
    if kept.start_url:
        return see_other(kept.start_url)
    filters, shown = filters_of(), columns_of(PLACE, current_actor)
    offered = queries.ORDERS
    order = order_in_force(filters.sort, offered)
    found = queries.list_page(filters, actor=current_actor, key=request.args.get("after"))
    return page(
        "actions/queue.html",
        part="actions/_rows.html",
        rows=found.rows,
        next_url=queues.address("actions.queue", after=found.next_key) if found.next_key else None,
        filters=filters,
        tabs=_tabs(filters),
        severities=[(each.value, each.label) for each in Severity],
        statuses=list(statuses().items()),
        departments=_departments(),
        chips=_chips(filters),
        kept=kept,
        orders=order_choices(offered),
        order=order,
        shown=shown,
        heads=shown.heads(offered, order),
        query=request.query_string.decode(),
        may_create=can(current_actor, Perm.CREATE),
        may_assign=can(current_actor, Perm.ASSIGN),
        is_masked=not sees_patient(current_actor),
        deeds=BULK.deeds,
    )


def _departments() -> Sequence[Department]:
    """Read once for the choices and the chip."""
    return queues.once("action_departments", lambda: organizations.options_departments(actor=current_actor))


def _chips(filters: Filters) -> list[dict[str, Any]]:
    """Give the filters in force, each with the address without it."""
    department = next((each for each in _departments() if each.id == filters.department_id), None)
    shown = [
        ("severity", _("Severity"), Severity(filters.severity).label if filters.severity else ""),
        ("status", _("Status"), ActionStatus(filters.status).label if filters.status else ""),
        ("department", _("Department"), named(department)),
        ("q", _("Search"), filters.text),
    ]
    return queues.chips("actions.queue", shown)


def filters_of() -> Filters:
    """Read the filters of the address; what is none of them narrows nothing."""
    return Filters(
        tab=queues.one_of("tab", TABS) or "open",
        department_id=request.args.get("department", type=UUID),
        severity=queues.one_of("severity", set(Severity)),
        status=queues.one_of("status", set(ActionStatus)),
        text=request.args.get("q", "")[:100],
        sort=queues.one_of("sort", LABELS),
    )


def _tabs(filters: Filters) -> list[dict[str, Any]]:
    counts = queries.tab_counts(actor=current_actor)
    return queues.tabs("actions.queue", tab_labels(), counts, filters.tab, queries.COUNT_CAP)


@bp.get("/<uuid:action_id>")
@requires(Perm.READ)
def show(action_id: UUID) -> Response:
    """Show one action."""
    return _show(action_id)


def _show(action_id: UUID, *, answer: Answer | None = None) -> Response:
    case = case_of(action_id, current_actor)
    steps = ACTION.open_steps(case.action, current_actor)
    note_form = answer.form if answer and isinstance(answer.form, NoteForm) else None
    tabs = TABS_OF_TEXTS if can_on(current_actor, Perm.WORK, case.action) else ()
    return page(
        "actions/show.html",
        case=case,
        action=case.action,
        answer=answer,
        steps=steps,
        likely=likeliest(steps),
        may_assign=can_on(current_actor, Perm.ASSIGN, case.action),
        tabs=tabs,
        compose=composing.chosen(tabs, note_form.kind.data if note_form else ""),
        note_form=note_form,
        people=accounts.options_people(case.action.hospital_id),
        severities=[(each.value, each.label) for each in Severity],
        panels=panels_for("action", current_actor),
    )


@bp.post("/<uuid:action_id>/assignment")
@requires(Perm.ASSIGN)
def assign(action_id: UUID) -> Response:
    """Name the owner."""
    form = AssignForm()
    return _answer(
        action_id,
        form.submit(
            lambda: working.assign(
                action_id, to=cast(UUID, form.assignee.data), version=form.version.data or 0, actor=current_actor
            )
        ),
        _("Owner saved."),
    )


@bp.post("/<uuid:action_id>/steps/<string(maxlength=20):verb>")
@requires(Perm.READ)
def move(action_id: UUID, verb: str) -> Response:
    """Take a step of the workflow."""
    if not any(step.verb == verb for step in ACTION.steps):
        abort(404)
    form = MoveForm()
    return _answer(
        action_id,
        form.submit(
            lambda: working.move(
                action_id,
                verb,
                version=form.version.data or 0,
                actor=current_actor,
                reason=form.reason.data or "",
                outcome=form.outcome.data or "",
            )
        ),
        _("Saved."),
    )


@bp.post("/<uuid:action_id>/severity")
@requires(Perm.ASSIGN)
def severity(action_id: UUID) -> Response:
    """Judge it anew."""
    form = SeverityForm()
    return _answer(
        action_id,
        form.submit(
            lambda: working.change_severity(
                action_id, form.severity.data, version=form.version.data or 0, actor=current_actor
            )
        ),
        _("Severity saved. The deadline was counted anew from the start."),
    )


@bp.post("/<uuid:action_id>/notes")
@requires(Perm.WORK)
def note(action_id: UUID) -> Response:
    """Write a note."""
    form = NoteForm()
    return _answer(
        action_id,
        form.submit(
            lambda: working.add_note(action_id, form.body.data or "", kind=form.kind.data, actor=current_actor)
        ),
        _("Note saved."),
    )


def _answer(action_id: UUID, answer: Answer, toast: str) -> Response:
    """Go back to the page after a success; show the page with the refusal and what was typed otherwise."""
    if answer.ok:
        return see_other(url_for("actions.show", action_id=action_id), toast=toast)
    response = _show(action_id, answer=answer)
    response.status_code = answer.status
    return response


@bp.get("/new")
@requires(Perm.CREATE)
def new() -> Response:
    """Ask what must be put right."""
    return _new(ActionForm())


def _new(form: ActionForm, **_given: Any) -> Response:
    return page(
        "actions/new.html",
        form=form,
        hospitals=organizations.options_hospitals(actor=current_actor),
        departments=organizations.options_departments(actor=current_actor),
    )


@bp.post("/")
@requires(Perm.CREATE)
def create() -> Response:
    """Open an action by hand."""
    form = ActionForm()
    hospital_id = organizations.chosen_hospital(form.hospital_id.data, actor=current_actor)
    answer = form.submit(
        lambda: opening.open_by_hand(
            hospital_id=cast(UUID, hospital_id),
            title=form.title.data or "",
            severity=form.severity.data,
            department_id=form.department_id.data,
            patient_id=None,
            actor=current_actor,
        )
    )
    if not answer.ok:
        response = _new(form)
        response.status_code = answer.status
        return response
    return see_other(url_for("actions.show", action_id=answer.value.id), toast=_("Action opened."))
