"""The same change to the chosen rows of the queue: what will happen is shown, then done, then taken back where wished."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.accounts import queries as accounts
from app.core.bulk.pages import Pages, Words
from app.core.web import current_actor, requires
from app.px_action_center import queries
from app.px_action_center.enums import Severity
from app.px_action_center.policy import Perm
from app.px_action_center.services.bulk import BULK
from app.px_action_center.views import filters_of

bp = Blueprint("action_bulk", __name__, url_prefix="/actions/selected")

PAGES = Pages(
    BULK,
    blueprint="action_bulk",
    queue_endpoint="actions.queue",
    line="actions/_chosen.html",
    words=Words(
        _l("Actions"),
        lambda num: ngettext("%(num)s action", "%(num)s actions", num),
        lambda num: ngettext("%(num)s action was changed.", "%(num)s actions were changed.", num),
        lambda num: ngettext("%(num)s action is as it was before.", "%(num)s actions are as they were before.", num),
    ),
    first=lambda limit: queries.list_page(filters_of(), actor=current_actor, limit=limit).rows,
    people=accounts.options_people_for,
    choices={"severity": {each.value: each.label for each in Severity}},
)


@bp.get("/")
@requires(Perm.ASSIGN)
def preview() -> Response:
    """Say of each chosen action what will happen or why not."""
    return PAGES.preview()


@bp.post("/")
@requires(Perm.ASSIGN)
def change() -> Response:
    """Change them; goes on to what became of each."""
    return PAGES.change()


@bp.get("/done")
@requires(Perm.ASSIGN)
def done() -> Response:
    """Show what became of each, with a way back for two minutes."""
    return PAGES.done()


@bp.post("/undo")
@requires(Perm.ASSIGN)
def undo() -> Response:
    """Take the run back where nobody changed the action since."""
    return PAGES.undo()
