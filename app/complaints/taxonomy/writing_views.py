"""Pages of the taxonomy for its keepers: drafts, their classes and mapping, putting one in force, and files."""

from __future__ import annotations

from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.complaints.policy import Perm
from app.complaints.taxonomy import classes, drafts, importing, queries, switching
from app.complaints.taxonomy.fields import BY_NAME
from app.complaints.taxonomy.forms import (
    ClassForm,
    ConfirmForm,
    MappingForm,
    NameForm,
    UploadForm,
    VersionForm,
)
from app.complaints.taxonomy.models import TaxonomyUpload
from app.complaints.taxonomy.views import bp, shown_class, shown_edition, shown_list, shown_map_one, shown_mapping
from app.core.resources.problems import MESSAGES
from app.core.web import current_actor, page, requires, see_other


def _edition(edition_id: UUID) -> str:
    return url_for("taxonomy.show", edition_id=edition_id)


@bp.post("/")
@requires(Perm.TAXONOMY_WRITE)
def start() -> Response:
    """Begin a draft as a copy of the edition in force."""
    form = NameForm()
    answer = form.submit(lambda: drafts.start(form.name.data or "", actor=current_actor))
    if not answer.ok:
        return shown_list(form, answer.status)
    return see_other(_edition(answer.value.id), toast=_("Draft begun."))


@bp.post("/<uuid:edition_id>/name")
@requires(Perm.TAXONOMY_WRITE)
def rename(edition_id: UUID) -> Response:
    """Give a draft another name."""
    form = NameForm()
    answer = form.submit(
        lambda: drafts.rename(edition_id, form.name.data or "", version=form.version.data or 0, actor=current_actor)
    )
    return see_other(_edition(edition_id), toast=_("Saved.")) if answer.ok else shown_edition(edition_id, answer)


@bp.post("/<uuid:edition_id>/discard")
@requires(Perm.TAXONOMY_WRITE)
def discard(edition_id: UUID) -> Response:
    """Give a draft up."""
    form = VersionForm()
    answer = form.submit(lambda: drafts.discard(edition_id, version=form.version.data or 0, actor=current_actor))
    return (
        see_other(url_for("taxonomy.listed"), toast=_("Draft given up."))
        if answer.ok
        else shown_edition(edition_id, answer)
    )


@bp.get("/<uuid:edition_id>/classes/new")
@requires(Perm.TAXONOMY_WRITE)
def new_class(edition_id: UUID) -> Response:
    """Show the form of a new class."""
    return shown_class(edition_id, None, ClassForm())


@bp.post("/<uuid:edition_id>/classes")
@requires(Perm.TAXONOMY_WRITE)
def add_class(edition_id: UUID) -> Response:
    """Add a class to a draft."""
    form = ClassForm()
    answer = form.submit(lambda: classes.add(edition_id, form.facts(), actor=current_actor))
    if not answer.ok:
        return shown_class(edition_id, None, form, answer)
    return see_other(url_for("taxonomy.show", edition_id=edition_id, q=answer.value.code), toast=_("Class added."))


@bp.post("/classes/<uuid:class_id>")
@requires(Perm.TAXONOMY_WRITE)
def save_class(class_id: UUID) -> Response:
    """Change a class of a draft."""
    form = ClassForm()
    answer = form.submit(
        lambda: classes.change(class_id, form.facts(), version=form.version.data or 0, actor=current_actor)
    )
    row = queries.get_class(class_id, actor=current_actor)
    if not answer.ok:
        return shown_class(row.taxonomy_id, row, form, answer)
    return see_other(url_for("taxonomy.show", edition_id=row.taxonomy_id, q=row.code), toast=_("Saved."))


@bp.post("/classes/<uuid:class_id>/retirement")
@requires(Perm.TAXONOMY_WRITE)
def retire(class_id: UUID) -> Response:
    """Take a class of a draft out of use."""
    return _turned(class_id, classes.retire)


@bp.post("/classes/<uuid:class_id>/return")
@requires(Perm.TAXONOMY_WRITE)
def bring_back(class_id: UUID) -> Response:
    """Put a class of a draft back into use."""
    return _turned(class_id, classes.bring_back)


