"""The sources with which code and the first deadline rules work: their first words, and which doors name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

COMPLAINT, INQUIRY = "complaint", "inquiry"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """What a source is called and coloured until an administrator says otherwise, and what comes from it."""

    name_en: str
    name_ar: str
    hue: str
    kinds: tuple[str, ...]


BUILT_IN: Mapping[str, BuiltIn] = {
    "desk": BuiltIn("Patient relations office", "مكتب علاقات المرضى", "teal", (COMPLAINT, INQUIRY)),
    "phone": BuiltIn("Phone call", "مكالمة هاتفية", "blue", (COMPLAINT, INQUIRY)),
    "public": BuiltIn("Public page", "الصفحة العامة", "green", (COMPLAINT,)),
    "email": BuiltIn("E-mail", "البريد الإلكتروني", "indigo", (COMPLAINT, INQUIRY)),
    "whatsapp": BuiltIn("WhatsApp", "واتساب", "green", (INQUIRY,)),
    "survey": BuiltIn("Survey answer", "إجابة استبانة", "purple", (COMPLAINT,)),
    "partner": BuiltIn("Partner's desk", "مكتب الشريك", "brown", (COMPLAINT, INQUIRY)),
    "api": BuiltIn("Another system", "نظام آخر", "slate", (COMPLAINT, INQUIRY)),
    "moh": BuiltIn("MOH 937", "مركز 937", "orange", (COMPLAINT,)),
    "chi": BuiltIn("Council of Health Insurance", "مجلس الضمان الصحي", "pink", (COMPLAINT,)),
}

# what a door may name besides the administrators' own: people who type a case in, and other systems
BY_STAFF: Mapping[str, frozenset[str]] = {
    COMPLAINT: frozenset({"desk", "phone", "moh", "chi"}),
    INQUIRY: frozenset({"desk", "phone", "email", "whatsapp"}),
}
BY_API: Mapping[str, frozenset[str]] = {kind: codes | {"partner", "api"} for kind, codes in BY_STAFF.items()}

# a door of its own gives these, or code falls back on them: they are never retired; a door is closed where it is set up
STAYS = frozenset({"desk", "public", "email", "survey", "partner", "api"})
