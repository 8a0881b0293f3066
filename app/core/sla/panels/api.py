"""The REST door of working calendars and SLA rules. Changes count open clocks again; `preview` says beforehand which move."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.core.access.policy import visible
from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, truth, uuid
from app.core.errors import Invalid
from app.core.sla import calendar_changes, policy_changes
from app.core.sla.calendar_changes import CalendarFacts
from app.core.sla.models import SlaPolicy, WorkingCalendar
from app.core.sla.panels.schemas import (
    CalendarIn,
    CalendarOut,
    CalendarPatch,
    CalendarPut,
    Definition,
    MovesOut,
    PolicyBody,
    PolicyIn,
    PolicyOut,
    PolicyPut,
    PreviewIn,
    RungBody,
)
from app.core.sla.policy import Perm
from app.core.sla.policy_changes import PolicyFacts, Rung
from app.core.time import calendar as working
from app.core.web import current_actor, requires

bp = APIBlueprint("sla_api", __name__, url_prefix="/api/sla")

CALENDARS = Listing(
    ordering={"name_en": WorkingCalendar.name_en, "created_at": WorkingCalendar.created_at, "id": WorkingCalendar.id},
    default="name_en",
    filters={
        "hospital_id": equals(WorkingCalendar.hospital_id, uuid),
        "is_default": equals(WorkingCalendar.is_default, truth),
    },
)
POLICIES = Listing(
    ordering={"clock": SlaPolicy.clock, "target_minutes": SlaPolicy.target_minutes, "id": SlaPolicy.id},
    default="clock",
    filters={
        "clock": equals(SlaPolicy.clock),
        "hospital_id": equals(SlaPolicy.hospital_id, uuid),
        "severity": equals(SlaPolicy.severity),
        "source": equals(SlaPolicy.source),
    },
)


def edit_of(definition: Definition) -> calendar_changes.Edit:
    """Give the edit that replaces a calendar's hours whole. Raises Invalid when they are none."""
    try:
        fresh = working.from_dict(definition.as_json())
    except ValueError as problem:
        raise Invalid(definition=_l("These are no opening times.")) from problem
    if not fresh.is_always_open and not any(fresh.week.values()):
        raise Invalid(definition=_l("Give at least one opening time in the week, or choose around the clock."))
    return lambda _calendar: fresh


