"""The same change to the chosen rows of the queue: what will happen is shown, then done, then taken back where wished."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.accounts import queries as accounts
from app.complaints.inquiries import queries
from app.complaints.inquiries.bulk import BULK
from app.complaints.inquiries.enums import CANCEL_REASONS
from app.complaints.inquiries.views import filters_of
from app.complaints.policy import Perm
from app.core.bulk.pages import BulkForm, Pages, Words
from app.core.web import current_actor, requires
from app.core.web.forms import LineField

bp = Blueprint("inquiry_bulk", __name__, url_prefix="/inquiries/selected")


class InquiriesForm(BulkForm):
    """What to change the chosen inquiries to."""

    cancel_reason = LineField(_l("Why it is cancelled"), most=20)


PAGES = Pages(
    BULK,
    blueprint="inquiry_bulk",
    queue_endpoint="inquiries.queue",
    line="inquiries/_chosen.html",
    words=Words(
        _l("Inquiries"),
        lambda num: ngettext("%(num)s inquiry", "%(num)s inquiries", num),
        lambda num: ngettext("%(num)s inquiry was changed.", "%(num)s inquiries were changed.", num),
        lambda num: ngettext("%(num)s inquiry is as it was before.", "%(num)s inquiries are as they were before.", num),
    ),
    first=lambda limit: queries.list_page(filters_of(), actor=current_actor, limit=limit).rows,
    people=accounts.options_people_for,
    choices={"cancel_reason": CANCEL_REASONS},
    form=InquiriesForm,
)


@bp.get("/")
@requires(Perm.INQUIRY_WORK)
def preview() -> Response:
    """Say of each chosen inquiry what will happen or why not."""
    return PAGES.preview()


@bp.post("/")
@requires(Perm.INQUIRY_WORK)
def change() -> Response:
    """Change them; goes on to what became of each."""
    return PAGES.change()


@bp.get("/done")
@requires(Perm.INQUIRY_WORK)
def done() -> Response:
    """Show what became of each, with a way back for two minutes."""
    return PAGES.done()


@bp.post("/undo")
@requires(Perm.INQUIRY_WORK)
def undo() -> Response:
    """Take the run back where nobody changed the inquiry since."""
    return PAGES.undo()
