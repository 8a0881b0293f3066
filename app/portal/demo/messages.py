"""The demo's message log: every invitation and reminder with its try, its receipt and its cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.time import clock
from app.notifications.enums import Channel, MessageClass, MessageStatus, Reason
from app.notifications.events import MessageDelivered, MessageFailed, MessageQueued, MessageSent
from app.notifications.models import Message, MessageTry
from app.organizations.models import Patient
from app.organizations.queries import Contact
from app.portal.demo.bulk import Sheets
from app.portal.demo.log import Log
from app.surveys.enums import REMINDER, InstanceState
from app.surveys.services.sending import PATH, PURPOSE

PRICE = 5  # halalas of a part
SENDS, RECEIPTS = "send messages", "take receipts"


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a message."""

    sent_at: datetime | None
    delivered_at: datetime | None
    survey_state: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent about a case: the text, what keeps it from going twice, and the link in it."""

    template: str
    once: str
    link_purpose: str
    link_handle: str
    link_path: str


class Post:
    """Carries messages by SMS through the group's gateway."""

    def __init__(self, sheets: Sheets, log: Log, provider_id: UUID, names: dict[UUID, tuple[str, str]]) -> None:
        """Take the gateway, and the hospitals' names by id (English, Arabic)."""
        self.sheets, self.log, self.provider_id, self.names = sheets, log, provider_id, names
        self.now = clock.now()
        self.count = 0

    def carry(
        self,
        template: str,
        survey: dict[str, Any],
        patient: Patient,
        contact: Contact,
        decided: datetime,
        leaves: datetime,
    ) -> Carried:
        """Add a message that was decided at one instant and could leave at another."""
        message = self._row(template, survey, patient, contact, decided, leaves)
        about = (survey["id"], survey["hospital_id"], "survey", message["id"], template, message["channel"])
        return self._carried(message, about, decided, leaves)

    def tell(self, letter: Letter, case: dict[str, Any], kind: str, contact: Contact, at: datetime) -> Carried:
        """Add a message about a case of this kind to who speaks in it; it leaves at once."""
        is_arabic = case["language"] == "ar"
        life = MessageClass.SERVICE.life_hours
        message = self.sheets.add(
            Message, at, hospital_id=case["hospital_id"], template=letter.template,
            message_class=str(MessageClass.SERVICE), once=letter.once, about_type=kind, about_id=case["id"],
            params={"hospital": self.names[case["hospital_id"]][is_arabic], "reference": case["reference"]},
            link_purpose=letter.link_purpose, link_handle=letter.link_handle, link_path=letter.link_path,
            patient_id=case["patient_id"], phone=contact.phone, language=case["language"], channels=["sms"],
            channel=str(Channel.SMS), status=str(MessageStatus.QUEUED), not_before=at,
            expires_at=at + timedelta(hours=life),
        )  # fmt: skip
        about = (case["id"], case["hospital_id"], kind, message["id"], letter.template, message["channel"])
        return self._carried(message, about, at, at)

    def _carried(
        self,
        message: dict[str, Any],
        about: tuple[UUID, UUID, str, UUID, str, str],
        decided: datetime,
        leaves: datetime,
    ) -> Carried:
        self.log.say(MessageQueued(*about), decided, reason=SENDS)
        sent = leaves + timedelta(seconds=self.sheets.rng.uniform(1, 40))
        if sent > self.now:
            return Carried(None, None, str(InstanceState.PENDING))
        if self.sheets.rng.random() < 0.025:
            return self._failed(message, about, sent)
        self._tried(message, sent, "accepted")
        message |= {"status": str(MessageStatus.SENT), "sent_at": sent}
        self.log.say(MessageSent(*about), sent, reason=SENDS)
        delivered = sent + timedelta(seconds=self.sheets.rng.uniform(2, 90))
        if delivered > self.now:
            return Carried(sent, None, str(InstanceState.SENT))
        message |= {"status": str(MessageStatus.DELIVERED), "delivered_at": delivered, "updated_at": delivered}
        self.log.say(MessageDelivered(*about), delivered, reason=RECEIPTS)
        return Carried(sent, delivered, str(InstanceState.DELIVERED))

    def _row(
        self,
        template: str,
        survey: dict[str, Any],
        patient: Patient,
        contact: Contact,
        decided: datetime,
        leaves: datetime,
    ) -> dict[str, Any]:
        is_reminder = template == REMINDER
        kind = MessageClass.REMINDER if is_reminder else MessageClass.SURVEY
        is_arabic = contact.language == "ar"
        return self.sheets.add(
            Message, decided, hospital_id=survey["hospital_id"], template=template, message_class=str(kind),
            params={"hospital": self.names[survey["hospital_id"]][is_arabic]}, link_purpose=PURPOSE,
            link_handle=survey["handle"], link_path=PATH, patient_id=patient.id, phone=contact.phone,
            once=f"survey:{survey['id']}:{'reminder' if is_reminder else 'invitation'}", about_type="survey",
            about_id=survey["id"], language=contact.language, channels=["sms"], channel=str(Channel.SMS),
            status=str(MessageStatus.QUEUED), not_before=leaves, expires_at=leaves + timedelta(hours=kind.life_hours),
        )  # fmt: skip

    def _failed(self, message: dict[str, Any], about: tuple[UUID, UUID, str, UUID, str, str], at: datetime) -> Carried:
        self._tried(message, at, "rejected", code="absent_subscriber")
        message |= {"status": str(MessageStatus.FAILED), "reason": str(Reason.REJECTED)}
        self.log.say(MessageFailed(*about, str(Reason.REJECTED)), at, reason=SENDS)
        return Carried(None, None, str(InstanceState.FAILED))

    def _tried(self, message: dict[str, Any], at: datetime, outcome: str, code: str = "") -> None:
        self.count += 1
        is_taken = outcome == "accepted"
        reference = f"D{self.count:08d}" if is_taken else None
        parts = 1
        message |= {
            "attempts": 1, "tried_at": at, "provider_id": self.provider_id, "provider_reference": reference,
            "parts": parts if is_taken else 0, "cost_halalas": parts * PRICE if is_taken else 0, "updated_at": at,
        }  # fmt: skip
        self.sheets.add(
            MessageTry, at, hospital_id=message["hospital_id"], message_id=message["id"], provider_id=self.provider_id,
            channel=message["channel"], reference=f"T{message['id'].hex}", outcome=outcome, code=code,
            provider_reference=reference, parts=parts if is_taken else 0, took_ms=self.sheets.rng.randrange(60, 900),
        )  # fmt: skip
