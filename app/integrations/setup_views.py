"""Pages with which administrators set the intake up: a source's key, and trying a message before it is sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms.validators import DataRequired

from app.core.access.policy import can, can_on, load, visible
from app.core.db import db
from app.core.events import timeline
from app.core.time import clock
from app.core.web import current_actor, page, requires, see_other
from app.core.web.forms import Form, TextField, UuidField
from app.integrations import queries
from app.integrations.enums import MAPPING_KINDS
from app.integrations.link_states import told_states
from app.integrations.models import InboundEvent, MllpLink, SourceSystem
from app.integrations.policy import Perm
from app.integrations.services import keys, senders, trying

bp = Blueprint("inbound_sources", __name__, url_prefix="/integrations")

MISSING = _l("This field is required.")
MOST_TEXT = 20_000


class TryForm(Form):
    """A message, and the system that would send it."""

    source = UuidField(_l("Source system"), [DataRequired(MISSING)])
    message = TextField(_l("Message"), [DataRequired(MISSING)], most=MOST_TEXT)


@bp.get("/sources/<uuid:source_system_id>")
@requires(Perm.SETUP_READ)
def show(source_system_id: UUID) -> Response:
    """Show a source system: its key, its links, when it was heard last."""
    return _show(source_system_id)


@bp.post("/sources/<uuid:source_system_id>/key")
@requires(Perm.SETUP)
def rotate(source_system_id: UUID) -> Response:
    """Give a new key and show it, this once: it is kept as a digest only."""
    return _show(source_system_id, fresh_key=keys.rotate(source_system_id, actor=g.actor))


@bp.post("/sources/<uuid:source_system_id>/old-key")
@requires(Perm.SETUP)
def stop_old(source_system_id: UUID) -> Response:
    """Stop the old key before its day is over."""
    keys.stop_old(source_system_id, actor=g.actor)
    where = url_for("inbound_sources.show", source_system_id=source_system_id)
    return see_other(where, toast=_("The old key does not work any more."))


def _show(source_id: UUID, fresh_key: str = "") -> Response:
    source = load(SourceSystem, source_id, actor=current_actor, needs=Perm.SETUP_READ)
    links = db.session.execute(
        select(MllpLink)
        .where(visible(MllpLink, current_actor, Perm.SETUP_READ), MllpLink.source_id == source.id)
        .where(MllpLink.archived_at.is_(None))
        .order_by(MllpLink.port)
    ).scalars()
    return page(
        "integrations/source.html",
        source=source,
        fresh_key=fresh_key,
        old_until=source.old_key_until if source.old_key_until and source.old_key_until > clock.now() else None,
        links=list(links),
        states=told_states() or {},
        may_write=can_on(current_actor, Perm.SETUP, source) and source.archived_at is None,
        entries=timeline.of_subject(source.id, actor=current_actor)[:10],
    )


@bp.get("/try")
@requires(Perm.SETUP_READ)
def ask() -> Response:
    """Show the form; with `event`, what a kept message says by the mappings of today."""
    event_id = request.args.get("event", type=UUID)
    if event_id is None:
        return _try(TryForm(data={"source": request.args.get("source", type=UUID)}))
    event = load(InboundEvent, event_id, actor=current_actor, needs=Perm.EVENT_READ)
    source = load(SourceSystem, event.source_id, actor=current_actor, needs=Perm.SETUP_READ)
    trial = trying.attempt_kept(event, senders.of(source), actor=g.actor)
    return _try(TryForm(data={"source": source.id}), trial=trial, event=event)


@bp.post("/try")
@requires(Perm.SETUP_READ)
def attempt() -> Response:
    """Say what would come of the pasted message; nothing is written."""
    form = TryForm()
    answer = form.submit(lambda: _attempt(form))
    return _try(form, trial=answer.value, status=answer.status)


def _attempt(form: TryForm) -> trying.Trial:
    assert isinstance(form.source.data, UUID)
    source = load(SourceSystem, form.source.data, actor=current_actor, needs=Perm.SETUP_READ)
    return trying.attempt(form.message.data or "", senders.of(source), actor=g.actor)


def _try(form: TryForm, *, trial: Any = None, event: InboundEvent | None = None, status: int = 200) -> Response:
    return page(
        "integrations/try.html",
        form=form,
        trial=trial,
        event=event,
        sources=queries.options_sources(actor=current_actor),
        kinds=MAPPING_KINDS,
        may_map=can(current_actor, Perm.SETUP),
        status=status,
    )
