"""What every installation starts with: the deadline of inquiries and the group's categories. Repeatable."""

from __future__ import annotations

from app.complaints.inquiries import sla
from app.complaints.inquiries.models import InquiryCategory
from app.complaints.sla import LADDER, REMINDERS
from app.core.access.actor import Actor
from app.core.db import command, seed_group
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
    columns = ("code", "name_en", "name_ar")
    seed_group(InquiryCategory, ("code",), (dict(zip(columns, row, strict=True)) for row in CATEGORIES))
