"""Pages of messages: the log, and one message with its proof of contact."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from app.core.errors import Conflict
from app.core.events import timeline
from app.core.resources.days import day_of
from app.core.web import current_actor, page, requires, see_other
from app.core.web.keys import read_key, write_key
from app.notifications import labels, queries, words
from app.notifications.enums import Channel, MessageStatus
from app.notifications.forms import VersionForm
from app.notifications.models import Message
from app.notifications.policy import Perm
from app.notifications.services import compose
from app.notifications.services.retry import retry
from app.notifications.workflow import MESSAGE
from app.organizations.queries import may_identify

bp = Blueprint("messages", __name__)

NAMES = ("status", "channel", "template", "provider", "from", "until", "q")


@bp.get("/messages/")
@requires(Perm.LOG_READ)
def log() -> Response:
    """Show what was sent to whom, and what became of it; addresses masked, links never shown."""
    wanted = {name: request.args.get(name, "")[:120] for name in NAMES}
    filters = _filters(wanted)
    found = queries.list_page(actor=current_actor, filters=filters, before=read_key(request.args.get("after")))
    counts = queries.counts(actor=current_actor, filters=filters)
    rows = found[: queries.PAGE]
    last = rows[-1] if len(found) > queries.PAGE else None
    return page(
        "messages_pages/log.html",
        part="messages_pages/_rows.html",
        rows=rows,
        names=labels.TEMPLATES,
        wanted=wanted,
        channels=[(each.value, each.label) for each in Channel],
        providers=queries.options_providers(actor=current_actor),
        next_url=_link(wanted, after=write_key(last.created_at, last.id)) if last else None,
        tabs=[
            _tab("", wanted, None),
            *(
                _tab(each.value, wanted, counts.get(each.value, 0))
                for each in MessageStatus
                if each is not MessageStatus.SENDING
            ),
        ],
    )


def _filters(wanted: dict[str, str]) -> queries.LogFilters:
    """Read what the address narrows; what can not be understood narrows nothing."""
    return queries.LogFilters(
        status=wanted["status"] if wanted["status"] in set(MessageStatus) else "",
        channel=wanted["channel"] if wanted["channel"] in set(Channel) else "",
        template=wanted["template"] if wanted["template"] in labels.TEMPLATES else "",
        provider_id=_id(wanted["provider"]),
        text=wanted["q"].replace("\x00", "").strip(),
        day_from=_day(wanted["from"]),
        day_until=_day(wanted["until"]),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return day_of(text) if text else None
    except ValueError:
        return None


def _link(wanted: dict[str, str], **changes: str) -> str:
    kept = {name: value for name, value in {**wanted, **changes}.items() if value}
    return url_for("messages.log") + (f"?{urlencode(kept)}" if kept else "")


def _tab(code: str, wanted: dict[str, str], count: int | None) -> dict[str, object]:
    label = MessageStatus(code).label if code else pgettext("queue", "All")
    return {"label": label, "url": _link(wanted, status=code), "active": code == wanted["status"], "count": count}


@bp.get("/messages/<uuid:message_id>")
@requires(Perm.LOG_READ)
def show(message_id: UUID) -> Response:
    """Show one message: its text with the link masked, each try, and each receipt: the proof of contact."""
    return _show(queries.get(message_id, actor=current_actor))


@bp.post("/messages/<uuid:message_id>/retry")
@requires(Perm.RETRY)
def send_again(message_id: UUID) -> Response:
    """Send a failed message again."""
    back = url_for("messages.show", message_id=message_id)
    try:
        retry(message_id, version=VersionForm().version.data or 0, actor=g.actor)
    except Conflict as refusal:
        return see_other(back, toast=refusal.message)
    return see_other(back, toast=_("The message waits to be sent again."))


def _show(message: Message) -> Response:
    identified = may_identify(current_actor)
    return page(
        "messages_pages/show.html",
        message=message,
        words=words.message_words(message),
        address=words.address_of(message) if identified else words.masked_address(message),
        text=compose.compose(message, masked=True),
        names=labels.TEMPLATES,
        outcomes=labels.OUTCOMES,
        tries=queries.tries_of(message),
        receipts=[(row, words.receipt_words(row)) for row in queries.receipts_of(message)],
        steps=MESSAGE.open_steps(message, current_actor),
        entries=[
            entry
            for entry in timeline.of_subject(message.about_id, actor=current_actor)
            if entry.data.get("message_id") == str(message.id)
        ],
    )
