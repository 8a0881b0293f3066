"""Which script a text is written in, and parting a text that holds both."""

from __future__ import annotations

import re
from enum import StrEnum

_ARABIC = re.compile(r"[\u0620-\u063F\u0641-\u064A\u066E-\u066F\u0671-\u06D3\u06D5\u06EE\u06EF\u06FA-\u06FF"
                     r"\u0750-\u077F\u08A0-\u08C9\uFB50-\uFDCF\uFDF0-\uFDFB\uFE70-\uFEFC]")  # fmt: skip
_LATIN = re.compile(r"[A-Za-z\u00AA\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u1E00-\u1EFF]")


class Script(StrEnum):
    """The script of a text's letters."""

    ARABIC = "arabic"
    LATIN = "latin"
    MIXED = "mixed"
    NONE = "none"  # no letter of either


def script_of(text: str) -> Script:
    """Give the script of the letters in `text`; digits, blanks and marks do not count."""
    arabic, latin = bool(_ARABIC.search(text)), bool(_LATIN.search(text))
    if arabic and latin:
        return Script.MIXED
    if arabic:
        return Script.ARABIC
    return Script.LATIN if latin else Script.NONE


def looks_arabic(text: str) -> bool:
    """Say whether most letters of `text` are Arabic (half is not most; no letters is no)."""
    return len(_ARABIC.findall(text)) > len(_LATIN.findall(text))


def split_scripts(text: str) -> tuple[str, str]:
    """Part `text` into its Arabic words and its Latin words, each in order: ("محمد الحربي", "Mohammed Alharbi").

    A word without letters (a number, a dash) goes with the word before it, at the start with the word after it.
    """
    parts: dict[bool, list[str]] = {True: [], False: []}
    waiting: list[str] = []
    current: bool | None = None
    for word in text.split():
        if script_of(word) is not Script.NONE:
            current = looks_arabic(word)
            parts[current] += waiting
            waiting = []
        (waiting if current is None else parts[current]).append(word)
    return " ".join(parts[True]), " ".join(parts[False] + waiting)
