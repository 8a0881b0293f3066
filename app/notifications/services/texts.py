"""Commands on message texts: a hospital's own copy, changes with checks on both languages, back to the group's."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.access.actor import Actor
from app.core.access.policy import can_reach_hospital, load
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events import record
from app.core.events.record import Change
from app.core.time import clock
from app.notifications import segments, setup_queries
from app.notifications.enums import Channel
from app.notifications.events import MessageTemplateChanged
from app.notifications.models import MessageTemplate
from app.notifications.placeholders import names_in, problems
from app.notifications.policy import Perm
from app.notifications.preview import Texts

MOST_PARTS = 6
LINK = "link"


@command
def create(*, hospital_id: UUID | None, code: str, channel: str, texts: Texts, actor: Actor) -> MessageTemplate:
    """Make the text of a kind of message on a channel, for a hospital or (None) the group.

    Invalid: nobody sends such messages, there is one already, or the texts are wrong. NotAllowed: not in that hospital.
    """
    _may_write(hospital_id, actor)
    names = setup_queries.allowed_names(code)
    if not names:
        raise Invalid(code=_("Nobody sends messages of this kind."))
    _must_be_alone(hospital_id, code, channel)
    check(texts, channel, names)
    template = MessageTemplate(
        hospital_id=hospital_id, code=code, channel=Channel(channel), placeholders=list(names), **_columns(texts)
    )
    db.session.add(template)
    db.session.flush()
    record(MessageTemplateChanged(template.id, hospital_id, "created"), actor=actor)
    return template


@command
def copy(template_id: UUID, *, hospital_id: UUID, actor: Actor) -> MessageTemplate:
    """Give a hospital its own copy of the group's text, ready to be changed. Invalid: it has one."""
    source = setup_queries.get_template(template_id, actor=actor)
    return create(
        hospital_id=hospital_id, code=source.code, channel=source.channel, texts=texts_of(source), actor=actor
    )


@command
def change(template_id: UUID, texts: Texts, *, version: int, actor: Actor) -> MessageTemplate:
    """Write new texts. Invalid: names differ between the languages, are unknown, or the text is too long."""
    template = _find(template_id, version, actor)
    check(texts, template.channel, template.placeholders)
    for name, value in _columns(texts).items():
        setattr(template, name, value)
    change = Change.of(template)
    db.session.flush()
    record(MessageTemplateChanged(template.id, template.hospital_id, "changed"), actor=actor, change=change)
    return template


@command
def archive(template_id: UUID, *, version: int | None = None, actor: Actor) -> None:
    """Take a hospital's own text out of use, so that the group's holds again. Conflict: it is the group's."""
    template = _find(template_id, version, actor)
    if template.hospital_id is None:
        raise Conflict(_("The group's text stays: every hospital without its own uses it."), code="in_use")
    template.archived_at, template.archived_by_id = clock.now(), actor.id
    record(MessageTemplateChanged(template.id, template.hospital_id, "archived"), actor=actor)


def texts_of(template: MessageTemplate) -> Texts:
    """Give the texts of a row as a value."""
    return Texts(template.subject_en, template.subject_ar, template.body_en, template.body_ar, template.provider_name)


def check(texts: Texts, channel: str, names: Collection[str]) -> None:
    """Raise Invalid with a message for each field at fault."""
    wrong: dict[str, Any] = {}
    pairs = [("body", texts.body_en, texts.body_ar)]
    if channel == Channel.EMAIL:
        pairs.append(("subject", texts.subject_en, texts.subject_ar))
    for field, english, arabic in pairs:
        for side, text in (("en", english), ("ar", arabic)):
            if not text:
                wrong[f"{field}_{side}"] = _("This field is required.")
        for code, about in problems(english, arabic, names):
            wrong.setdefault(_field_at_fault(field, code, about, english), _explained(code, about))
    if LINK in names:
        for side, text in (("en", texts.body_en), ("ar", texts.body_ar)):
            if LINK not in names_in(text):
                wrong.setdefault(f"body_{side}", _("The text lacks {link}: the person could open nothing."))
    if channel == Channel.SMS:
        for side, text in (("en", texts.body_en), ("ar", texts.body_ar)):
            if segments.count(text).parts > MOST_PARTS:
                wrong.setdefault(f"body_{side}", _("This text is too long for an SMS."))
    if channel == Channel.WHATSAPP and not texts.provider_name:
        wrong["provider_name"] = _("Give the name under which WhatsApp approved this text.")
    if wrong:
        raise Invalid(**wrong)


def _field_at_fault(field: str, code: str, about: str, english: str) -> str:
    if code == "one_side":
        return f"{field}_ar" if about in names_in(english) else f"{field}_en"
    if code == "brace":
        return f"{field}_en" if english.startswith(about) else f"{field}_ar"
    return f"{field}_en" if about in names_in(english) else f"{field}_ar"


def _explained(code: str, about: str) -> str:
    if code == "one_side":
        return _("The other language has {%(name)s}; this one lacks it.", name=about)
    if code == "brace":
        return _("A brace stands alone; placeholders look like {link}.")
    return _("There is no placeholder {%(name)s}.", name=about)


def _find(template_id: UUID, version: int | None, actor: Actor) -> MessageTemplate:
    template = load(
        MessageTemplate,
        template_id,
        actor=actor,
        needs=Perm.SETUP,
        sees=Perm.SETUP_READ,
        version=version,
        lock=True,
    )
    if template.archived_at is not None:
        raise Conflict(_("This record is archived."), current=template)
    return template


def _may_write(hospital_id: UUID | None, actor: Actor) -> None:
    if not can_reach_hospital(actor, Perm.SETUP, hospital_id):
        raise NotAllowed()


def _must_be_alone(hospital_id: UUID | None, code: str, channel: str) -> None:
    query = select(MessageTemplate.id).where(
        MessageTemplate.hospital_id.is_not_distinct_from(hospital_id),
        MessageTemplate.code == code,
        MessageTemplate.channel == channel,
        MessageTemplate.archived_at.is_(None),
    )
    if db.session.execute(query).first() is not None:
        raise Invalid(hospital_id=_("This hospital has its own text already."))


def _columns(texts: Texts) -> dict[str, str]:
    return {name: getattr(texts, name) for name in texts.__slots__}
