"""The words of a message: the hospital's template or the group's, in the person's language, with its link derived now."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext
from sqlalchemy import select

from app.core.db import db
from app.core.i18n import in_language
from app.core.keys.links import token_for
from app.notifications.enums import Channel
from app.notifications.gateways import Outgoing
from app.notifications.models import Message, MessageTemplate, Provider
from app.notifications.placeholders import render


@dataclass(frozen=True, slots=True)
class Text:
    """A message ready to be sent."""

    subject: str
    body: str
    template: str
    parameters: tuple[str, ...]


def template_of(message: Message) -> MessageTemplate | None:
    """Find the text of a message: the hospital's own first, then the group's."""
    return db.session.execute(
        select(MessageTemplate)
        .where(
            MessageTemplate.code == message.template,
            MessageTemplate.channel == message.channel,
            MessageTemplate.archived_at.is_(None),
            MessageTemplate.holds_in(message.hospital_id),
        )
        .order_by(MessageTemplate.hospital_id.is_(None))
        .limit(1)
    ).scalar_one_or_none()


def compose(message: Message, *, masked: bool = False) -> Text | None:
    """Render the message; None when there is no text in the person's language (WhatsApp: no approved template).

    A repeat after an unknown fate says so. `masked`: for the log, link hidden.
    """
    template = template_of(message)
    if template is None or (message.channel == Channel.WHATSAPP and not template.provider_name):
        return None
    arabic = message.language == "ar"
    body = template.body_ar if arabic else template.body_en
    subject = template.subject_ar if arabic else template.subject_en
    if not body:
        return None
    values = {**message.params, "link": "•••" if masked else link_of(message)}
    subject, body = _marked(message, render(subject, values), render(body, values))
    return Text(
        subject,
        body,
        template.provider_name,
        tuple(str(values.get(name, "")) for name in template.placeholders),
    )


def _marked(message: Message, subject: str, body: str) -> tuple[str, str]:
    if not message.repeats:
        return subject, body
    with in_language(message.language):
        mark = gettext("Sent again:")
    return (f"{mark} {subject}", body) if message.channel == Channel.EMAIL else ("", f"{mark} {body}")


def link_of(message: Message) -> str:
    """Derive the message's link again; nothing plain is stored."""
    if not message.link_handle:
        return ""
    base: str = current_app.config["SHORT_URL"]
    return f"{base}{message.link_path}{token_for(message.link_purpose, message.link_handle)}"


def outgoing(text: Text, provider: Provider, message: Message, *, reference: str) -> Outgoing:
    """Make what the gateway sends."""
    return Outgoing(
        reference=reference,
        to=message.email if message.channel == Channel.EMAIL else message.phone,
        subject=text.subject,
        body=text.body,
        language=message.language,
        answers=message.answers,
        reply_to=message.reply_to,
        sender=str(provider.settings.get("sender", "")),
        template=text.template,
        parameters=text.parameters,
    )
