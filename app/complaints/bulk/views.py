"""The same change to the chosen rows of the queue: what will happen is shown, then done, then taken back where wished."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.accounts import queries as accounts
from app.complaints import queue
from app.complaints.bulk.services import BULK
from app.complaints.forms import SEVERITIES
from app.complaints.policy import Perm
from app.complaints.queue_views import filters_of
from app.core.bulk.pages import Pages, Words
from app.core.web import current_actor, requires

bp = Blueprint("complaint_bulk", __name__, url_prefix="/complaints/selected")

PAGES = Pages(
    BULK,
    blueprint="complaint_bulk",
    queue_endpoint="complaints.queue",
    line="complaints/_chosen.html",
    words=Words(
        _l("Complaints"),
        lambda num: ngettext("%(num)s complaint", "%(num)s complaints", num),
        lambda num: ngettext("%(num)s complaint was changed.", "%(num)s complaints were changed.", num),
        lambda num: ngettext(
            "%(num)s complaint is as it was before.", "%(num)s complaints are as they were before.", num
        ),
    ),
    first=lambda limit: queue.list_page(filters_of(), actor=current_actor, limit=limit).rows,
    people=accounts.options_people_for,
    choices={"severity": SEVERITIES},
)


@bp.get("/")
@requires(Perm.WORK)
def preview() -> Response:
    """Say of each chosen complaint what will happen or why not."""
    return PAGES.preview()


@bp.post("/")
@requires(Perm.WORK)
def change() -> Response:
    """Change them; goes on to what became of each."""
    return PAGES.change()


@bp.get("/done")
@requires(Perm.WORK)
def done() -> Response:
    """Show what became of each, with a way back for two minutes."""
    return PAGES.done()


@bp.post("/undo")
@requires(Perm.WORK)
def undo() -> Response:
    """Take the run back where nobody changed the complaint since."""
    return PAGES.undo()
