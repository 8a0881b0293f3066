"""Pages of administrators: which signals open an action, and how grave it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from app.core.access.policy import can, can_on, can_reach_hospital
from app.core.events import timeline
from app.core.web import current_actor, page, requires, see_other
from app.organizations import queries as organizations
from app.px_action_center import rule_queries
from app.px_action_center.forms import NewRuleForm, RuleForm, VersionForm, rule_values
from app.px_action_center.models import ActionRule
from app.px_action_center.policy import Perm
from app.px_action_center.services import ruling

bp = Blueprint("action_rules", __name__, url_prefix="/admin/action-rules")


@bp.get("/")
@requires(Perm.RULES_READ)
def listed() -> Response:
    """List the rules of the group and of the reader's hospitals, the nearest to the patient first."""
    return page(
        "actions/rules/list.html",
        rows=rule_queries.listed(actor=current_actor),
        may_write=can(current_actor, Perm.RULES),
    )


@bp.get("/new")
@requires(Perm.RULES)
def new() -> Response:
    """Show the form of a new rule."""
    return _page(None, NewRuleForm())


@bp.post("/")
@requires(Perm.RULES)
def create() -> Response:
    """Make a rule."""
    form = NewRuleForm()
    answer = form.submit(lambda: ruling.create(form.hospital_id.data, form.facts(), actor=current_actor))
    if not answer.ok:
        return _page(None, form, answer.status)
    return see_other(url_for("action_rules.listed"), toast=_("Rule made."))


@bp.get("/<uuid:rule_id>")
@requires(Perm.RULES_READ)
def show(rule_id: UUID) -> Response:
    """Show one rule with its history."""
    rule = rule_queries.get(rule_id, actor=current_actor)
    return _page(rule, RuleForm(data=rule_values(rule)))


@bp.post("/<uuid:rule_id>")
@requires(Perm.RULES)
def save(rule_id: UUID) -> Response:
    """Change a rule."""
    form = RuleForm()
    answer = form.submit(
        lambda: ruling.change(rule_id, form.facts(), version=form.version.data or 0, actor=current_actor)
    )
    if not answer.ok:
        return _page(rule_queries.get(rule_id, actor=current_actor), form, answer.status)
    return see_other(url_for("action_rules.listed"), toast=_("Rule saved."))


@bp.post("/<uuid:rule_id>/archive")
@requires(Perm.RULES)
def archive(rule_id: UUID) -> Response:
    """Take a rule out of use."""
    ruling.archive(rule_id, version=VersionForm().version.data or 0, actor=current_actor)
    return see_other(url_for("action_rules.listed"), toast=_("Rule archived."))


def _page(rule: ActionRule | None, form: Any, status: int = 200) -> Response:
    return page(
        "actions/rules/show.html",
        status=status,
        rule=rule,
        form=form,
        hospitals=organizations.options_hospitals(actor=current_actor),
        departments=organizations.options_departments(actor=current_actor),
        may_write=rule is None or (can_on(current_actor, Perm.RULES, rule) and rule.archived_at is None),
        may_write_group=can_reach_hospital(current_actor, Perm.RULES, None),
        entries=timeline.of_subject(rule.id, actor=current_actor) if rule else [],
    )
