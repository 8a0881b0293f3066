"""The titles of actions that PX360 opens itself, in both languages: data, not translations, since they are stored."""

from __future__ import annotations

from app.core.events.kinds import Signal

TITLES: dict[str, tuple[str, str]] = {
    "survey_low_score": (
        "Low survey score: talk to the patient and find the cause",
        "تقييم منخفض في الاستبانة: تواصلوا مع المريض وحدّدوا السبب",
    ),
    "resolution_low_score": (
        "The answer to a complaint did not help: offer to talk again",
        "لم يُرضِ الرد على الشكوى صاحبها: اعرضوا عليه الحديث من جديد",
    ),
    "survey_callback": ("Call the patient back, as asked in the survey", "اتصلوا بالمريض كما طلب في الاستبانة"),
}
OTHER = ("Look into this signal and put the cause right", "راجعوا هذه الإشارة وعالجوا السبب")


def title_of(signal: Signal) -> tuple[str, str]:
    """Give the English and the Arabic title for a kind of signal."""
    return TITLES.get(signal.kind, OTHER)
