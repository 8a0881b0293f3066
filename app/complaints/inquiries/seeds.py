"""What every installation starts with: the deadline of inquiries and the group's categories. Repeatable."""

from __future__ import annotations

from sqlalchemy import select

from app.complaints.inquiries import sla
from app.complaints.inquiries.models import InquiryCategory
from app.complaints.sla import LADDER, REMINDERS
from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.sla.seeds import seed_policies

CATEGORIES = (
    ("APPOINTMENTS", "Appointments", "المواعيد"),
    ("RESULTS", "Results and reports", "النتائج والتقارير"),
    ("RECORDS", "Medical records", "الملفات الطبية"),
    ("INSURANCE", "Insurance and approvals", "التأمين والموافقات"),
    ("BILLING", "Bills and prices", "الفواتير والأسعار"),
    ("SERVICES", "Services and physicians", "الخدمات والأطباء"),
    ("MEDICINES", "Medicines", "الأدوية"),
    ("VISITING", "Visiting hours and directions", "أوقات الزيارة والوصول"),
    ("OTHER", "Something else", "موضوع آخر"),
)


@command
def seed_inquiries(*, actor: Actor) -> None:
    """Make the group's deadline and its categories; what an administrator changed or archived stays."""
    seed_policies(sla.ANSWER, sla.TARGETS, reminders=REMINDERS, ladder=LADDER, actor=actor)
    known = set(db.session.execute(select(InquiryCategory.code).where(InquiryCategory.hospital_id.is_(None))).scalars())
    db.session.add_all(
        InquiryCategory(code=code, name_en=name_en, name_ar=name_ar)
        for code, name_en, name_ar in CATEGORIES
        if code not in known
    )
    db.session.flush()
