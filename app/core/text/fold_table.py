"""The one table of search folding. `fold` makes the Python function and the SQL function of it, so the two agree.

Character by character, never by Unicode decomposition first: that would tear the hamza off its seat and turn the
madda alef into two characters before the alef forms are seen.
"""

from __future__ import annotations

import unicodedata

from app.core.text.digits import ARABIC_INDIC, INVISIBLE_CLASS, PERSIAN, WESTERN

# What nearly every Arabic text holds: folded first, without asking.
COMMON: dict[str, str] = {
    **dict.fromkeys("أإآٱ", "ا"),
    **dict.fromkeys("ىئ", "ي"),
    "ؤ": "و",
    "ة": "ه",
    **dict(zip(ARABIC_INDIC + PERSIAN, WESTERN * 2, strict=True)),
}

# Letters of neighbouring keyboards that look the same: Persian and Urdu ya, kaf and ha, the high hamza forms.
_NEIGHBOURS: dict[str, str] = {
    **dict.fromkeys("ٲٳٵ", "ا"),
    "ٶ": "و",
    **dict.fromkeys("یېےٸۍ", "ي"),
    **dict.fromkeys("کڪ", "ك"),
    **dict.fromkeys("ھہەۀۃ", "ه"),
}

# Letters that become two; the four lam-alef ligatures (isolated and final) and the word Allah as one character.
LONGER: dict[str, str] = {
    **dict.fromkeys((chr(code) for code in range(0xFEF5, 0xFEFD)), "لا"),
    "\ufdf2": "الله",
    **dict.fromkeys("ßẞ", "ss"),
    **dict.fromkeys("æÆǽǼ", "ae"),
    **dict.fromkeys("œŒ", "oe"),
    **dict.fromkeys("þÞ", "th"),
    **dict.fromkeys("\u0132\u0133", "ij"),
}

# Latin letters whose stroke or hook is no accent to Unicode.
_LATIN_STROKES: dict[str, str] = dict(zip("øØłŁđĐðÐħĦıŧŦŋŊ", "oollddddhhittnn", strict=True))

# Deleted: tatweel, tashkeel with the dagger alef, Quranic signs, decomposed madda and hamza, combining accents, the
# ayn and hamza of transliteration (Shaʿrani), invisible marks.
DELETED_CLASS = (
    r"\u02BE\u02BF\u0300-\u036F\u0610-\u061A\u0640\u064B-\u065F\u0670\u0674"
    r"\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u08D3-\u08E1\u08E3-\u08FF" + INVISIBLE_CLASS
)

# Every blank, and control characters, are one blank.
BLANK_CLASS = r"\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"


def _presentation_forms() -> dict[str, str]:
    """Letters in the shape of their place in the word, as old systems store them, back to the folded letter."""
    table = {}
    for code in range(0xFE80, 0xFEF5):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2:  # "<initial> 0628"
            letter = chr(int(parts[1], 16))
            table[chr(code)] = COMMON.get(letter, letter)
    return table


def _accented_latin() -> dict[str, str]:
    """Latin letters with accents, capitals too, to their plain small letter (dots of transliteration, Ḥ Ṣ Ḍ, too)."""
    table = {}
    for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00)):
        base = chr(code)
        while (parts := unicodedata.decomposition(base).split()) and not parts[0].startswith("<"):
            base = chr(int(parts[0], 16))
        if base != chr(code) and base.isascii():
            table[chr(code)] = base.lower()
    return table


# One letter to one letter, met seldom: looked up in SQL only where a text holds any of them.
SELDOM: dict[str, str] = {**_NEIGHBOURS, **_presentation_forms(), **_LATIN_STROKES, **_accented_latin()}
