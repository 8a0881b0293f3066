"""The REST door of the intake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, g, request
from pydantic import ValidationError
from sqlalchemy import select

from app.core import throttle
from app.core.access.policy import load, visible
from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.errors import fields_from
from app.core.api.lists import equals
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.web import current_actor, requires
from app.integrations.hl7.frames import MOST_BYTES
from app.integrations.models import InboundEvent
from app.integrations.policy import Perm
from app.integrations.schemas import BulkAnswer, BulkIn, EventAnswer, EventIn, InboundOut
from app.integrations.services import hl7_messages, idempotency, json_events, repair
from app.integrations.services.intake import Verdict
from app.integrations.services.senders import Sender

AT_ONCE = 50

bp = APIBlueprint("integrations_api", __name__, url_prefix="/api/integrations")


def _source() -> Sender:
    source: Sender | None = g.get("source")
    if source is None or source.id != current_actor.id:  # a person's token
        raise NotAllowed()
    throttle.hit("intake.source", str(source.id))
    return source


@bp.post("/events/")
@bp.input(EventIn)
@bp.output(EventAnswer, status_code=202)
@documented(bp, "Send an event", "POST")
@requires(Perm.SUBMIT)
def send(json_data: EventIn) -> Any:
    """Take one event. The same id and body answers the same; the same id with another body is a conflict, kept for review."""
    source = _source()
    return idempotency.answered(
        source, request.headers.get("Idempotency-Key"), request.get_data(cache=True), lambda: _take(json_data, source)
    )


def _take(given: EventIn, source: Sender) -> dict[str, Any]:
    return _checked(given, json_events.take(given, json_events.canonical(given), source, actor=g.actor))


def _checked(given: EventIn, verdict: Verdict) -> dict[str, Any]:
    if verdict.is_conflict or (verdict.is_repeat and verdict.flag == "conflict"):
        raise Conflict(code="id_conflict")
    return _said(given.event_id, verdict)


def _said(event_id: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "id": verdict.event_id,
        "event_id": event_id,
        "state": "received" if verdict.is_repeat else verdict.state,
        "duplicate": verdict.is_repeat,
        "error": verdict.error_code,
        "fields": {},
    }


@bp.post("/events/bulk_create/")
@bp.input(BulkIn)
@bp.output(BulkAnswer, status_code=202)
@documented(bp, "Send many events", "POST")
@requires(Perm.SUBMIT)
def send_many(json_data: BulkIn) -> dict[str, Any]:
    """Take up to 5,000 events; each gets its own verdict."""
    source, results = _source(), []
    for part in _parts(json_data.events):
        results += _take_part(part, source)
        db.session.expunge_all()
    refused = sum(bool(result["error"]) for result in results)
    return {"accepted": len(results) - refused, "refused": refused, "results": results}


def _parts(events: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Give the events in parts that are committed together."""
    for start in range(0, len(events), AT_ONCE):
        yield events[start : start + AT_ONCE]


@command
def _take_part(part: list[dict[str, Any]], source: Sender) -> list[dict[str, Any]]:
    """Take events in one commit (one for each would make the sender wait); each has a savepoint of its own."""
    return [_verdict_of(each, source) for each in part]


def _verdict_of(raw: dict[str, Any], source: Sender) -> dict[str, Any]:
    event_id = str(raw.get("event_id", ""))[:80]
    refused: dict[str, Any] = {"id": None, "event_id": event_id, "state": "refused", "duplicate": False}
    try:
        given = EventIn.model_validate(raw)
        with db.session.begin_nested():
            verdict = json_events.take(given, json_events.canonical(given), source, actor=g.actor)
        return _checked(given, verdict)
    except ValidationError as problem:
        fields = {name: [str(text) for text in texts] for name, texts in fields_from(problem).items()}
        return {**refused, "error": "invalid", "fields": fields}
    except Invalid as refusal:
        fields = {name: [str(text) for text in texts] for name, texts in refusal.fields.items()}
        return {**refused, "error": refusal.code, "fields": fields}
    except Conflict as refusal:
        return {**refused, "error": refusal.code, "fields": {}}


HL7 = "application/hl7-v2"
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The acknowledgement: AA, AE or AR", "content": {HL7: {"schema": {"type": "string"}}}},
    **{status: {"description": "Refused"} for status in (401, 403, 413, 429)},
}


@bp.post("/hl7/")
@bp.doc(
    summary="Send an HL7 v2 message",
    description="The body is one message in its own charset, with or without an MLLP frame; the answer is its acknowledgement.",
    security="BearerAuth",
    responses=ANSWERS,
)
@requires(Perm.SUBMIT)
def hl7() -> Response:
    """Take one message and answer with its acknowledgement, whatever is in it."""
    source = _source()
    request.max_content_length = MOST_BYTES
    answer = hl7_messages.receive(request.get_data(cache=False), source, actor=g.actor)
    return Response(answer.message, content_type=HL7)


EVENTS = Listing(
    ordering={"received_at": InboundEvent.received_at, "id": InboundEvent.id},
    default="-received_at",
    filters={
        "state": equals(InboundEvent.state),
        "code": equals(InboundEvent.code),
        "encounter": equals(InboundEvent.encounter),
        "external_id": equals(InboundEvent.external_id),
    },
)


@bp.get("/events/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(InboundOut))
@documented(bp, "List inbound events", "GET")
@requires(Perm.EVENT_READ)
def list_events(query_data: ListQuery) -> dict[str, Any]:
    """Give the events of the caller's hospitals; never their raw messages."""
    return listing(
        select(InboundEvent).where(visible(InboundEvent, current_actor, Perm.EVENT_READ)), EVENTS, query_data
    )


@bp.get("/events/<uuid:event_id>/")
@bp.output(InboundOut)
@documented(bp, "Read an inbound event", "GET")
@requires(Perm.EVENT_READ)
def read_event(event_id: UUID) -> Any:
    """Give one event."""
    return load(InboundEvent, event_id, actor=current_actor, needs=Perm.EVENT_READ)


@bp.post("/events/<uuid:event_id>/reprocess/")
@bp.output(InboundOut)
@documented(bp, "Send an event through again", "POST")
@requires(Perm.EVENT_REPROCESS)
def reprocess(event_id: UUID) -> Any:
    """Carry a failed, ignored or given-up event out again."""
    return repair.reprocess(event_id, actor=g.actor)


@bp.post("/events/<uuid:event_id>/set_aside/")
@bp.output(InboundOut)
@documented(bp, "Set an event aside", "POST")
@requires(Perm.EVENT_REPROCESS)
def set_aside(event_id: UUID) -> Any:
    """Leave a failed or given-up event as it is: it needs nothing."""
    return repair.set_aside(event_id, actor=g.actor)
