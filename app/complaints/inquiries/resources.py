"""The categories of inquiries, declared: administrators keep the list of the group and of their hospital."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.complaints.inquiries.models import InquiryCategory
from app.complaints.policy import Perm
from app.core.resources import Code, Needs, Resource, bilingual

CATEGORIES = Resource(
    path="inquiry_categories",
    domain="complaints",
    subject="inquiry_category",
    model=InquiryCategory,
    title=_l("Categories of inquiries"),
    singular=_l("Category of inquiries"),
    note=_l("What questions are about: of the group, and of a hospital beside it. Inquiries keep an archived one."),
    icon="category",
    api="/api/complaints/inquiry_categories/",
    needs=Needs(read=Perm.CATEGORY_READ, write=Perm.CATEGORY_WRITE),
    fields=(
        Code("code", _l("Code"), required=True, listed=True),
        *bilingual("name", _l("Name in English"), _l("Name in Arabic"), required=True),
    ),
    key="code",
    order=("name_en", "name_ar", "code"),
    filters=("hospital_id",),
)
