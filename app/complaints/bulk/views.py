"""The same change to the chosen rows of the queue: what will happen is shown, then done, then taken back where wished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.accounts import queries as accounts
from app.complaints import queries
from app.complaints.bulk import services as bulk
from app.complaints.forms import SEVERITIES
from app.complaints.policy import Perm
from app.complaints.queries import Row
from app.complaints.views import filters_of
from app.core.errors import Invalid
from app.core.web import chosen, current_actor, page, requires, see_other
from app.core.web.chosen import read_ids, read_versions
from app.core.web.forms import Form, LineField

bp = Blueprint("complaint_bulk", __name__, url_prefix="/complaints/selected")


class BulkForm(Form):
    """What to change the chosen complaints to."""

    assignee_id = LineField(_l("Owner"), most=40)
    severity = LineField(_l("Severity"), most=20)


@bp.get("/")
@requires(Perm.WORK)
def preview() -> Response:
    """Say of each chosen complaint what will happen or why not."""
    rows = _chosen()
    verb = request.args.get("verb", "")
    if not rows or verb not in bulk.DEEDS:
        return see_other(url_for("complaints.queue"), toast=_("Select some rows first."))
    return _preview(verb, rows, BulkForm(formdata=None))


def _chosen() -> list[Row]:
    """The ticked rows, or the first of all that the filters find."""
    if request.args.get("all"):
        return queries.list_page(filters_of(), actor=current_actor, limit=bulk.MOST).rows
    return queries.list_chosen(read_ids(request.args.getlist("ids"), bulk.MOST), actor=current_actor)


def _preview(verb: str, rows: Sequence[Row], form: BulkForm, status: int = 200) -> Response:
    verdicts = bulk.preview(verb, rows, actor=current_actor)
    return page(
        "complaints/selected.html",
        status=status,
        verb=verb,
        deed=bulk.DEEDS[verb],
        lines=list(zip(rows, verdicts, strict=True)),
        refusals=bulk.REFUSALS,
        people=accounts.options_people_for(verdicts) if verb == "assign" else [],
        severities=SEVERITIES,
        form=form,
    )


@bp.post("/")
@requires(Perm.WORK)
def change() -> Response:
    """Change them; goes on to what became of each."""
    form, verb = BulkForm(), request.form.get("verb", "")
    versions = read_versions(request.form.getlist("ids"), bulk.MOST)
    if verb not in bulk.DEEDS:
        raise Invalid(verb=_("Choose one of the listed codes."))
    value = str(form[bulk.DEEDS[verb].value].data or "") if bulk.DEEDS[verb].value else ""
    answer = form.submit(lambda: bulk.run(verb, versions, value, actor=current_actor))
    if not answer.ok:
        return _preview(verb, queries.list_chosen(list(versions), actor=current_actor), form, answer.status)
    token, outcomes = answer.value
    if not token:
        count = sum(not each.refusal for each in outcomes)
        return see_other(url_for("complaints.queue"), toast=_changed(count))
    return see_other(url_for("complaint_bulk.done", of=token))


def _changed(count: int) -> str:
    return str(ngettext("%(num)s complaint was changed.", "%(num)s complaints were changed.", count))


@bp.get("/done")
@requires(Perm.WORK)
def done() -> Response:
    """Show what became of each, with a way back for two minutes."""
    found = chosen.recall(bulk.PLACE, request.args.get("of", ""), actor=current_actor)
    if found is None:
        return see_other(url_for("complaints.queue"))
    rows = queries.list_chosen([UUID(each.id) for each in found.outcomes], actor=current_actor)
    by_id: dict[str, Any] = {str(row.complaint.id): row for row in rows}
    return page(
        "complaints/selected_done.html",
        done=found,
        said=_changed(len(found.changed)),
        rows=by_id,
        refusals=bulk.REFUSALS,
        token=request.args.get("of", ""),
    )


@bp.post("/undo")
@requires(Perm.WORK)
def undo() -> Response:
    """Take the run back where nobody changed the complaint since."""
    outcomes = bulk.undo(request.form.get("of", ""), actor=current_actor)
    if outcomes is None:
        return see_other(url_for("complaints.queue"), toast=_("It is too late to take this back."))
    count = sum(not each.refusal for each in outcomes)
    said = ngettext("%(num)s complaint is as it was before.", "%(num)s complaints are as they were before.", count)
    if count < len(outcomes):
        left = len(outcomes) - count
        said += " " + ngettext(
            "%(num)s was changed by somebody since and stays.", "%(num)s were changed by somebody since and stay.", left
        )
    return see_other(url_for("complaints.queue"), toast=said)