def _turned(class_id: UUID, act: object) -> Response:
    form = VersionForm()
    answer = form.submit(lambda: act(class_id, version=form.version.data or 0, actor=current_actor))  # type: ignore[operator]
    row = queries.get_class(class_id, actor=current_actor)
    if not answer.ok:
        shown = ClassForm(formdata=None, obj=row)
        shown.form_errors = form.form_errors
        return shown_class(row.taxonomy_id, row, shown, answer)
    return see_other(url_for("taxonomy.show_class", class_id=class_id), toast=_("Saved."))


@bp.post("/<uuid:edition_id>/mapping/<uuid:class_id>")
@requires(Perm.TAXONOMY_WRITE)
def save_mapping(edition_id: UUID, class_id: UUID) -> Response:
    """Say what a class becomes."""
    form = MappingForm()
    answer = form.submit(
        lambda: drafts.map_class(
            edition_id, class_id, form.new_class_id.data, version=form.version.data or 0, actor=current_actor
        )
    )
    if not answer.ok:
        return shown_map_one(edition_id, class_id, form, answer)
    return see_other(url_for("taxonomy.mapping", edition_id=edition_id), toast=_("Saved."))


@bp.post("/<uuid:edition_id>/mapping/<uuid:class_id>/removal")
@requires(Perm.TAXONOMY_WRITE)
def remove_mapping(edition_id: UUID, class_id: UUID) -> Response:
    """Take back what was said of a class."""
    form = MappingForm()
    answer = form.submit(
        lambda: drafts.unmap_class(edition_id, class_id, version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return shown_map_one(edition_id, class_id, form, answer)
    return see_other(url_for("taxonomy.mapping", edition_id=edition_id), toast=_("Saved."))


@bp.post("/<uuid:edition_id>/current")
@requires(Perm.TAXONOMY_WRITE)
def make_current(edition_id: UUID) -> Response:
    """Put a draft in force."""
    form = VersionForm()
    answer = form.submit(
        lambda: switching.make_current(edition_id, version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return shown_mapping(edition_id, answer)
    moved = ngettext("%(num)s point moved", "%(num)s points moved", answer.value)
    return see_other(_edition(edition_id), toast=_("In force. %(moved)s.", moved=moved))


@bp.get("/import")
@requires(Perm.TAXONOMY_WRITE)
def ask_file() -> Response:
    """Ask for a file."""
    return _asked(UploadForm())


def _asked(form: UploadForm, status: int = 200) -> Response:
    waiting = importing.waiting(actor=current_actor)
    return page("complaints/taxonomy/import.html", status=status, form=form, waiting=waiting)


@bp.post("/import")
@requires(Perm.TAXONOMY_WRITE)
def upload() -> Response:
    """Read a file and check it."""
    form = UploadForm()
    answer = form.submit(
        lambda: importing.upload(form.file.data.stream, name=form.name.data or "", actor=current_actor)
    )
    if not answer.ok:
        return _asked(form, answer.status)
    return see_other(url_for("taxonomy.show_upload", upload_id=answer.value.id))


@bp.get("/import/<uuid:upload_id>")
@requires(Perm.TAXONOMY_WRITE)
def show_upload(upload_id: UUID) -> Response:
    """Show what a file would write, and what is wrong with it."""
    return _upload(importing.find(upload_id, actor=current_actor), ConfirmForm())


@bp.post("/import/<uuid:upload_id>")
@requires(Perm.TAXONOMY_WRITE)
def confirm(upload_id: UUID) -> Response:
    """Write the draft."""
    form = ConfirmForm()
    answer = form.submit(lambda: importing.confirm(upload_id, only_good=bool(form.only_good.data), actor=current_actor))
    if not answer.ok:
        return _upload(importing.find(upload_id, actor=current_actor), form, answer.status)
    return see_other(_edition(answer.value.id), toast=_("Draft begun."))


def _upload(row: TaxonomyUpload, form: ConfirmForm, status: int = 200) -> Response:
    in_force = drafts.current_edition()
    known = {each.code for each in queries.options_of(in_force.id)} if in_force else set()
    codes = {each["code"] for each in row.rows}
    return page(
        "complaints/taxonomy/upload.html",
        status=status,
        row=row,
        form=form,
        new=len(codes - known),
        kept=len(codes & known),
        gone=len(known - codes),
        fields=BY_NAME,
        message=MESSAGES.get,
    )
