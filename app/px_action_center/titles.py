"""The titles of actions that PX360 opens itself, in both languages: data, not translations, since they are stored."""

from __future__ import annotations

from app.core.i18n import named, number
from app.organizations.models import Department

# (English, Arabic) with the place of what it is about: department and score, never a patient
TITLES: dict[str, tuple[str, str]] = {
    "survey_low_score": (
        "Low survey score{about}: talk to the patient and find the cause",
        "تقييم منخفض في الاستبانة{about}: تواصلوا مع المريض وحدّدوا السبب",
    ),
    "resolution_low_score": (
        "The answer to a complaint did not help{about}: offer to talk again",
        "لم يُرضِ الرد على الشكوى صاحبها{about}: اعرضوا عليه الحديث من جديد",
    ),
    "survey_callback": (
        "Call the patient back, as asked in the survey{about}",
        "اتصلوا بالمريض كما طلب في الاستبانة{about}",
    ),
}
OTHER = ("Look into this signal and put the cause right{about}", "راجعوا هذه الإشارة وعالجوا السبب{about}")
COMMAS = {"en": ", ", "ar": "، "}


def title_of(kind: str, department: Department | None, value: float | None) -> tuple[str, str]:
    """Give the English and the Arabic title for a kind of signal, with the department and the score where they are known."""
    english, arabic = TITLES.get(kind, OTHER)
    return english.format(about=_about(department, value, "en")), arabic.format(about=_about(department, value, "ar"))


def _about(department: Department | None, value: float | None, code: str) -> str:
    told = [named(department, code=code), number(value) if value is not None else ""]
    known = COMMAS[code].join(filter(None, told))
    return f" ({known})" if known else ""
