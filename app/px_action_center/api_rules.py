"""The REST door of the rules by which signals open actions."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field
from sqlalchemy import select

from app.core.access.policy import visible
from app.core.api import In, Listing, ListQuery, Out, VersionedIn, documented, listing, page_of
from app.core.api.lists import equals, truth, uuid
from app.core.web import current_actor, requires
from app.px_action_center import rule_queries
from app.px_action_center.enums import Severity, SignalKind
from app.px_action_center.models import ActionRule
from app.px_action_center.policy import Perm
from app.px_action_center.services import ruling
from app.px_action_center.services.ruling import HIGHEST, RuleFacts

bp = APIBlueprint("action_rules_api", __name__, url_prefix="/api/actions/rules")

Score = Annotated[float, Field(ge=0, le=HIGHEST)]
RULES = Listing(
    ordering={"created_at": ActionRule.created_at, "signal_kind": ActionRule.signal_kind, "id": ActionRule.id},
    default="signal_kind",
    filters={
        "hospital_id": equals(ActionRule.hospital_id, uuid),
        "department_id": equals(ActionRule.department_id, uuid),
        "signal_kind": equals(ActionRule.signal_kind),
        "is_active": equals(ActionRule.is_active, truth),
    },
)


class ActionRuleOut(Out):
    """Which signals open an action; `hospital_id` null: the group's. `severity` null: as the signal says."""

    id: UUID
    hospital_id: UUID | None
    signal_kind: str
    at_or_below: float | None
    department_id: UUID | None
    severity: str | None
    is_active: bool
    version: int


class _Fields(In):
    signal_kind: SignalKind
    at_or_below: Score | None = None
    department_id: UUID | None = None
    severity: Severity | None = None
    is_active: bool = True


class ActionRuleIn(_Fields):
    """A new rule."""

    hospital_id: UUID | None = None


class ActionRulePut(VersionedIn, _Fields):
    """The whole of a rule."""


class ActionRulePatch(VersionedIn):
    """A part of a rule; null empties what can be empty."""

    signal_kind: SignalKind = SignalKind.SURVEY_LOW_SCORE
    at_or_below: Score | None = None
    department_id: UUID | None = None
    severity: Severity | None = None
    is_active: bool = True


def _facts(body: ActionRuleIn | ActionRulePut) -> RuleFacts:
    return RuleFacts(**{name: getattr(body, name) for name in RuleFacts.__slots__})


@bp.get("/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(ActionRuleOut))
@documented(bp, "List rules of actions", "GET")
@requires(Perm.RULES_READ)
def list_rules(query_data: ListQuery) -> dict[str, Any]:
    """Give the rules in force for the group and the caller's hospitals."""
    rows = select(ActionRule).where(
        visible(ActionRule, current_actor, Perm.RULES_READ), ActionRule.archived_at.is_(None)
    )
    return listing(rows, RULES, query_data)


@bp.post("/")
@bp.input(ActionRuleIn)
@bp.output(ActionRuleOut, status_code=201)
@documented(bp, "Make a rule of actions", "POST")
@requires(Perm.RULES)
def create(json_data: ActionRuleIn) -> Any:
    """Make a rule of a hospital or of the group; who works in one hospital only makes that hospital's."""
    hospital_id = json_data.hospital_id or current_actor.only_hospital_id
    return ruling.create(hospital_id, _facts(json_data), actor=current_actor)


@bp.get("/<uuid:rule_id>/")
@bp.output(ActionRuleOut)
@documented(bp, "Read a rule of actions", "GET")
@requires(Perm.RULES_READ)
def read(rule_id: UUID) -> Any:
    """Give one rule."""
    return rule_queries.get(rule_id, actor=current_actor)


@bp.put("/<uuid:rule_id>/")
@bp.input(ActionRulePut)
@bp.output(ActionRuleOut)
@documented(bp, "Replace a rule of actions", "PUT")
@requires(Perm.RULES)
def replace_rule(rule_id: UUID, json_data: ActionRulePut) -> Any:
    """Set all of a rule."""
    return ruling.change(rule_id, _facts(json_data), version=json_data.version, actor=current_actor)


@bp.patch("/<uuid:rule_id>/")
@bp.input(ActionRulePatch)
@bp.output(ActionRuleOut)
@documented(bp, "Change a rule of actions", "PATCH")
@requires(Perm.RULES)
def change(rule_id: UUID, json_data: ActionRulePatch) -> Any:
    """Set some of a rule."""
    row = rule_queries.get(rule_id, actor=current_actor)
    given = {name: value for name, value in json_data.model_dump(exclude_unset=True).items() if name != "version"}
    facts = replace(ruling.facts_of(row), **given)
    return ruling.change(rule_id, facts, version=json_data.version, actor=current_actor)


@bp.delete("/<uuid:rule_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive a rule of actions", "DELETE")
@requires(Perm.RULES)
def archive(rule_id: UUID) -> tuple[str, int]:
    """Take a rule out of use for good."""
    row = rule_queries.get(rule_id, actor=current_actor)
    ruling.archive(rule_id, version=row.version, actor=current_actor)
    return "", 204
