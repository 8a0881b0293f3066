"""The REST door of contact rules: quiet hours and the order of channels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from app.core.api import ListQuery, documented, listing, page_of
from app.core.web import current_actor, requires
from app.notifications import schemas as s
from app.notifications import setup_queries
from app.notifications.api_setup import RULES, given
from app.notifications.models import ContactRule
from app.notifications.policy import Perm
from app.notifications.services import contact_rules
from app.notifications.services.contact_rules import RuleFacts

bp = APIBlueprint("contact_rules_api", __name__, url_prefix="/api/notifications/rules")


def _facts(body: s.RuleIn | s.RulePut) -> RuleFacts:
    values = {name: getattr(body, name) for name in RuleFacts.__slots__ if name != "channels"}
    return RuleFacts(**values, channels=tuple(body.channels))


@bp.get("/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(s.RuleOut))
@documented(bp, "List contact rules", "GET")
@requires(Perm.SETUP_READ)
def list_rules(query_data: ListQuery) -> dict[str, Any]:
    """Give the rules of the group and of the caller's hospitals."""
    return listing(setup_queries.rows(ContactRule, actor=current_actor), RULES, query_data)


@bp.post("/")
@bp.input(s.RuleIn)
@bp.output(s.RuleOut, status_code=201)
@documented(bp, "Make a contact rule", "POST")
@requires(Perm.SETUP)
def create(json_data: s.RuleIn) -> Any:
    """Give a hospital or the group its own rule; who works in one hospital only makes that hospital's."""
    hospital_id = json_data.hospital_id or current_actor.only_hospital_id
    return contact_rules.create(hospital_id=hospital_id, facts=_facts(json_data), actor=current_actor)


@bp.get("/<uuid:rule_id>/")
@bp.output(s.RuleOut)
@documented(bp, "Read a contact rule", "GET")
@requires(Perm.SETUP_READ)
def read(rule_id: UUID) -> Any:
    """Give one rule."""
    return setup_queries.get_rule(rule_id, actor=current_actor)


@bp.put("/<uuid:rule_id>/")
@bp.input(s.RulePut)
@bp.output(s.RuleOut)
@documented(bp, "Replace a contact rule", "PUT")
@requires(Perm.SETUP)
def replace_rule(rule_id: UUID, json_data: s.RulePut) -> Any:
    """Set all of a rule."""
    return contact_rules.change(rule_id, _facts(json_data), version=json_data.version, actor=current_actor)


@bp.patch("/<uuid:rule_id>/")
@bp.input(s.RulePatch)
@bp.output(s.RuleOut)
@documented(bp, "Change a contact rule", "PATCH")
@requires(Perm.SETUP)
def change(rule_id: UUID, json_data: s.RulePatch) -> Any:
    """Set some of a rule."""
    row = setup_queries.get_rule(rule_id, actor=current_actor)
    values = given(json_data)
    if "channels" in values:
        values["channels"] = tuple(values["channels"])
    facts = replace(contact_rules.facts_of(row), **values)
    return contact_rules.change(rule_id, facts, version=json_data.version, actor=current_actor)


@bp.delete("/<uuid:rule_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive a contact rule", "DELETE")
@requires(Perm.SETUP)
def archive(rule_id: UUID) -> tuple[str, int]:
    """Take a rule out of use."""
    contact_rules.archive(rule_id, actor=current_actor)
    return "", 204
