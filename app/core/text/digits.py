"""Digits and invisible marks: what people type or paste, made plain before it is parsed."""

from __future__ import annotations

import re

ARABIC_INDIC = "٠١٢٣٤٥٦٧٨٩"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
WESTERN = "0123456789"

_TO_WESTERN = str.maketrans(ARABIC_INDIC + PERSIAN, WESTERN * 2)

# Soft hyphen, Arabic letter mark, zero-width characters, direction marks, embeddings and isolates,
# joiners, byte order mark.
# Written as the inside of a bracket expression that Python and PostgreSQL both understand.
INVISIBLE_CLASS = r"\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF"

_INVISIBLE = re.compile(f"[{INVISIBLE_CLASS}]")


def western_digits(text: str) -> str:
    """Give `text` with Arabic-Indic and Persian digits as 0-9; everything else stays (domain.md 1.3, 9)."""
    return text.translate(_TO_WESTERN)


def strip_marks(text: str) -> str:
    """Give `text` without invisible marks, which come along when a number is copied from a right-to-left page."""
    return _INVISIBLE.sub("", text)
