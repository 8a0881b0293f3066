"""Pages of saved views: keep the filters of a queue, and put one's views in order."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.core.access.policy import can
from app.core.errors import NotFound
from app.core.saved_views import columns, keeping, queries
from app.core.saved_views.forms import NewViewForm, VersionForm, ViewForm
from app.core.saved_views.places import Place, Reader, address, of_address
from app.core.saved_views.policy import Perm
from app.core.web import Answer, current_actor, page, see_other, signed_in

bp = Blueprint("saved_views", __name__, url_prefix="/views")


@bp.get("/")
@signed_in
def listed() -> Response:
    """Show the views of all queues: one's own, and those of the hospital."""
    return _listed()


def _listed(answer: Answer | None = None, view_id: UUID | None = None) -> Response:
    views = queries.list_views(actor=current_actor)
    forms = {
        view.id: answer.form
        if answer and view.id == view_id
        else ViewForm(formdata=None, data={name: getattr(view, name) for name in ("name", "is_shared", "position")})
        for view in views
        if view.may_change
    }
    return page(
        "core/saved_views/list.html",
        status=answer.status if answer else 200,
        views=views,
        forms=forms,
        answer=answer,
        may_share=can(current_actor, Perm.SHARE),
    )


@bp.get("/new")
@signed_in
def new() -> Response:
    """Ask under which name the filters of a queue's address are kept; without a queue, lead to the list."""
    code = request.args.get("place", "")
    if not code:
        return see_other(url_for("saved_views.listed"))
    place = keeping.place_of(code, current_actor)
    return _new(place, of_address(place, request.args), NewViewForm(formdata=None))


def _new(place: Place, given: dict[str, str], form: NewViewForm, status: int = 200) -> Response:
    reading = Reader(current_actor).read(place, given)
    return page(
        "core/saved_views/new.html",
        status=status,
        place=place,
        reading=reading,
        form=form,
        query=address(place, reading.filters).partition("?")[2],
        back=address(place, reading.filters),
        may_share=can(current_actor, Perm.SHARE),
    )


@bp.post("/")
@signed_in
def create() -> Response:
    """Keep the filters."""
    form = NewViewForm()
    place = keeping.place_of(form.place.data or "", current_actor)
    given = of_address(place, dict(parse_qsl((form.query.data or "")[:2000])))
    answer = form.submit(lambda: keeping.keep(place.code, form.facts(), given, actor=current_actor))
    if not answer.ok:
        return _new(place, given, form, answer.status)
    return see_other(address(place, answer.value.filters, view=answer.value.id), toast=_("The view was kept."))


@bp.post("/columns/<string(maxlength=20):place>")
@signed_in
def choose_columns(place: str) -> Response:
    """Keep which columns a queue shows, or let it show the usual ones again, and go back to it as it stood."""
    found = keeping.place_of(place, current_actor)
    chosen = None if "usual" in request.form else request.form.getlist("columns")
    columns.choose(found, chosen, actor=current_actor)
    given = dict(parse_qsl(request.form.get("query", "")[:2000]))
    kept = {name: value for name, value in of_address(found, given).items() if name != columns.NAME}
    return see_other(address(found, kept, q=given.get("q")))


@bp.post("/<uuid:view_id>")
@signed_in
def save(view_id: UUID) -> Response:
    """Rename a view, share it, or give it another place."""
    if not queries.get(view_id, actor=current_actor).may_change:
        raise NotFound()
    form = ViewForm()
    answer = form.submit(
        lambda: keeping.change(view_id, form.facts(), version=form.version.data or 0, actor=current_actor)
    )
    return _listed(answer, view_id) if not answer.ok else _back(_("Saved."))


@bp.post("/<uuid:view_id>/removal")
@signed_in
def remove(view_id: UUID) -> Response:
    """Remove a view."""
    keeping.remove(view_id, version=VersionForm().version.data, actor=current_actor)
    return _back(_("The view was removed."))


@bp.post("/<uuid:view_id>/start")
@signed_in
def start(view_id: UUID) -> Response:
    """Let its queue open with this view."""
    keeping.start_with(view_id, actor=current_actor)
    return _back(_("The queue opens with this view from now on."))


@bp.post("/<uuid:view_id>/plain-start")
@signed_in
def plain_start(view_id: UUID) -> Response:
    """Let its queue open plainly again."""
    keeping.start_plainly(view_id, actor=current_actor)
    return _back(_("The queue opens with all that is open again."))


def _back(toast: Any) -> Response:
    return see_other(url_for("saved_views.listed"), toast=toast)
