"""Pages of the intake: the queue of inbound events, one of them, and sending many through again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from app.core.access.policy import load
from app.core.errors import Conflict
from app.core.web import current_actor, page, requires, see_other
from app.core.web.keys import read_key, write_key
from app.integrations import queries
from app.integrations.enums import EventState
from app.integrations.models import InboundEvent
from app.integrations.policy import Perm
from app.integrations.queries import Filters
from app.integrations.services import repair
from app.integrations.show import case_of

bp = Blueprint("inbound", __name__, url_prefix="/integrations")


@bp.get("/events/")
@requires(Perm.EVENT_READ)
def queue() -> Response:
    """Show what came, what failed, and how old the oldest waiting event is."""
    filters = _filters()
    found = queries.list_page(filters, actor=current_actor, before=read_key(request.args.get("after")))
    rows = found[: queries.PAGE]
    now = queries.standing(actor=current_actor)
    last = rows[-1][0] if len(found) > queries.PAGE else None
    return page(
        "integrations/queue.html",
        part="integrations/_rows.html",
        rows=rows,
        filters=filters,
        kept=_kept(filters),
        sources=queries.options_sources(actor=current_actor),
        oldest=now.oldest,
        next_url=_address(filters, after=write_key(last.received_at, last.id)) if last else None,
        tabs=_tabs(filters, now.counts),
    )


def _filters() -> Filters:
    given = request.values
    wish = given.get("state", "")
    return Filters(
        state=wish if wish in set(EventState) else "",
        text=given.get("q", "")[:80],
        source_id=given.get("source", type=UUID),
    )


def _kept(filters: Filters, **changed: Any) -> dict[str, Any]:
    """Give the filters as they stand in the address, without empty ones."""
    named = {"state": filters.state, "q": filters.text, "source": filters.source_id, **changed}
    return {name: str(value) for name, value in named.items() if value}


def _address(filters: Filters, **changed: Any) -> str:
    return url_for("inbound.queue", **_kept(filters, **changed))


def _tabs(filters: Filters, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "label": EventState(code).label if code else pgettext("queue", "All"),
            "url": _address(filters, state=code),
            "count": counts.get(code) if code else None,
            "active": code == filters.state,
        }
        for code in ["", *(each.value for each in EventState)]
    ]


@bp.get("/events/<uuid:event_id>")
@requires(Perm.EVENT_READ)
def show(event_id: UUID) -> Response:
    """Show one event: what it says, what became of it, and what to do next; never the raw message."""
    event = load(InboundEvent, event_id, actor=current_actor, needs=Perm.EVENT_READ)
    return page("integrations/show.html", case=case_of(event, current_actor), event=event)


@bp.post("/events/<uuid:event_id>/reprocessing")
@requires(Perm.EVENT_REPROCESS)
def reprocess(event_id: UUID) -> Response:
    """Send the event through again, or say why it can not go."""
    try:
        repair.reprocess(event_id, actor=g.actor)
    except Conflict as refusal:
        return see_other(url_for("inbound.show", event_id=event_id), toast=refusal.message)
    return see_other(url_for("inbound.show", event_id=event_id), toast=_("It is processed again."))


@bp.post("/events/<uuid:event_id>/setting-aside")
@requires(Perm.EVENT_REPROCESS)
def set_aside(event_id: UUID) -> Response:
    """Leave the event as it is."""
    repair.set_aside(event_id, actor=g.actor)
    return see_other(url_for("inbound.show", event_id=event_id), toast=_("It was set aside."))


@bp.get("/events/again")
@requires(Perm.EVENT_REPROCESS)
def ask_again() -> Response:
    """Show how many events would go through again, before anything happens: the selected ones, or all of the list."""
    filters, ids = _filters(), _selected()
    found = queries.repairable(filters, actor=current_actor, ids=ids)
    return page(
        "integrations/again.html",
        rows=found,
        passed_over=max(len(ids) - len(found), 0),
        most=queries.MOST_AT_ONCE,
        back=_address(filters),
    )


@bp.post("/events/again")
@requires(Perm.EVENT_REPROCESS)
def again() -> Response:
    """Send through again what the page before showed."""
    wanted = _selected()
    went = repair.reprocess_many(wanted, actor=g.actor)
    stayed = len(wanted) - went
    told = ngettext("%(num)s event is processed again.", "%(num)s events are processed again.", went)
    if stayed:
        told += " " + ngettext("%(num)s stayed as it was.", "%(num)s stayed as they were.", stayed)
    return see_other(url_for("inbound.queue"), toast=told)


def _selected() -> list[UUID]:
    found = request.values.getlist("ids", type=UUID)
    return list(dict.fromkeys(found))[: queries.MOST_AT_ONCE]
