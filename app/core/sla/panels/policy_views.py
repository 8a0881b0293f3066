"""The control panel of SLA rules under /admin/sla/."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.core.access.policy import can, can_on, can_reach_hospital
from app.core.events import timeline
from app.core.sla import policy_changes as changes
from app.core.sla.explain import rule_words
from app.core.sla.kinds import KINDS
from app.core.sla.models import SlaPolicy
from app.core.sla.panels.calendar_forms import ProposalForm
from app.core.sla.panels.policy_forms import NewPolicyForm, PolicyForm, lines_of, typed_lines, values_of
from app.core.sla.panels.proposals import propose
from app.core.sla.policy import Perm
from app.core.sla.policy_changes import PERSON, RUNG_ROLES
from app.core.sla.words import RUNGS, filter_words, people_of, rung_label
from app.core.web import Answer, current_actor, names, page, requires

bp = Blueprint("sla_policies", __name__, url_prefix="/admin/sla")


@bp.get("/")
@requires(Perm.POLICY_READ)
def listed() -> Response:
    """List the rules by deadline."""
    wanted = request.args.get("clock", "")
    rows = changes.listed(actor=current_actor, clock_kind=wanted)
    people = names.of("user", _people_in(rows))
    return page(
        "core/sla/list.html",
        rows=[(row, _rule(row), _ladder(row, people)) for row in rows],
        kinds=list(KINDS.values()),
        wanted=wanted,
        hospitals=names.of("hospital", [row.hospital_id for row in rows]),
        may_write=can(current_actor, Perm.POLICY_WRITE),
    )


@bp.get("/new")
@requires(Perm.POLICY_WRITE)
def new() -> Response:
    """Show the form of a new rule."""
    return _new(NewPolicyForm(clock=request.args.get("clock") or None))


@bp.post("/")
@requires(Perm.POLICY_WRITE)
def create() -> Response:
    """Make a rule; shows first which open clocks it moves."""
    form = NewPolicyForm()
    hospital_id = form.hospital_id.data

    def facts() -> Any:
        return form.facts(form.clock.data)

    return propose(
        form,
        preview=lambda: changes.preview_create(hospital_id, facts(), actor=current_actor),
        save=lambda: changes.create(hospital_id=hospital_id, facts=facts(), actor=current_actor),
        back=lambda row: _address(row.id),
        toast=_("Rule made."),
        refused=lambda answer: _new(form, answer),
    )


@bp.get("/<uuid:policy_id>")
@requires(Perm.POLICY_READ)
def show(policy_id: UUID) -> Response:
    """Show a rule."""
    return _show(changes.get(policy_id, actor=current_actor))


@bp.post("/<uuid:policy_id>")
@requires(Perm.POLICY_WRITE)
def save(policy_id: UUID) -> Response:
    """Save a rule; shows first which open clocks move."""
    form = PolicyForm()
    row = changes.get(policy_id, actor=current_actor)
    kind, given = row.clock, _given(form)
    return propose(
        form,
        preview=lambda: changes.preview_change(policy_id, form.facts(kind), **given),
        save=lambda: changes.change(policy_id, form.facts(kind), **given),
        back=_address(policy_id),
        toast=_("Rule saved."),
        refused=lambda answer: _show(changes.get(policy_id, actor=current_actor), form, answer),
    )


@bp.post("/<uuid:policy_id>/archive")
@requires(Perm.POLICY_WRITE)
def archive(policy_id: UUID) -> Response:
    """Take a rule out of use; shows first which open clocks move."""
    form = ProposalForm()
    given = _given(form)
    return propose(
        form,
        preview=lambda: changes.preview_archive(policy_id, **given),
        save=lambda: changes.archive(policy_id, **given),
        back=url_for("sla_policies.listed"),
        toast=_("Rule archived."),
        refused=lambda answer: _show(changes.get(policy_id, actor=current_actor), None, answer),
    )


def _given(form: Any) -> dict[str, Any]:
    return {"version": form.version.data or 0, "actor": current_actor}


def _address(policy_id: UUID) -> str:
    return url_for("sla_policies.show", policy_id=policy_id)


def _rule(row: SlaPolicy) -> str:
    return rule_words(row, KINDS.get(row.clock))


def _people_in(rows: list[SlaPolicy]) -> list[UUID]:
    return people_of(str(rung["to"]) for row in rows for rung in row.ladder)


def _ladder(row: SlaPolicy, people: Any) -> list[tuple[str, str]]:
    """Give each level's words: who is told, and of which cases only."""
    kind = KINDS.get(row.clock)
    return [(rung_label(str(rung["to"]), people), filter_words(rung, kind)) for rung in row.ladder]


def _targets(row: SlaPolicy | None) -> list[tuple[str, Any]]:
    """Give whom a rung may name: roles, the people of the actor's hospitals, and who is named already."""
    people = dict(names.options("user", current_actor))
    if row is not None:
        people |= names.of("user", _people_in([row]))
    roles: list[tuple[str, Any]] = [(str(role), RUNGS[role]) for role in RUNG_ROLES]
    return [*roles, *((f"{PERSON}{user_id}", name) for user_id, name in people.items())]


def _new(form: NewPolicyForm, answer: Answer | None = None) -> Response:
    return page(
        "core/sla/new.html",
        form=form,
        hospitals=names.options("hospital", current_actor),
        may_write_group=can_reach_hospital(current_actor, Perm.POLICY_WRITE, None),
        kind=KINDS.get(form.clock.data) or next(iter(KINDS.values()), None),
        lines=typed_lines() if answer else lines_of(None),
        targets=_targets(None),
        status=answer.status if answer else 200,
    )


def _show(row: SlaPolicy, form: Any = None, answer: Answer | None = None) -> Response:
    return page(
        "core/sla/show.html",
        policy=row,
        rule=_rule(row),
        kind=KINDS.get(row.clock),
        form=form or PolicyForm(formdata=None, data=values_of(row)),
        lines=typed_lines() if form is not None else lines_of(row),
        targets=_targets(row),
        answer=answer,
        hospital=names.of("hospital", [row.hospital_id]).get(row.hospital_id) if row.hospital_id else None,
        may_write=can_on(current_actor, Perm.POLICY_WRITE, row) and row.archived_at is None,
        entries=timeline.of_subject(row.id, actor=current_actor)[:20],
        status=answer.status if answer else 200,
    )
