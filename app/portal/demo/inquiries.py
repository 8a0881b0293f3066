"""The demo's inquiries: a few dozen questions of the last weeks, each as far as the office has come, with its clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.complaints.casework.contact import first_words
from app.complaints.inquiries import sla
from app.complaints.inquiries.enums import InquiryStatus as S
from app.complaints.inquiries.events import InquiryMoved, InquiryReceived
from app.complaints.inquiries.models import Inquiry, InquiryCategory, InquiryNote
from app.complaints.services.stepping import SILENCE
from app.core.db import db
from app.core.references import next_reference
from app.core.sla.models import SlaPolicy
from app.core.text.scripts import looks_arabic
from app.core.time import calendar as working
from app.core.time import clock
from app.portal.demo.bells import Bells
from app.portal.demo.bulk import Sheets
from app.portal.demo.clocks import Clocks
from app.portal.demo.log import Log
from app.portal.demo.names import full_name
from app.portal.demo.organization import Group
from app.portal.demo.visits import Visit

COUNT = 48
SPAN = timedelta(days=30)
CHANNELS = (("desk", 40), ("phone", 40), ("whatsapp", 12), ("email", 8), ("council", 3))
CLOSES = "nobody asked again for seven days after the answer"

# category, question, answer
ASKED: tuple[tuple[str, str, str], ...] = (
    ("RESULTS", "متى تكون نتيجة التحليل جاهزة؟", "النتيجة جاهزة، ويمكنكم استلامها من المختبر أو من حسابكم."),
    ("APPOINTMENTS", "هل يمكن تقديم موعد العظام؟ الموعد بعد شهرين.", "قدّمنا الموعد إلى الأسبوع القادم بعد اعتذار مريض."),
    ("RECORDS", "كيف أحصل على تقرير طبي لوالدتي لتقديمه لجهة عملها؟", "يُطلب من السجلات الطبية بهوية المريضة."),
    ("INSURANCE", "هل تمت موافقة التأمين على أشعة الرنين؟", "وردت الموافقة صباح اليوم، ويمكنكم حجز الموعد."),
    ("BILLING", "How much is a consultation without insurance?", "250 riyals; a follow-up within 14 days is free."),
    ("VISITING", "What are the visiting hours of the ward?", "From four to eight in the evening, two visitors at a time."),
    ("MEDICINES", "هل يمكن صرف علاج الضغط لثلاثة أشهر مرة واحدة؟", "نعم، إذا كتب الطبيب الوصفة لثلاثة أشهر."),
    ("SERVICES", "هل لديكم طبيبة جلدية في الفترة المسائية؟", "نعم، الأحد والثلاثاء من الرابعة إلى الثامنة."),
)  # fmt: skip


class Helpdesk:
    """Takes questions in, in the order in which they came, and walks each as far as time allows."""

    def __init__(self, sheets: Sheets, log: Log, group: Group) -> None:
        """Know the rule, the categories and who is told."""
        self.sheets, self.log, self.now, self.rng = sheets, log, clock.now(), sheets.rng
        self.bells = Bells(sheets, group)
        self.clocks = Clocks(sheets, log, self.bells)
        self.rule = db.session.execute(select(SlaPolicy).where(SlaPolicy.clock == sla.ANSWER)).scalar_one()
        self.categories = {row.code: row.id for row in db.session.execute(select(InquiryCategory)).scalars()}

    def work(self, visits: Sequence[Visit]) -> int:
        """Let people of recent visits, and some without a file, ask; gives how many."""
        recent = [
            visit
            for visit in visits
            if visit.happened and _over(visit) > self.now - SPAN and visit.patient.deceased_at is None
        ]
        chosen = self.rng.sample(recent, min(COUNT, len(recent)))
        asked = [(_over(visit) + (self.now - _over(visit)) * self.rng.uniform(0.05, 0.98), visit) for visit in chosen]
        for at, visit in sorted(asked, key=lambda pair: pair[0]):
            self._walk(*self._receive(at, visit))
        return len(chosen)

    def _receive(self, at: datetime, visit: Visit) -> tuple[dict[str, Any], str]:
        hospital = visit.hospital
        category, words, answer = self.rng.choice(ASKED)
        channel = self.rng.choices([code for code, _ in CHANNELS], [weight for _, weight in CHANNELS])[0]
        owner = self.rng.choice(hospital.coordinators)
        with clock.frozen(at):
            reference = next_reference("INQ")
        language = "ar" if looks_arabic(words) else "en"
        row = self.sheets.add(
            Inquiry, at, hospital_id=hospital.id, reference=reference, title=first_words(words), status=str(S.OPEN),
            channel=channel, received_at=at, language=language, words=words, words_language=language,
            category_id=self.categories[category], department_id=hospital.departments[visit.place], assignee_id=owner,
            created_by_id=owner, **self._who(visit, language),
        )  # fmt: skip
        event_id = self.log.say(InquiryReceived(row["id"], hospital.id, reference, channel, owner), at, by=owner)
        others = [each for each in hospital.coordinators if each != owner]
        self.bells.ring(row, "inquiries/received", others, at, event_id, of="inquiry")
        return row, answer

    def _who(self, visit: Visit, language: str) -> dict[str, Any]:
        """Give the patient of the visit, or a relative without a file."""
        if self.rng.random() < 0.7:
            return {"patient_id": visit.patient.id}
        name_en, name_ar = full_name(self.rng, self.rng.choice("MF"))[:2]
        phone = f"+9665{self.rng.choice('0345689')}{self.rng.randrange(10**7):07d}"
        name = name_ar if language == "ar" else name_en
        return {"contact_name": name, "contact_phone": phone, "contact_relation": "relative"}

    def _walk(self, row: dict[str, Any], answer: str) -> None:
        """Start, answer and close, or cancel, as far as the pace of the office allows until now."""
        hours, owner = self.clocks.hours_of(row["hospital_id"]), row["assignee_id"]
        pace = self.rule.target_minutes * 60 * min(4.0, self.rng.lognormvariate(-0.7, 0.8))

        def at(share: float) -> datetime:
            return working.due(hours, row["received_at"], max(60, int(pace * share))) or row["received_at"]

        ended: datetime | None = None
        if at(0.3) < self.now and self.rng.random() < 0.06:
            ended = row["closed_at"] = at(0.3)
            row["cancel_reason"] = "not_needed"
            self._note(row, "وجد الإجابة بنفسه ولا يحتاج إلى رد.", owner, ended, "reason")
            self._move(row, "cancel", S.CANCELLED, ended, owner, "not_needed")
        elif at(0.3) < self.now:
            self._move(row, "start", S.IN_PROGRESS, at(0.3), owner)
            if at(1) < self.now:
                ended = at(1)
                self._answer(row, answer, ended, owner)
        due = self.clocks.run(row, self.rule, kind=sla.ANSWER, of=sla.INQUIRY, started=row["received_at"], ended=ended)
        row["due_at"] = due if ended is None else None

    def _answer(self, row: dict[str, Any], answer: str, at: datetime, owner: UUID) -> None:
        way = "in_person" if row["channel"] == "desk" else "phone"
        row |= {"answer": answer, "answer_way": way, "answered_at": at, "answered_by_id": owner}
        self._note(row, answer, owner, at, "answer")
        self._move(row, "respond", S.ANSWERED, at, owner, way)
        if at + SILENCE + timedelta(minutes=15) < self.now:
            row["closed_at"] = at + SILENCE + timedelta(minutes=self.rng.uniform(1, 14))
            self._move(row, "close_silent", S.CLOSED, row["closed_at"], None)

    def _note(self, row: dict[str, Any], text: str, by: UUID, at: datetime, kind: str) -> None:
        self.sheets.add(
            InquiryNote, at, hospital_id=row["hospital_id"], inquiry_id=row["id"], author_id=by, kind=kind, body=text,
            text_language="ar" if looks_arabic(text) else "en",
        )  # fmt: skip

    def _move(self, row: dict[str, Any], verb: str, to: str, at: datetime, by: UUID | None, code: str = "") -> None:
        before, row["status"] = row["status"], str(to)
        about = (row["id"], row["hospital_id"], row["reference"])
        self.log.say(InquiryMoved(*about, verb, before, str(to), code), at, by=by, reason=CLOSES)
        row["updated_at"], row["version"] = at, row.get("version", 1) + 1


def _over(visit: Visit) -> datetime:
    return max(at for _stage, at in visit.happened)
