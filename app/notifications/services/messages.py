"""Deciding to send: one decision makes one message, however often it is taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, exists, select
from sqlalchemy.dialects.postgresql import insert

from app.core.access.actor import Actor
from app.core.access.wall import passage, standing
from app.core.db import after_commit, command, db, uuid7
from app.core.events import record
from app.core.events.erasure import blank
from app.core.jobs import nudge_once
from app.core.time import clock
from app.notifications import queries, quiet
from app.notifications.enums import Channel, MessageClass, MessageStatus, Reason
from app.notifications.events import MessageQueued
from app.notifications.models import Message
from app.notifications.workflow import MESSAGE

DEFAULT_CHANNELS = (Channel.SMS, Channel.EMAIL)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets the message and where it can reach them; an empty address closes its channel."""

    language: str
    phone: str = ""
    email: str = ""
    patient_id: UUID | None = None
    user_id: UUID | None = None
    refuses: frozenset[str] = frozenset()  # channels that the person does not want


@dataclass(frozen=True, slots=True)
class Link:
    """The link of the message: its token is derived again when it is sent (conventions.md section 4)."""

    purpose: str
    handle: str
    path: str  # /s/


@dataclass(frozen=True, slots=True)
class Thread:
    """How an e-mail of ours stands in a conversation: which one it answers, and where answers to it go."""

    answers: str = ""  # a Message-ID
    reply_to: str = ""


@command
def send(
    template: str,
    *,
    to: Recipient,
    params: Mapping[str, str],
    once: str,
    hospital_id: UUID | None,
    about: tuple[str, UUID],
    message_class: MessageClass,
    actor: Actor,
    link: Link | None = None,
    thread: Thread | None = None,
    channels: Sequence[Channel] = DEFAULT_CHANNELS,
    not_before: datetime | None = None,
) -> Message:
    """Queue a message; the workers send it within seconds, or when quiet hours are over.

    `once` names the decision: the same one again gives the message that is already there. `params` are shown as plain
    text. A person without any open channel gets a message in the state `suppressed`, with the reason, so that it is seen.
    """
    rule = queries.contact_rule(hospital_id)
    channels = rule.ordered(channels, is_quiet=message_class.is_quiet_at_night)
    open_channels = [channel for channel in channels if _address(to, channel) and channel not in to.refuses]
    now = clock.now()
    wanted = max(not_before or now, now)
    opening = _opening(wanted, rule.hours) if message_class.is_quiet_at_night else wanted
    values = {
        **_fresh(now),
        **_of_recipient(to),
        **_of_link(link),
        "answers": thread.answers if thread else "",
        "reply_to": thread.reply_to if thread else "",
        "hospital_id": hospital_id,
        "template": template,
        "message_class": message_class,
        "params": dict(params),
        "once": once,
        "about_type": about[0],
        "about_id": about[1],
        "channels": [str(channel) for channel in open_channels],
        "channel": str((open_channels or channels or DEFAULT_CHANNELS)[0]),
        "status": MessageStatus.QUEUED if open_channels else MessageStatus.SUPPRESSED,
        "reason": "" if open_channels else _why_closed(to, channels),
        "not_before": opening,
        "expires_at": wanted + timedelta(hours=message_class.life_hours),
    }
    with passage("the caller's command has authorised this hospital; the unique key decides who writes"):
        made = db.session.execute(
            insert(Message).values(**values).on_conflict_do_nothing(index_elements=["once"]).returning(Message)
        ).scalar_one_or_none()
    message = made or db.session.execute(select(Message).where(Message.once == once)).scalar_one()
    if made is not None and open_channels:
        record(MessageQueued(about[1], hospital_id, about[0], message.id, template, message.channel), actor=actor)
        after_commit(nudge)
    return message


def _fresh(now: datetime) -> dict[str, Any]:
    counted = dict.fromkeys(("attempts", "repeats", "parts", "cost_halalas"), 0)
    return {"id": uuid7(), "created_at": now, "updated_at": now, "version": 1, **counted}


def _of_recipient(to: Recipient) -> dict[str, Any]:
    return {
        "patient_id": to.patient_id,
        "user_id": to.user_id,
        "phone": to.phone,
        "phone_tail": to.phone[-4:],
        "email": to.email,
        "language": to.language,
    }


def _of_link(link: Link | None) -> dict[str, Any]:
    given = (link.purpose, link.handle, link.path) if link else ("", "", "")
    return dict(zip(("link_purpose", "link_handle", "link_path"), given, strict=True))


def nudge() -> None:
    """Wake the sender."""
    from app.notifications.jobs import send_messages

    nudge_once(send_messages)


@command
def withdraw(about_id: UUID, templates: Collection[str], *, actor: Actor) -> int:
    """Take back what still waits about a case (a reminder after the answer came); returns how many."""
    return _take_back(_WAITING_ABOUT, actor, about_id=about_id, templates=list(templates))


def any_waits(about_id: ColumnElement[UUID], templates: Collection[str]) -> ColumnElement[bool]:
    """Give the SQL that tells whether `withdraw` would take anything back, for a statement that is run anyway."""
    messages = Message.__table__.c
    return exists().where(
        messages.status == MessageStatus.QUEUED, messages.about_id == about_id, messages.template.in_(templates)
    )


_LOCKED = select(Message).with_for_update().execution_options(populate_existing=True)
_WAITING_ABOUT = standing(
    _LOCKED.where(
        Message.status == MessageStatus.QUEUED,
        Message.about_id == bindparam("about_id"),
        Message.template.in_(bindparam("templates", expanding=True)),
    )
)


def _take_back(waiting: Select[Message], actor: Actor, **values: Any) -> int:
    count = 0
    for message in db.session.execute(waiting, values).scalars():
        MESSAGE.apply(message, "suppress", actor=actor)
        message.reason = Reason.WITHDRAWN
        count += 1
    return count


def forget(about_ids: Collection[UUID], *, actor: Actor) -> None:
    """Remove addresses and words of the messages about these cases, within the caller's transaction.

    What still waits is never sent; each message stays counted.
    """
    _forget(Message.about_id.in_(about_ids), actor)


def forget_patient(patient_id: UUID, *, actor: Actor) -> None:
    """The same for every message to a patient or their guardian, whatever it is about."""
    _forget(Message.patient_id == patient_id, actor)


def _forget(which: ColumnElement[bool], actor: Actor) -> None:
    _take_back(_LOCKED.where(Message.status == MessageStatus.QUEUED, which), actor)
    db.session.flush()
    blank(Message, which, params={}, phone="", phone_tail="", email="", answers="")


def _opening(wanted: datetime, hours: quiet.Hours) -> datetime:
    return quiet.with_jitter(wanted, quiet.opening_after(wanted, hours), hours)


def _address(to: Recipient, channel: str) -> str:
    return to.email if channel == Channel.EMAIL else to.phone


def _why_closed(to: Recipient, channels: Sequence[Channel]) -> Reason:
    if not channels:
        return Reason.NO_CHANNEL
    reachable = [channel for channel in channels if _address(to, channel)]
    return Reason.NO_CONSENT if reachable else Reason.NO_ADDRESS
