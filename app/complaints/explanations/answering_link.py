"""The link of a request to explain: whoever was asked answers on their phone without signing in.

The link opens until the request was accepted, taken back or has run out, and shows the question and the chosen extract only.
A manager gets a link of their own when the answer is late.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts import queries as accounts
from app.complaints import sla
from app.complaints.enums import ExplanationStatus
from app.complaints.explanations import services as explaining
from app.complaints.models import Complaint, ComplaintPoint, Explanation
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import in_language, named
from app.core.keys.links import handle_of
from app.core.sla import clocks, extensions
from app.core.time import clock
from app.notifications.enums import Channel, MessageClass
from app.notifications.services import messages
from app.organizations.models import Hospital

OWN, MANAGER = "explanation", "explanation_manager"  # whose link it is
PATH = "/x/"
ASKED, LATE = "explanations/asked", "explanations/late"
GOOD_FOR = timedelta(days=30)
MOST_SIGNS = 5_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the link shows: never who complained, and of the complaint only what the officer chose."""

    explanation: Explanation
    reference: str
    hospital: Hospital
    point: str
    whose: str  # OWN or MANAGER

    @property
    def may_answer(self) -> bool:
        """Whether an answer is still awaited."""
        return self.explanation.status == ExplanationStatus.REQUESTED


def asked_by(token: str) -> Asked:
    """Read what a link shows. NotFound: no link of ours. Conflict (`link_over`): accepted, taken back, or too old."""
    whose, explanation = _found(token)
    with acting_as(system_actor("somebody was asked and opens the link", explanation.hospital_id)):
        over = explanation.status in (ExplanationStatus.ACCEPTED, ExplanationStatus.CANCELLED)
        if over or clock.now() - explanation.updated_at > GOOD_FOR:
            raise Conflict(_("This link is over: the request was settled. Thank you."), code="link_over")
        complaint = db.session.get_one(Complaint, explanation.complaint_id)
        point = db.session.get(ComplaintPoint, explanation.point_id) if explanation.point_id else None
        hospital = db.session.get_one(Hospital, explanation.hospital_id)
    return Asked(explanation, complaint.reference, hospital, point.summary if point else "", whose)


def _found(token: str) -> tuple[str, Explanation]:
    for whose in (OWN, MANAGER):
        handle = handle_of(whose, token)
        if handle is not None:
            with acting_as(system_actor("find the request of a link")):
                row = db.session.execute(select(Explanation).where(Explanation.handle == handle)).scalar_one_or_none()
            if row is not None:
                return whose, row
    raise NotFound()


@command
def save_draft(token: str, text: str) -> Asked:
    """Keep what was written so far, for the next time that the link is opened. NotFound, Conflict; Invalid: too long."""
    asked = _open(token, text)
    with acting_as(system_actor("who was asked keeps a draft", asked.explanation.hospital_id)):
        asked.explanation.draft = text.strip()
        db.session.flush()
    return asked


@command
def answer(token: str, text: str, *, version: int) -> Asked:
    """Send the answer. NotFound; Invalid: nothing written; Conflict: answered already, or somebody changed it since."""
    asked = _open(token, text)
    who = "manager" if asked.whose == MANAGER else "person who was asked"
    actor = system_actor(f"the {who} answered through the link", asked.explanation.hospital_id)
    with acting_as(actor):
        explaining.move(asked.explanation.id, "answer", version=version, text=text, actor=actor)
        asked.explanation.draft = ""
        db.session.flush()
    return asked


@command
def ask_for_time(token: str, until: datetime | None, reason: str) -> Asked:
    """Ask for more time through the link; the officer who asked decides. `until` is a wall time of the hospital's zone.

    NotFound; Invalid: no reason, or a time that is not later; Conflict: answered already, or somebody asked for time before.
    """
    asked = _open(token, "")
    actor = system_actor("who was asked wants more time", asked.explanation.hospital_id)
    with acting_as(actor):
        running = clocks.open_clock(asked.explanation.id, sla.ANSWER)
        if running is None:
            raise Conflict(_("This deadline has ended or is paused."), code="wrong_state", current=asked.explanation)
        zone = ZoneInfo(asked.hospital.zone)
        extensions.ask_for(running, until.replace(tzinfo=zone) if until else None, reason, actor=actor)
        db.session.flush()
    return asked


def _open(token: str, text: str) -> Asked:
    asked = asked_by(token)
    if len(text) > MOST_SIGNS:
        raise Invalid(text=_("This text is too long."))
    if not asked.may_answer:
        raise Conflict(_("The answer was sent already."), code="wrong_state", current=asked.explanation)
    return asked


@command
def send_link(explanation: Explanation, *, actor: Actor) -> None:
    """Send the link to who is asked, by e-mail; once for the question and once for each return."""
    _send(explanation, [explanation.assignee_id], OWN, ASKED, str(explanation.returns), actor)


@command
def send_late_link(explanation: Explanation, people: Collection[UUID], *, actor: Actor) -> None:
    """Send managers a link of their own, so that they answer or have it answered; once for each cycle."""
    _send(explanation, people, MANAGER, LATE, str(explanation.returns), actor)


def _send(explanation: Explanation, people: Collection[UUID], whose: str, text: str, cycle: str, actor: Actor) -> None:
    reference = db.session.get_one(Complaint, explanation.complaint_id).reference
    hospital = db.session.get_one(Hospital, explanation.hospital_id)
    for user_id, user in accounts.names_of(people).items():
        with in_language(user.language):
            words = {"name": named(user), "hospital": named(hospital), "reference": reference}
        messages.send(
            text,
            to=messages.Recipient(user.language, email=user.email, user_id=user_id),
            params=words,
            once=f"{text}:{explanation.id}:{cycle}:{user_id}",
            hospital_id=explanation.hospital_id,
            about=("explanation", explanation.id),
            message_class=MessageClass.SERVICE,
            channels=[Channel.EMAIL],
            link=messages.Link(whose, explanation.handle, PATH),
            actor=actor,
        )
