"""Pages of surveys for those who work with them: what was sent, and one survey with its answers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from app.core.access.policy import can, can_on
from app.core.events import timeline
from app.core.i18n import named
from app.core.web import current_actor, page, requires, see_other
from app.core.web.keys import read_key, write_key
from app.core.web.panels import panels_for
from app.organizations import queries as organizations
from app.surveys import queries, sheet_queries
from app.surveys.forms import VersionedForm
from app.surveys.policy import Perm
from app.surveys.services import resending, withdrawing
from app.surveys.services.sheets import is_open
from app.surveys.trends import ZONE
from app.surveys.workflow import INSTANCE

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
bp = Blueprint("surveys", __name__, url_prefix="/surveys")


@bp.get("/")
@requires(Perm.INSTANCE_READ)
def listed() -> Response:
    """Show what was sent, what came back, and what was not sent and why."""
    wish = request.args.get("view", "all")
    view = wish if wish in queries.VIEWS else "all"
    narrowing, chips = _narrowing()
    found = queries.list_page(
        actor=current_actor, view=view, before=read_key(request.args.get("after")), narrowing=narrowing
    )
    rows = found[: queries.PAGE]
    last = rows[-1][0] if len(found) > queries.PAGE else None
    return page(
        "surveys/list.html",
        part="surveys/_rows.html",
        rows=rows,
        next_url=_address(after=write_key(last.created_at, last.id)) if last else None,
        tabs=_tabs(view),
        may_send=can(current_actor, Perm.SEND),
        chips=chips,
    )


def _address(**changed: Any) -> str:
    kept = {name: value for name, value in request.args.items() if name != "after"}
    return url_for("surveys.listed", **{**kept, **changed})


def _narrowing() -> tuple[queries.Narrowing, list[dict[str, Any]]]:
    """Read department and month (or a span of days) from the address, with the chips that take them away again."""
    chips = []
    department_id = request.args.get("department", type=UUID)
    department = organizations.find_department(department_id, actor=current_actor) if department_id else None
    if department is not None:
        chips.append({"label": _("Department"), "value": named(department), "remove": _address(department=None)})
    month = MONTH.fullmatch(request.args.get("month", ""))
    since = until = None
    if month:
        since = datetime(int(month[1]), int(month[2]), 1, tzinfo=ZoneInfo(ZONE))
        until = (since + timedelta(days=32)).replace(day=1)
        chips.append({"label": _("Answered in"), "value": month[0], "remove": _address(month=None)})
    return queries.Narrowing(department.id if department else None, since, until), chips


def _tabs(present: str) -> list[dict[str, Any]]:
    labels = {
        "all": pgettext("queue", "All"),
        "open": pgettext("queue", "Under way"),
        "negative": pgettext("queue", "Negative"),
        "completed": pgettext("queue", "Answered"),
        "skipped": pgettext("queue", "Not sent"),
    }
    return [
        {"label": label, "url": _address(view=view), "active": view == present, "count": None}
        for view, label in labels.items()
    ]


@bp.get("/<uuid:instance_id>")
@requires(Perm.INSTANCE_READ)
def show(instance_id: UUID) -> Response:
    """Show one survey with its answers, its score explained, its messages, and what may be done."""
    sheet = sheet_queries.get(instance_id, actor=current_actor)
    instance = sheet.instance
    may_send = can_on(current_actor, Perm.SEND, instance)
    return page(
        "surveys/show.html",
        sheet=sheet,
        panels=panels_for("survey", current_actor),
        entries=timeline.of_subject(instance_id, actor=current_actor),
        may_resend=may_send and instance.invited_at is not None and is_open(instance),
        may_withdraw=any(step.verb == "cancel" for step in INSTANCE.open_steps(instance, current_actor)),
    )


@bp.post("/<uuid:instance_id>/sending")
@requires(Perm.SEND)
def resend(instance_id: UUID) -> Response:
    """Send the invitation again."""
    resending.resend(instance_id, version=VersionedForm().version.data, actor=current_actor)
    return see_other(url_for("surveys.show", instance_id=instance_id), toast=_("The invitation is sent again."))


@bp.post("/<uuid:instance_id>/withdrawal")
@requires(Perm.SEND)
def withdraw(instance_id: UUID) -> Response:
    """Close the link, or take back a survey that has not left."""
    withdrawing.withdraw(instance_id, version=VersionedForm().version.data, actor=current_actor)
    return see_other(url_for("surveys.show", instance_id=instance_id), toast=_("The survey is withdrawn."))
