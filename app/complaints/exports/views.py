"""Taking the queue out as a file: what for is asked first where it names patients."""

from __future__ import annotations

from flask import Response, request
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from app.complaints.exports import services as exporting
from app.complaints.policy import Perm
from app.complaints.views import bp, filters_of
from app.core import throttle
from app.core.access.policy import can
from app.core.web import current_actor, page, requires, sheets
from app.core.web.forms import Form, LineField


class ExportForm(Form):
    """What kind of file, and what for."""

    kind = SelectField(_l("Kind of file"), choices=[("xlsx", "Excel (XLSX)"), ("csv", "CSV")], default="xlsx")
    reason = LineField(_l("What is the file for?"), most=200)


@bp.get("/file")
@requires(Perm.READ)
def choose_file() -> Response:
    """Ask what kind of file, and what for."""
    return _choose(ExportForm(formdata=None))


def _choose(form: ExportForm, status: int = 200) -> Response:
    return page(
        "complaints/file.html",
        status=status,
        form=form,
        names_patients=can(current_actor, Perm.IDENTIFY),
        kinds=sheets.KINDS,
        query=request.query_string.decode(),
    )


@bp.post("/file")
@requires(Perm.READ)
def take_file() -> Response:
    """Give exactly what the queue shows with these filters."""
    throttle.hit("export.actor", str(current_actor.id))
    form = ExportForm()
    actor = current_actor._get_current_object()  # type: ignore[attr-defined]
    answer = form.submit(
        lambda: exporting.answer(filters_of(), form.kind.data or "", form.reason.data or "", actor=actor)
    )
    if not answer.ok:
        return _choose(form, answer.status)
    file: Response = answer.value
    return file
