"""The demo's e-mail: a paused mailbox for each hospital, what came lately in several states, and some for the next hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from app.complaints.mail.enums import MailState, Reason
from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.mail.rules.parts import body_of, head_of
from app.complaints.mail.services.mailboxes import CONTEXT
from app.complaints.mail.services.polling import RAW, message_digest, sender_digest
from app.core.keys.fields import encrypt
from app.core.keys.links import keyed_digest
from app.core.time import clock
from app.portal.demo.bulk import Sheets
from app.portal.demo.organization import DemoHospital

KEPT = timedelta(days=90)
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" + (
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)  # an empty page

# what people write, and what machines do: name, address, subject, words, head, reason; without a reason it waits for the workers
CAME: tuple[tuple[str, str, str, str, dict[str, str], Reason | None], ...] = (
    ("نورة العتيبي", "noura", "انتظار طويل في العيادة", "حضرت في الموعد وانتظرت ساعتين، ثم قيل لي إن الطبيب غادر.", {}, None),
    ("Omar Khan", "omar", "Bill twice", "I was billed twice for the same blood test and nobody calls back.", {}, None),
    ("سارة القحطاني", "sara", "تأخر التقرير", "طلبت تقريرًا طبيًا قبل ثلاثة أسابيع ولم يصل حتى الآن.", {}, None),
    ("Out of office", "fahad", "رد تلقائي", "أنا خارج المكتب حتى الأحد.", {"Auto-Submitted": "auto-replied"}, Reason.AUTOMATIC),
    ("Mail Delivery System", "mailer-daemon", "Undelivered", "The address was not found.", {"Return-Path": "<>"}, Reason.BOUNCE),
    ("Health News", "news", "This week", "Read our news.", {"List-Id": "<news.demo.example>"}, Reason.MAILING_LIST),
)  # fmt: skip

# to the mailbox for questions; each with a paper, so that the inquiries that they become show files
ASKED: tuple[tuple[str, str, str, str, dict[str, str], Reason | None], ...] = (
    ("هند المطيري", "hind", "تقرير لجهة العمل", "أرفقت نموذج جهة العمل، متى يكون التقرير الطبي جاهزًا؟", {}, None),
    ("John Mathew", "john", "Is this covered?", "Does my policy, attached, cover the MRI that was ordered?", {}, None),
)


class Mailroom:
    """The mailboxes of the demo, and what came through them."""

    def __init__(self, sheets: Sheets) -> None:
        """Begin with an empty mailroom."""
        self.sheets, self.now, self.count = sheets, clock.now(), 0

    def fill(self, hospitals: list[DemoHospital]) -> int:
        """Give each hospital its mailboxes and their e-mail; gives how many e-mails."""
        for hospital in hospitals:
            for opens, name, came in (("complaint", "complaints", CAME), ("inquiry", "questions", ASKED)):
                box = self._box(hospital, f"{name}-{hospital.code.lower()}@demo.example", opens)
                for each in came:
                    self._came(hospital, box, each)
        return self.count

    def _box(self, hospital: DemoHospital, address: str, opens: str) -> dict[str, Any]:
        return self.sheets.add(
            Mailbox, self.now - timedelta(days=30), hospital_id=hospital.id, address=address, host="imap.demo.example",
            port=993, security="tls", user=address, password=encrypt(b"demo", context=CONTEXT), folder="INBOX", opens=opens,
            is_active=False, next_poll_at=self.now, polled_at=self.now, succeeded_at=self.now,
        )  # fmt: skip

    def _came(self, hospital: DemoHospital, box: dict[str, Any], came: Any) -> None:
        name, local, subject, words, heads, reason = came
        self.count += 1
        at = self.now - timedelta(minutes=self.sheets.rng.uniform(5, 600) if reason else 1)
        raw = _letter(
            f"{name} <{local}@mail.example>",
            box["address"],
            subject,
            words,
            heads,
            f"<demo{self.count}@mail.example>",
            paper=box["opens"] == "inquiry",
        )
        head = head_of(raw)
        self.sheets.add(
            IncomingMail, at, hospital_id=hospital.id, mailbox_id=box["id"], uidvalidity=1, uid=self.count,
            message_digest=message_digest(head.message_id), content_digest=keyed_digest("e-mail content", body_of(raw)),
            sender_digest=sender_digest(head.sender), sender=head.sender, sender_name=head.sender_name, subject=head.subject,
            size=len(raw), state=str(MailState.IGNORED if reason else MailState.RECEIVED), reason=str(reason or ""),
            arrived_at=at, received_at=at, handled_at=at if reason else None,
            next_try_at=None if reason else self._soon(), raw=encrypt(raw, context=RAW), raw_until=at + KEPT,
        )  # fmt: skip

    def _soon(self) -> datetime:
        """Let the workers open its complaint within the next hour, so that something comes in while one looks."""
        return self.now + timedelta(minutes=self.sheets.rng.uniform(2, 60))


def _letter(
    sender: str, to: str, subject: str, words: str, heads: dict[str, str], message_id: str, *, paper: bool
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, subject, message_id
    for head, value in heads.items():
        mail[head] = value
    mail.set_content(words)
    if paper:
        mail.add_attachment(PAPER, maintype="application", subtype="pdf", filename=f"{subject}.pdf")
    return mail.as_bytes()
