"""Red flags: words of a complaint that ask the office to look at once. The lists are rows of `data/red-flags.csv`.

Plain matching of whole words and phrases: "nobody was harmed" is a flag too, since a person who looks for nothing costs
less than a flag that nobody saw.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from app.complaints.rules.tokens import forms_of, holds, words_of
from app.core.severity import Severity

SOURCE = Path(__file__).parents[1] / "data" / "red-flags.csv"
Phrase = tuple[str, ...]


@lru_cache(maxsize=1)
def lists() -> dict[str, tuple[Severity, tuple[Phrase, ...]]]:
    """Give the flags by code: how grave each is, and its phrases as folded words."""
    graveness: dict[str, Severity] = {}
    phrases: dict[str, list[Phrase]] = {}
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            graveness[line["flag"]] = Severity(line["severity"])
            phrases.setdefault(line["flag"], []).append(tuple(words_of(line["phrase"])))
    return {flag: (severity, tuple(dict.fromkeys(phrases[flag]))) for flag, severity in graveness.items()}


def flags_in(*texts: str) -> list[str]:
    """Give the flags that stand in any of the texts, the gravest first."""
    spoken = [[forms_of(word) for word in words_of(text)] for text in texts]
    known = [flag for flag, (_, phrases) in lists().items() if any(_any_holds(text, phrases) for text in spoken)]
    return sorted(known, key=lambda flag: lists()[flag][0] is not Severity.CRITICAL)


def _any_holds(text: list[frozenset[str]], phrases: tuple[Phrase, ...]) -> bool:
    every = frozenset().union(*text)
    return any(every.issuperset(phrase) and holds(text, phrase) for phrase in phrases)


def severity_of(flags: list[str]) -> Severity | None:
    """Give the gravest severity that the flags suggest; None without a flag."""
    found = {lists()[flag][0] for flag in flags if flag in lists()}
    return next((each for each in Severity if each in found), None)
