"""The items of checklists, declared: administrators keep those of the group and of their hospital."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.complaints.checklists.models import ChecklistItem
from app.complaints.policy import Perm
from app.core.resources import Code, Needs, Number, Resource, bilingual

ITEMS = Resource(
    path="checklist_items",
    domain="complaints",
    subject="checklist_item",
    model=ChecklistItem,
    title=_l("Checklists of complaints"),
    singular=_l("Item of a checklist"),
    note=_l("What must not be forgotten with complaints of a class; it stands on their page to be ticked off."),
    icon="list-check",
    api="/api/complaints/checklist_items/",
    needs=Needs(read=Perm.CHECK_READ, write=Perm.CHECK_WRITE),
    fields=(
        Code("code", _l("Code"), required=True, listed=True),
        Code(
            "class_code",
            _l("Classification"),
            most=24,
            listed=True,
            help=_l("A code of the taxonomy or how it begins, such as CLIN-01. Empty: every complaint."),
        ),
        Number("position", _l("Place in the list"), empty=0, most=999),
        *bilingual("name", _l("Text in English"), _l("Text in Arabic"), required=True),
    ),
    key="code",
    order=("class_code", "position", "code"),
    filters=("hospital_id",),
)
