"""The checklists that every installation starts with. Repeatable."""

from __future__ import annotations

from app.complaints.checklists.models import ChecklistItem
from app.core.access.actor import Actor
from app.core.db import command, seed_group

# code, how the classification begins, place, text in English and Arabic
ITEMS = (
    ("HEARD", "", 1, "The complainant's own words are heard and written down", "سُمعت كلمات المشتكي ودُوّنت"),
    ("CARE_SAFE", "", 2, "It was said that care is not affected", "أُخبر المشتكي بأن رعايته لن تتأثر"),
    ("SAFE_NOW", "CLIN", 1, "The patient is safe now; the treating team knows", "المريض بأمان الآن والفريق المعالج على علم"),
    ("FILE_READ", "CLIN", 2, "The medical file was read", "اطُّلع على الملف الطبي"),
    ("QUALITY_TOLD", "CLIN-02", 3, "Quality and patient safety are told", "أُبلغت إدارة الجودة وسلامة المرضى"),
    ("PRIVACY_TOLD", "REL-04", 1, "The data protection officer is told", "أُبلغ مسؤول حماية البيانات"),
)  # fmt: skip


@command
def seed_checklists(*, actor: Actor) -> None:
    """Make the group's items; what an administrator changed or archived stays."""
    columns = ("code", "class_code", "position", "name_en", "name_ar")
    seed_group(ChecklistItem, ("code",), (dict(zip(columns, row, strict=True)) for row in ITEMS))
