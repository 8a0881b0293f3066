"""The REST door of the message log; what governs sending has its own in `api_setup`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, uuid
from app.core.web import current_actor, requires
from app.notifications import queries, words
from app.notifications.models import Message
from app.notifications.policy import Perm
from app.notifications.schemas import MessageDetailOut, MessageOut, RuleStepIn
from app.notifications.services.retry import retry

bp = APIBlueprint("messages_api", __name__, url_prefix="/api/notifications/messages")

MESSAGES = Listing(
    ordering={"created_at": Message.created_at, "id": Message.id},
    default="-created_at",
    filters={
        "status": equals(Message.status),
        "channel": equals(Message.channel),
        "template": equals(Message.template),
        "provider_id": equals(Message.provider_id, uuid),
        "hospital_id": equals(Message.hospital_id, uuid),
        "about_id": equals(Message.about_id, uuid),
        "patient_id": equals(Message.patient_id, uuid),
    },
    search=queries.matching,
)


def as_seen(message: Message) -> dict[str, Any]:
    """Give a message with its address masked."""
    shown = {name: getattr(message, name) for name in MessageOut.model_fields if name != "address"}
    return {**shown, "address": words.masked_address(message)}


@bp.get("/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(MessageOut))
@documented(bp, "List messages", "GET")
@requires(Perm.LOG_READ)
def list_messages(query_data: ListQuery) -> dict[str, Any]:
    """Give the messages of the caller's hospitals, newest first; searched by phone or its tail, or by a reference."""
    answer = listing(queries.log_query(current_actor), MESSAGES, query_data)
    return {**answer, "results": [as_seen(row) for row in answer["results"]]}


@bp.get("/<uuid:message_id>/")
@bp.output(MessageDetailOut)
@documented(bp, "Read a message with its tries and receipts", "GET")
@requires(Perm.LOG_READ)
def read(message_id: UUID) -> Any:
    """Give one message: the proof of contact."""
    return _detail(queries.get(message_id, actor=current_actor))


@bp.post("/<uuid:message_id>/retry/")
@bp.input(RuleStepIn)
@bp.output(MessageDetailOut)
@documented(bp, "Send a failed message again", "POST")
@requires(Perm.RETRY)
def send_again(message_id: UUID, json_data: RuleStepIn) -> Any:
    """Queue a failed message again."""
    return _detail(retry(message_id, version=json_data.version, actor=current_actor))


def _detail(message: Message) -> dict[str, Any]:
    return {
        **as_seen(message),
        "tries": [attempt for attempt, _provider in queries.tries_of(message)],
        "receipts": list(queries.receipts_of(message)),
    }
