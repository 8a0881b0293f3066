"""The texts that every installation starts with. Repeatable."""

from __future__ import annotations

from app.complaints.texts.models import TextModule
from app.core.access.actor import Actor
from app.core.db import command, seed_group

# code, name in English and Arabic, purpose, text in English and Arabic
TEXTS = (
    (
        "RECEIVED",
        "We have your complaint",
        "استلمنا شكواك",
        "message",
        "Dear {name}, thank you for writing to {hospital}. Your complaint {reference} is with us. "
        "Your care is not affected by it. {officer}",
        "عزيزنا {name}، نشكرك على تواصلك مع {hospital}. وصلتنا شكواك {reference} ونعمل عليها، ولن تؤثر على رعايتك. {officer}",
    ),
    (
        "MORE_TIME",
        "We need more time",
        "نحتاج إلى مزيد من الوقت",
        "message",
        "Dear {name}, we are still looking into your complaint {reference} with {department}. "
        "We will write again as soon as we know more.",
        "عزيزنا {name}، ما زلنا ندرس شكواك {reference} مع {department}، وسنكتب لك فور توفر معلومات جديدة.",
    ),
    (
        "CALL_MISSED",
        "We could not reach you",
        "تعذر الوصول إليك",
        "message",
        "Dear {name}, we tried to call you about your complaint {reference}. Tell us on the tracking page when we may call.",
        "عزيزنا {name}، حاولنا الاتصال بك بشأن شكواك {reference}. أخبرنا في صفحة المتابعة متى يناسبك أن نتصل.",
    ),
    (
        "APOLOGY",
        "Apology with what was done",
        "اعتذار مع بيان ما تم",
        "resolution",
        "Dear {name}, we looked into what you told us and are sorry for what you went through in {department}. "
        "This is what we have done: ",
        "عزيزنا {name}، درسنا ما ذكرته ونعتذر عما مررت به في {department}. وهذا ما قمنا به: ",
    ),
    (
        "NOT_UPHELD",
        "What we found, without a fault",
        "ما توصلنا إليه دون وجود خطأ",
        "resolution",
        "Dear {name}, we looked into your complaint {reference} with {department}. This is what we found: ",
        "عزيزنا {name}، درسنا شكواك {reference} مع {department}. وهذا ما توصلنا إليه: ",
    ),
    (
        "EXPLAIN",
        "What happened, and what will change",
        "ما الذي حدث وما الذي سيتغير",
        "question",
        "What happened from your point of view, why, and what would prevent it? Please name times where you know them.",
        "ما الذي حدث من وجهة نظرك، ولماذا، وما الذي يمنع تكراره؟ اذكر الأوقات إن عرفتها.",
    ),
    (
        "ANSWERED",
        "Answer with greeting",
        "رد مع تحية",
        "answer",
        "Dear {name}, thank you for your question {reference}. ",
        "عزيزنا {name}، نشكرك على استفسارك {reference}. ",
    ),
)


@command
def seed_texts(*, actor: Actor) -> None:
    """Make the group's text modules; what an administrator changed or archived stays."""
    columns = ("code", "name_en", "name_ar", "purpose", "text_en", "text_ar")
    seed_group(TextModule, ("code",), (dict(zip(columns, row, strict=True)) for row in TEXTS))
