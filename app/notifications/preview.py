"""How a text looks to the person who gets it, in both languages, with sample values, parts and cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.notifications import segments
from app.notifications.enums import Channel
from app.notifications.placeholders import render

SAMPLES: dict[str, dict[str, str]] = {
    "en": {"hospital": "Al Noor Hospital", "name": "Noura Al Otaibi", "days": "7"},
    "ar": {"hospital": "مستشفى النور", "name": "نورة العتيبي", "days": "7"},
}
SAMPLE_TOKEN = "sample".ljust(30, "0")


@dataclass(frozen=True, slots=True)
class Texts:
    """What an administrator writes: both languages, a subject for e-mail, the approved name for WhatsApp."""

    subject_en: str = ""
    subject_ar: str = ""
    body_en: str = ""
    body_ar: str = ""
    provider_name: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """One language of a text, filled with sample values."""

    language: str
    subject: str
    body: str
    encoding: str
    units: int
    parts: int
    cost_halalas: int


def preview(
    texts: Texts, channel: str, names: Collection[str], *, short_url: str, price_halalas: int = 0
) -> list[Preview]:
    """Give both languages, Arabic first. Parts and cost are those of an SMS; elsewhere a message is one part."""
    found = []
    for language, subject, body in (
        ("ar", texts.subject_ar, texts.body_ar),
        ("en", texts.subject_en, texts.body_en),
    ):
        values = {name: SAMPLES[language].get(name, "…") for name in names} | {"link": f"{short_url}/s/{SAMPLE_TOKEN}"}
        text = render(body, values)
        counted = segments.count(text)
        parts = counted.parts if channel == Channel.SMS else min(counted.parts, 1)
        found.append(
            Preview(
                language,
                render(subject, values),
                text,
                counted.encoding,
                counted.units,
                parts,
                parts * price_halalas,
            )
        )
    return found