@bp.get("/calendars/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(CalendarOut))
@documented(bp, "List working calendars", "GET")
@requires(Perm.CALENDAR_READ)
def list_calendars(query_data: ListQuery) -> dict[str, Any]:
    """Give the calendars of the caller's hospitals and of the group."""
    query = select(WorkingCalendar).where(
        visible(WorkingCalendar, current_actor, Perm.CALENDAR_READ), WorkingCalendar.archived_at.is_(None)
    )
    return listing(query, CALENDARS, query_data)


@bp.post("/calendars/")
@bp.input(CalendarIn)
@bp.output(CalendarOut, status_code=201)
@documented(bp, "Make a working calendar", "POST")
@requires(Perm.CALENDAR_WRITE)
def create_calendar(json_data: CalendarIn) -> Any:
    """Make a calendar; without a definition it copies the one that holds so far."""
    facts = CalendarFacts(json_data.name_en, json_data.name_ar, json_data.is_default)
    edit = edit_of(json_data.definition) if json_data.definition else None
    return calendar_changes.create(hospital_id=json_data.hospital_id, facts=facts, edit=edit, actor=current_actor)


@bp.get("/calendars/<uuid:calendar_id>/")
@bp.output(CalendarOut)
@documented(bp, "Read a working calendar", "GET")
@requires(Perm.CALENDAR_READ)
def read_calendar(calendar_id: UUID) -> Any:
    """Give one calendar."""
    return calendar_changes.get(calendar_id, actor=current_actor)


@bp.put("/calendars/<uuid:calendar_id>/")
@bp.input(CalendarPut)
@bp.output(CalendarOut)
@documented(bp, "Replace a working calendar", "PUT")
@requires(Perm.CALENDAR_WRITE)
def replace_calendar(calendar_id: UUID, json_data: CalendarPut) -> Any:
    """Save a calendar whole; open clocks are counted again."""
    facts = CalendarFacts(json_data.name_en, json_data.name_ar, json_data.is_default)
    return calendar_changes.replace_all(
        calendar_id, facts, edit_of(json_data.definition), version=json_data.version, actor=current_actor
    )


@bp.patch("/calendars/<uuid:calendar_id>/")
@bp.input(CalendarPatch)
@bp.output(CalendarOut)
@documented(bp, "Change a part of a working calendar", "PATCH")
@requires(Perm.CALENDAR_WRITE)
def change_calendar(calendar_id: UUID, json_data: CalendarPatch) -> Any:
    """Save what is given; open clocks are counted again."""
    row = calendar_changes.get(calendar_id, actor=current_actor)
    facts = CalendarFacts(
        json_data.name_en or row.name_en,
        json_data.name_ar or row.name_ar,
        row.is_default if json_data.is_default is None else json_data.is_default,
    )
    edit = edit_of(json_data.definition) if json_data.definition else None
    return calendar_changes.replace_all(calendar_id, facts, edit, version=json_data.version, actor=current_actor)


@bp.delete("/calendars/<uuid:calendar_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive a working calendar", "DELETE")
@requires(Perm.CALENDAR_WRITE)
def archive_calendar(calendar_id: UUID) -> Response:
    """Take a calendar out of use; a default is refused."""
    calendar_changes.archive(calendar_id, version=None, actor=current_actor)
    return Response(status=204)


@bp.post("/calendars/<uuid:calendar_id>/preview/")
@bp.input(PreviewIn)
@bp.output(MovesOut)
@documented(bp, "Say which open clocks a calendar would move", "POST")
@requires(Perm.CALENDAR_WRITE)
def preview_calendar(calendar_id: UUID, json_data: PreviewIn) -> Any:
    """Try a definition: nothing is saved."""
    edit = edit_of(json_data.definition)
    return calendar_changes.preview_edit(calendar_id, edit, version=json_data.version, actor=current_actor)


CODES = ("severity", "priority", "source", "category")


def rung_of(body: RungBody) -> Rung:
    """Give a level of the ladder from the body of a request."""
    return Rung(body.after_minutes, body.to, body.in_business, body.severity_at_least or None, tuple(body.sources))


def facts_of(body: PolicyBody, clock: str) -> PolicyFacts:
    """Give a rule's facts from the body of a request."""
    given: dict[str, Any] = body.model_dump(include=set(PolicyBody.model_fields) - {"reminders", "ladder"})
    return PolicyFacts(
        clock=clock,
        reminders=tuple(sorted(set(body.reminders))),
        ladder=tuple(rung_of(rung) for rung in body.ladder),
        **(given | {name: given[name] or None for name in CODES}),
    )


@bp.get("/policies/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(PolicyOut))
@documented(bp, "List SLA rules", "GET")
@requires(Perm.POLICY_READ)
def list_policies(query_data: ListQuery) -> dict[str, Any]:
    """Give the rules of the caller's hospitals and of the group."""
    query = select(SlaPolicy).where(
        visible(SlaPolicy, current_actor, Perm.POLICY_READ), SlaPolicy.archived_at.is_(None)
    )
    return listing(query, POLICIES, query_data)


@bp.post("/policies/")
@bp.input(PolicyIn)
@bp.output(PolicyOut, status_code=201)
@documented(bp, "Make an SLA rule", "POST")
@requires(Perm.POLICY_WRITE)
def create_policy(json_data: PolicyIn) -> Any:
    """Make a rule; open clocks of its kind are counted again."""
    return policy_changes.create(
        hospital_id=json_data.hospital_id, facts=facts_of(json_data, json_data.clock), actor=current_actor
    )


@bp.get("/policies/<uuid:policy_id>/")
@bp.output(PolicyOut)
@documented(bp, "Read an SLA rule", "GET")
@requires(Perm.POLICY_READ)
def read_policy(policy_id: UUID) -> Any:
    """Give one rule."""
    return policy_changes.get(policy_id, actor=current_actor)


@bp.put("/policies/<uuid:policy_id>/")
@bp.input(PolicyPut)
@bp.output(PolicyOut)
@documented(bp, "Replace an SLA rule", "PUT")
@requires(Perm.POLICY_WRITE)
def replace_policy(policy_id: UUID, json_data: PolicyPut) -> Any:
    """Save a rule whole; open clocks of its kind are counted again."""
    row = policy_changes.get(policy_id, actor=current_actor)
    facts = facts_of(json_data, row.clock)
    return policy_changes.change(policy_id, facts, version=json_data.version, actor=current_actor)


@bp.post("/policies/<uuid:policy_id>/preview/")
@bp.input(PolicyPut)
@bp.output(MovesOut)
@documented(bp, "Say which open clocks a rule would move", "POST")
@requires(Perm.POLICY_WRITE)
def preview_policy(policy_id: UUID, json_data: PolicyPut) -> Any:
    """Try a rule: nothing is saved."""
    row = policy_changes.get(policy_id, actor=current_actor)
    facts = facts_of(json_data, row.clock)
    return policy_changes.preview_change(policy_id, facts, version=json_data.version, actor=current_actor)


@bp.delete("/policies/<uuid:policy_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Archive an SLA rule", "DELETE")
@requires(Perm.POLICY_WRITE)
def archive_policy(policy_id: UUID) -> Response:
    """Take a rule out of use; its open clocks go by the next that fits."""
    policy_changes.archive(policy_id, version=None, actor=current_actor)
    return Response(status=204)
