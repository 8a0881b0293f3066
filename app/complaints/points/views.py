"""Pages of points: added, classified, judged and answered."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.complaints import queries
from app.complaints.forms import PersonForm, PointForm, VersionForm, point_values
from app.complaints.models import Complaint, ComplaintPoint
from app.complaints.points import people
from app.complaints.points import services as points
from app.complaints.policy import Perm
from app.core.access.policy import load
from app.core.errors import NotFound
from app.core.web import Answer, current_actor, page, requires, see_other
from app.organizations import queries as organizations

bp = Blueprint("points", __name__)


@bp.get("/complaints/<uuid:complaint_id>/points/new")
@requires(Perm.WORK)
def new_point(complaint_id: UUID) -> Response:
    """Ask what the point is."""
    return _point(complaint_id, None, PointForm(formdata=None))


@bp.post("/complaints/<uuid:complaint_id>/points")
@requires(Perm.WORK)
def add_point(complaint_id: UUID) -> Response:
    """Add a point."""
    form = PointForm()
    answer = form.submit(lambda: points.add(complaint_id, form.facts(), actor=current_actor))
    return _saved(complaint_id, None, answer, _("Point added."))


@bp.get("/complaints/<uuid:complaint_id>/points/<uuid:point_id>")
@requires(Perm.WORK)
def edit_point(complaint_id: UUID, point_id: UUID) -> Response:
    """Show a point to classify, judge and answer it."""
    point = _find(complaint_id, point_id)
    return _point(complaint_id, point, PointForm(formdata=None, data=point_values(point)))


@bp.post("/complaints/<uuid:complaint_id>/points/<uuid:point_id>")
@requires(Perm.WORK)
def save_point(complaint_id: UUID, point_id: UUID) -> Response:
    """Save a point."""
    form = PointForm()
    answer = form.submit(
        lambda: points.change(complaint_id, point_id, form.facts(), version=form.version.data or 0, actor=current_actor)
    )
    return _saved(complaint_id, point_id, answer, _("Point saved."))


@bp.post("/complaints/<uuid:complaint_id>/points/<uuid:point_id>/removal")
@requires(Perm.WORK)
def remove_point(complaint_id: UUID, point_id: UUID) -> Response:
    """Take a point back."""
    form = VersionForm()
    answer = form.submit(
        lambda: points.remove(complaint_id, point_id, version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok and answer.refusal is not None:
        raise answer.refusal
    return see_other(url_for("complaints.show", complaint_id=complaint_id), toast=_("Point removed."))


@bp.get("/complaints/<uuid:complaint_id>/people/options")
@requires(Perm.WORK)
def options(complaint_id: UUID) -> Response:
    """Offer physicians and employees of the complaint's hospital, for the search box."""
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    found = people.offered(complaint.hospital_id, request.args.get("q", ""))
    return page("complaints/_people.html", people=found)


@bp.post("/complaints/<uuid:complaint_id>/points/<uuid:point_id>/people")
@requires(Perm.WORK)
def name_person(complaint_id: UUID, point_id: UUID) -> Response:
    """Name a person on a point."""
    form = PersonForm()
    answer = form.submit(lambda: people.name(complaint_id, point_id, _chosen(form), actor=current_actor))
    if answer.ok:
        return see_other(_address(complaint_id, point_id), toast=_("Person named."))
    point = _find(complaint_id, point_id)
    shown = PointForm(formdata=None, data=point_values(point))
    return _point(complaint_id, point, shown, status=answer.status, naming=form)


@bp.post("/complaints/<uuid:complaint_id>/points/<uuid:point_id>/people/removal")
@requires(Perm.WORK)
def take_person_off(complaint_id: UUID, point_id: UUID) -> Response:
    """Take a person off a point."""
    _find(complaint_id, point_id)
    form = PersonForm()
    answer = form.submit(lambda: people.take_off(complaint_id, point_id, _chosen(form), actor=current_actor))
    if not answer.ok and answer.refusal is not None:
        raise answer.refusal
    return see_other(_address(complaint_id, point_id), toast=_("Person taken off."))


def _chosen(form: PersonForm) -> UUID:
    return cast(UUID, form.person_id.data)


def _address(complaint_id: UUID, point_id: UUID) -> str:
    return url_for("points.edit_point", complaint_id=complaint_id, point_id=point_id) + "#people"


def _find(complaint_id: UUID, point_id: UUID) -> ComplaintPoint:
    load(Complaint, complaint_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    complaint = queries.get_whole(complaint_id, actor=current_actor).complaint
    point = next((each for each in complaint.points if each.id == point_id), None)
    if point is None:
        raise NotFound()
    return point


def _saved(complaint_id: UUID, point_id: UUID | None, answer: Answer, toast: str) -> Response:
    if answer.ok:
        return see_other(url_for("complaints.show", complaint_id=complaint_id) + "#points", toast=toast)
    point = _find(complaint_id, point_id) if point_id else None
    return _point(complaint_id, point, answer.form, status=answer.status)


def _point(
    complaint_id: UUID,
    point: ComplaintPoint | None,
    form: PointForm,
    *,
    status: int = 200,
    naming: PersonForm | None = None,
) -> Response:
    complaint = load(Complaint, complaint_id, actor=current_actor, needs=Perm.WORK, sees=Perm.READ)
    return page(
        "complaints/point.html",
        status=status,
        complaint=complaint,
        point=point,
        form=form,
        naming=naming or PersonForm(formdata=None),
        classes=queries.options_classes(),
        departments=organizations.options_departments(actor=current_actor),
    )
