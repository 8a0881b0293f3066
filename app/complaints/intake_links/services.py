"""Sending intake links, taking the complaint that comes through one, and ending them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints.casework.contact import patient_of, phone_of
from app.complaints.intake_links.enums import WAITING, LinkState
from app.complaints.intake_links.events import IntakeLinkMoved
from app.complaints.intake_links.models import IntakeLink
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.services import receiving
from app.complaints.services.receiving import ComplaintFacts
from app.core import throttle
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.access.policy import can_reach_hospital, load
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.events import record
from app.core.i18n import LANGUAGES, named
from app.core.keys.links import handle_of
from app.core.time import clock
from app.notifications.enums import MessageClass
from app.notifications.services import messages
from app.notifications.services.messages import Recipient
from app.organizations import queries as organizations
from app.organizations.models import Hospital, Patient

PURPOSE, PATH, TEXT = "intake_link", "/c/i/", "complaints/link"
GOOD_FOR = timedelta(hours=24)
BATCH = 200


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """To whom a link goes: a patient's own contact, or a phone; in which language (empty: the patient's, else Arabic)."""

    phone: str = ""
    patient_id: UUID | None = None
    language: str = ""


@command
def send(hospital_id: UUID, facts: LinkFacts, *, actor: Actor) -> IntakeLink:
    """Send a link that is good for 24 hours by SMS or WhatsApp.

    NotAllowed outside the actor's hospitals. Invalid: by field; nobody can be written to there. TooMany: three a day to a phone.
    """
    if not can_reach_hospital(actor, Perm.LINK_SEND, hospital_id):
        raise NotAllowed()
    patient, to = _recipient(hospital_id, facts, actor)
    throttle.hit("complaint.link", to.phone)
    link = IntakeLink(
        hospital_id=hospital_id,
        patient_id=patient.id if patient else None,
        phone=to.phone,
        phone_tail=to.phone[-4:],
        language=to.language,
        sent_by_id=actor.id,
        expires_at=clock.now() + GOOD_FOR,
    )
    db.session.add(link)
    db.session.flush()
    hospital = db.session.get_one(Hospital, hospital_id)
    messages.send(
        TEXT,
        to=to,
        params={"hospital": named(hospital, code=to.language)},
        once=f"{TEXT}:{link.id}",
        hospital_id=hospital_id,
        about=("intake_link", link.id),
        message_class=MessageClass.SERVICE,
        actor=actor,
        link=messages.Link(PURPOSE, link.handle, PATH),
    )
    _say(link, "sent", actor)
    return link


def _recipient(hospital_id: UUID, facts: LinkFacts, actor: Actor) -> tuple[Patient | None, Recipient]:
    wrong: dict[str, Any] = {}
    if not organizations.is_hospital(hospital_id):
        wrong["hospital_id"] = _("Choose the hospital.")
    if facts.language and facts.language not in LANGUAGES:
        wrong["language"] = _("Choose one of the listed codes.")
    patient = patient_of(hospital_id, facts.patient_id, actor, wrong)
    phone = phone_of(facts.phone, wrong)
    to = Recipient(facts.language or "ar", phone=phone)
    if patient is not None and not phone:
        contact = organizations.contact_of(patient, clock.now().date())
        to = Recipient(
            facts.language or contact.language, phone=contact.phone, patient_id=patient.id, refuses=contact.refuses
        )
        if patient.deceased_at is not None or patient.no_contact:
            wrong["patient_id"] = _("This patient is not written to.")
    if not wrong and not to.phone:
        wrong["phone"] = _("Give a phone number.")
    if wrong:
        raise Invalid(**wrong)
    return patient, to


def opened(token: str) -> tuple[IntakeLink, Hospital]:
    """Give the link behind a token and its hospital, for the page that it opens.

    NotFound: no link of ours. Conflict (`link_over`): it was used, ran out or was taken back.
    """
    link = _found(token)
    with acting_as(system_actor("somebody opens a link to complain", link.hospital_id)) as actor:
        hospital = db.session.get_one(Hospital, link.hospital_id)
        _open(link.id, actor=actor)
        db.session.refresh(link)
    _refuse_ended(link)
    return link, hospital


@command
def _open(link_id: UUID, *, actor: Actor) -> None:
    link = _locked(link_id)
    _end_if_late(link, actor)
    if link.state == LinkState.SENT:
        link.state, link.opened_at = LinkState.OPENED, clock.now()
        _say(link, "opened", actor)


@command
def receive(token: str, facts: ComplaintFacts) -> Complaint:
    """Take the complaint of who got a link; the same link again gives the complaint that is there.

    NotFound; Invalid: by field; Conflict (`link_over`): it ran out or was taken back.
    """
    link = _found(token)
    actor = system_actor("who got a link complains", link.hospital_id)
    with acting_as(actor):
        link = _locked(link.id)
        if link.complaint_id is not None:
            return db.session.get_one(Complaint, link.complaint_id)
        if link.state not in WAITING or link.expires_at <= clock.now():
            raise Conflict(over(), code="link_over")
        phone = "" if link.patient_id else link.phone
        facts = replace(
            facts,
            channel="public",
            patient_id=link.patient_id,
            contact_phone=phone,
            is_anonymous=False,
            language=link.language,
        )
        complaint = receiving.receive(hospital_id=link.hospital_id, facts=facts, actor=actor)
        link.complaint_id = complaint.id
        _end(link, LinkState.USED, actor)
        return complaint


@command
def revoke(link_id: UUID, *, version: int, actor: Actor) -> IntakeLink:
    """Take a link back before it is used. NotFound. Conflict: it has ended, or somebody changed it since `version`."""
    link = load(IntakeLink, link_id, actor=actor, needs=Perm.LINK_SEND, version=version, lock=True)
    if link.state not in WAITING:
        raise Conflict(over(), code="wrong_state", current=link)
    _end(link, LinkState.REVOKED, actor)
    return link


def expire(*, actor: Actor) -> int:
    """End the links whose 24 hours have passed, each in a transaction of its own. Gives how many were looked at."""
    due = select(IntakeLink.id).where(IntakeLink.state.in_(WAITING), IntakeLink.expires_at <= clock.now())
    found = db.session.scalars(due.order_by(IntakeLink.expires_at).limit(BATCH)).all()
    for link_id in found:
        _expire(link_id, actor=actor)
    return len(found)


@command
def _expire(link_id: UUID, *, actor: Actor) -> None:
    _end_if_late(_locked(link_id), actor)


def over() -> str:
    """Say to who opens it that a link has ended."""
    return _("This link has ended. Call the hospital or write on its page if you want to tell us something.")


def _refuse_ended(link: IntakeLink) -> None:
    if link.state not in WAITING:
        raise Conflict(over(), code="link_over", current=link)


def _found(token: str) -> IntakeLink:
    handle = handle_of(PURPOSE, token)
    if handle is None:
        raise NotFound()
    with acting_as(system_actor("find the link of a token")):
        link = db.session.execute(select(IntakeLink).where(IntakeLink.handle == handle)).scalar_one_or_none()
    if link is None:
        raise NotFound()
    return link


def _locked(link_id: UUID) -> IntakeLink:
    query = select(IntakeLink).where(IntakeLink.id == link_id).with_for_update()
    return db.session.execute(query.execution_options(populate_existing=True)).scalar_one()


def _end_if_late(link: IntakeLink, actor: Actor) -> None:
    if link.state in WAITING and link.expires_at <= clock.now():
        _end(link, LinkState.EXPIRED, actor)


def _end(link: IntakeLink, state: LinkState, actor: Actor) -> None:
    link.state, link.phone = state, ""
    link.ended_at = clock.now()
    _say(link, state.value, actor)


def _say(link: IntakeLink, what: str, actor: Actor) -> None:
    record(IntakeLinkMoved(link.id, link.hospital_id, what, link.patient_id, link.complaint_id), actor=actor)
    db.session.flush()
