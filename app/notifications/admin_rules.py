"""Pages of administrators: quiet hours and the order of channels, of the group and of each hospital."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.core.access.policy import can_reach_hospital
from app.core.errors import NotFound
from app.core.events import timeline
from app.core.web import Answer, current_actor, page, requires, see_other
from app.notifications import setup_queries
from app.notifications.enums import Channel
from app.notifications.forms import RuleForm, VersionForm, rule_values
from app.notifications.models import ContactRule
from app.notifications.policy import Perm
from app.notifications.services import contact_rules
from app.organizations import queries as organizations

bp = Blueprint("contact_rules", __name__, url_prefix="/admin/contact-rules")


@bp.get("/")
@requires(Perm.SETUP_READ)
def listed() -> Response:
    """List the group's rule and those of the reader's hospitals."""
    rules = setup_queries.rules_by_hospital(actor=current_actor)
    places = [None, *organizations.options_hospitals(actor=current_actor)]
    return page(
        "messages_pages/admin/rules.html",
        rows=[(place, rules.get(place.id if place else None)) for place in places],
        channels=Channel,
        may_write_group=can_reach_hospital(current_actor, Perm.SETUP, None),
    )


@bp.get("/new")
@requires(Perm.SETUP)
def new() -> Response:
    """Show the form of a hospital's own rule, which begins with the group's."""
    rules = setup_queries.rules_by_hospital(actor=current_actor)
    values = {**rule_values(rules.get(None)), "version": None}
    return _show(None, RuleForm(formdata=None, data=values))


@bp.post("/new")
@requires(Perm.SETUP)
def create() -> Response:
    """Give a hospital its own rule."""
    form = RuleForm()
    place = _place()
    answer = form.submit(lambda: contact_rules.create(hospital_id=place, facts=form.facts(), actor=current_actor))
    return _done(answer) if answer.ok else _show(None, form, answer)


@bp.get("/<uuid:rule_id>")
@requires(Perm.SETUP_READ)
def show(rule_id: UUID) -> Response:
    """Show one rule."""
    row = setup_queries.get_rule(rule_id, actor=current_actor)
    return _show(row, RuleForm(formdata=None, data=rule_values(row)))


@bp.post("/<uuid:rule_id>")
@requires(Perm.SETUP)
def save(rule_id: UUID) -> Response:
    """Change a rule."""
    form = RuleForm()
    answer = form.submit(
        lambda: contact_rules.change(rule_id, form.facts(), version=form.version.data or 0, actor=current_actor)
    )
    if answer.ok:
        return _done(answer)
    row = setup_queries.get_rule(rule_id, actor=current_actor)
    return _show(row, form, answer)


@bp.post("/<uuid:rule_id>/archive")
@requires(Perm.SETUP)
def archive(rule_id: UUID) -> Response:
    """Go back to the group's rule."""
    contact_rules.archive(rule_id, version=VersionForm().version.data, actor=current_actor)
    return see_other(url_for("contact_rules.listed"), toast=_("The rule was taken out of use."))


def _done(_answer: Answer) -> Response:
    return see_other(url_for("contact_rules.listed"), toast=_("Rule saved."))


def _place() -> UUID | None:
    text = request.values.get("hospital_id", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound() from None


def _show(row: ContactRule | None, form: RuleForm, answer: Answer | None = None) -> Response:
    place = row.hospital_id if row is not None else _place()
    return page(
        "messages_pages/admin/rule.html",
        status=answer.status if answer else 200,
        row=row,
        form=form,
        answer=answer,
        hospital_id=place,
        place=setup_queries.hospital(place),
        may_write=can_reach_hospital(current_actor, Perm.SETUP, place) and (row is None or row.archived_at is None),
        entries=timeline.of_subject(row.id, actor=current_actor)[:12] if row is not None else [],
    )
