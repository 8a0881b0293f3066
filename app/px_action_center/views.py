"""Pages of the action center: the queue, one action, and its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, abort, g, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from app.accounts import queries as accounts
from app.core.access.policy import can, can_on
from app.core.i18n import named
from app.core.web import Answer, current_actor, page, requires, see_other
from app.core.web.panels import panels_for
from app.organizations import queries as organizations
from app.organizations.models import Department
from app.px_action_center import queries
from app.px_action_center.enums import WRITTEN_BY_PEOPLE, ActionStatus, Severity
from app.px_action_center.forms import ActionForm, AssignForm, MoveForm, NoteForm, SeverityForm
from app.px_action_center.policy import Perm
from app.px_action_center.queries import TABS, Filters
from app.px_action_center.services import opening, working
from app.px_action_center.show import case_of
from app.px_action_center.workflow import ACTION

bp = Blueprint("actions", __name__, url_prefix="/actions")


@bp.get("/")
@requires(Perm.READ)
def queue() -> Response:
    """Show the queue in the order of its deadlines."""
    filters = _filters()
    found = queries.list_page(filters, actor=current_actor, key=request.args.get("after"))
    return page(
        "actions/queue.html",
        part="actions/_rows.html",
        rows=found.rows,
        next_url=_address(after=found.next_key) if found.next_key else None,
        filters=filters,
        tabs=_tabs(filters),
        severities=[(each.value, each.label) for each in Severity],
        statuses=[(each.value, each.label) for each in ActionStatus if each is not ActionStatus.APPROVED],
        departments=_departments(),
        chips=_chips(filters),
        may_create=can(current_actor, Perm.CREATE),
        may_assign=can(current_actor, Perm.ASSIGN),
    )


def _departments() -> Sequence[Department]:
    """Read once for the choices and the chip."""
    if "action_departments" not in g:
        g.action_departments = organizations.options_departments(actor=current_actor)
    found: Sequence[Department] = g.action_departments
    return found


def _chips(filters: Filters) -> list[dict[str, Any]]:
    """Give the filters in force, each with the address without it."""
    department = next((each for each in _departments() if each.id == filters.department_id), None)
    shown = [
        ("severity", _("Severity"), Severity(filters.severity).label if filters.severity else ""),
        ("status", _("Status"), ActionStatus(filters.status).label if filters.status else ""),
        ("department", _("Department"), named(department)),
        ("q", _("Search"), filters.text),
    ]
    return [
        {"label": label, "value": value, "remove": _address(**{name: None})} for name, label, value in shown if value
    ]


def _filters() -> Filters:
    given = request.args
    tab = given.get("tab", "open")
    return Filters(
        tab=tab if tab in TABS else "open",
        department_id=given.get("department", type=UUID),
        severity=given.get("severity", "") if given.get("severity", "") in set(Severity) else "",
        status=given.get("status", "") if given.get("status", "") in set(ActionStatus) else "",
        text=given.get("q", "")[:100],
    )


def _address(**changed: Any) -> str:
    kept = {name: value for name, value in request.args.items() if name != "after"}
    return url_for("actions.queue", **{**kept, **changed})


def _tabs(filters: Filters) -> list[dict[str, Any]]:
    counts = queries.tab_counts(actor=current_actor)
    labels = {
        "mine": pgettext("queue", "My"),
        "unassigned": pgettext("queue", "Unassigned"),
        "due_soon": pgettext("queue", "Due soon"),
        "overdue": pgettext("queue", "Overdue"),
        "to_approve": pgettext("queue", "To approve"),
        "open": pgettext("queue", "All open"),
        "all": pgettext("queue", "All"),
    }
    return [
        {
            "label": labels[tab],
            "url": _address(tab=tab),
            "count": _capped(counts.get(tab)),
            "active": tab == filters.tab,
        }
        for tab in TABS
    ]


def _capped(count: int | None) -> str | int | None:
    return f"{queries.COUNT_CAP:,}+" if count == queries.COUNT_CAP else count


@bp.get("/<uuid:action_id>")
@requires(Perm.READ)
def show(action_id: UUID) -> Response:
    """Show one action."""
    return _show(action_id)


def _show(action_id: UUID, *, answer: Answer | None = None) -> Response:
    case = case_of(action_id, current_actor)
    return page(
        "actions/show.html",
        case=case,
        action=case.action,
        answer=answer,
        steps=ACTION.open_steps(case.action, current_actor),
        may_assign=can_on(current_actor, Perm.ASSIGN, case.action),
        may_note=can_on(current_actor, Perm.WORK, case.action),
        people=accounts.options_people(case.action.hospital_id),
        severities=[(each.value, each.label) for each in Severity],
        note_kinds=list(WRITTEN_BY_PEOPLE.items()),
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
    hospitals = organizations.options_hospitals(actor=current_actor)
    only = hospitals[0].id if len(hospitals) == 1 else None
    answer = form.submit(
        lambda: opening.open_by_hand(
            hospital_id=cast(UUID, form.hospital_id.data or only),
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
