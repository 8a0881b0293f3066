"""The pages of an import: upload, the preview that waits for a yes, and progress that can be left and found again."""

from __future__ import annotations

import csv
import io
from uuid import UUID

from flask import Blueprint, Response, make_response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField

from app.core.resources import imports, queries
from app.core.resources.models import ImportRun, ImportState
from app.core.resources.problems import MESSAGES
from app.core.resources.resource import Resource, resource_at
from app.core.web import Form, current_actor, page, requires, see_other
from app.core.web.forms import UuidField

MOVING = (ImportState.WAITING, ImportState.WRITING)


class UploadForm(Form):
    """A file, and the hospital that its rows are of."""

    hospital_id = UuidField(_l("Hospital"))
    file = FileField(_l("File (CSV or XLSX)"), [FileRequired(_l("Choose a file."))])


class ConfirmForm(Form):
    """The yes."""

    only_good = BooleanField(_l("Leave the wrong rows out and take the good ones"))


def add_import(bp: Blueprint, resource: Resource) -> None:
    """Add the import's routes to the pages of a resource."""
    _uploading(bp, resource)
    _running(bp, resource)


def _uploading(bp: Blueprint, resource: Resource) -> None:
    def shown(form: UploadForm, status: int = 200) -> Response:
        hospitals = resource_at("hospitals")
        return page(
            "core/resources/import.html",
            status=status,
            resource=resource,
            form=form,
            hospitals=queries.options(hospitals, "", actor=current_actor, most=queries.FEW),
            runs=imports.recent(resource, actor=current_actor),
        )

    @bp.get("/import", endpoint="upload")
    @requires(resource.needs.write)
    def upload() -> Response:
        """Ask for the file."""
        return shown(UploadForm())

    @bp.post("/import", endpoint="upload_now")
    @requires(resource.needs.write)
    def upload_now() -> Response:
        """Take the file and check it."""
        form = UploadForm()
        only = current_actor.hospital_ids
        given = form.hospital_id.data or (next(iter(only)) if only is not None and len(only) == 1 else None)
        answer = form.submit(
            lambda: imports.upload(
                resource, form.file.data.stream, name=form.file.data.filename or "", hospital_id=given,
                actor=current_actor,
            )
        )  # fmt: skip
        if not answer.ok:
            return shown(form, answer.status)
        return see_other(url_for(f"{bp.name}.run", run_id=answer.value.id))

    @bp.get("/import/headings.csv", endpoint="headings")
    @requires(resource.needs.write)
    def headings() -> Response:
        """Give an empty file with the right headings."""
        text = io.StringIO()
        csv.writer(text).writerow([str(each.label) for each in resource.fields])
        response = make_response("\ufeff" + text.getvalue())
        response.mimetype = "text/csv"
        response.headers["Content-Disposition"] = f'attachment; filename="{resource.path}.csv"'
        return response


def _running(bp: Blueprint, resource: Resource) -> None:
    def shown(run: ImportRun, form: ConfirmForm, status: int = 200) -> Response:
        return page(
            "core/resources/run.html",
            part="core/resources/_run.html",
            status=status,
            resource=resource,
            run=run,
            form=form,
            state=ImportState(run.state),
            is_moving=run.state in MOVING,
            message=lambda code: MESSAGES.get(code, code),
        )

    @bp.get("/import/<uuid:run_id>", endpoint="run")
    @requires(resource.needs.write)
    def run(run_id: UUID) -> Response:
        """Show the check, or how far the writing is."""
        return shown(imports.find(run_id, resource=resource, actor=current_actor), ConfirmForm())

    @bp.post("/import/<uuid:run_id>", endpoint="confirm")
    @requires(resource.needs.write)
    def confirm(run_id: UUID) -> Response:
        """Write it."""
        form = ConfirmForm()
        answer = form.submit(
            lambda: imports.confirm(run_id, only_good=bool(form.only_good.data), resource=resource, actor=current_actor)
        )
        if not answer.ok:
            return shown(imports.find(run_id, resource=resource, actor=current_actor), form, answer.status)
        return see_other(url_for(f"{bp.name}.run", run_id=run_id), toast=_("The import is on its way."))
