"""Handing over the selected rows of the queue: what will change is shown, then done, each row with its own verdict."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts import queries as accounts
from app.core.errors import Invalid
from app.core.web import current_actor, page, requires, see_other
from app.core.web.chosen import read_ids, read_versions
from app.px_action_center.forms import HandOverForm
from app.px_action_center.policy import Perm
from app.px_action_center.services import bulk

bp = Blueprint("action_bulk", __name__, url_prefix="/actions/selected")


@bp.get("/")
@requires(Perm.ASSIGN)
def preview() -> Response:
    """Show which of the selected actions may be handed over, and to whom."""
    chosen = read_ids(request.args.getlist("ids"), bulk.MOST)
    if not chosen:
        return see_other(url_for("actions.queue"), toast=_("Select some rows first."))
    return _preview(chosen, HandOverForm())


def _preview(chosen: list[UUID], form: HandOverForm, status: int = 200) -> Response:
    verdicts = bulk.preview(chosen, actor=current_actor)
    return page(
        "actions/selected.html",
        status=status,
        verdicts=verdicts,
        people=accounts.options_people_for(verdicts),
        form=form,
    )


@bp.post("/")
@requires(Perm.ASSIGN)
def hand_over() -> Response:
    """Hand them over; says how many went and how many did not."""
    form = HandOverForm()
    versions = read_versions(request.form.getlist("ids"), bulk.MOST)
    if not form.validate_on_submit() or form.assignee.data is None:
        return _preview(list(versions), form, Invalid().status)
    done = bulk.hand_over(versions, to=form.assignee.data, actor=current_actor)
    count = sum(not each.refusal for each in done)
    said = ngettext("%(num)s action was handed over.", "%(num)s actions were handed over.", count)
    if count < len(versions):
        left = len(versions) - count
        said += " " + ngettext("%(num)s was left as it is.", "%(num)s were left as they are.", left)
    return see_other(url_for("actions.queue"), toast=said)
