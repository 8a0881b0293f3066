"""Red flags: words of a complaint that ask the office to look at once. The phrases are rows and are handed in.

Plain matching of whole words and phrases: "nobody was harmed" is a flag too, since a person who looks for nothing costs
less than a flag that nobody saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.complaints.rules.tokens import forms_of, holds, words_of
from app.core.severity import Severity

Phrase = tuple[str, ...]
Phrases = Mapping[str, tuple[Phrase, ...]]  # by the code of the flag, as folded words

# how grave each flag is, the gravest first
GRAVENESS: dict[str, Severity] = {
    "self_harm": Severity.CRITICAL,
    "harm": Severity.CRITICAL,
    "wrong_medicine": Severity.CRITICAL,
    "abuse": Severity.CRITICAL,
    "child": Severity.HIGH,
    "privacy": Severity.HIGH,
    "media_threat": Severity.HIGH,
}


def compiled(rows: Iterable[tuple[str, str]]) -> Phrases:
    """Give phrases ready for searching, from (flag, phrase) as they are written; a flag that is not known is left out."""
    found: dict[str, dict[Phrase, None]] = {}
    for flag, phrase in rows:
        words = tuple(words_of(phrase))
        if words and flag in GRAVENESS:
            found.setdefault(flag, {})[words] = None
    return {flag: tuple(found[flag]) for flag in GRAVENESS if flag in found}


def flags_in(phrases: Phrases, *texts: str) -> list[str]:
    """Give the flags of which a phrase stands in any of the texts, the gravest first."""
    spoken = [[forms_of(word) for word in words_of(text)] for text in texts]
    return [flag for flag in GRAVENESS if any(_any_holds(text, phrases.get(flag, ())) for text in spoken)]


def _any_holds(text: list[frozenset[str]], phrases: tuple[Phrase, ...]) -> bool:
    every = frozenset().union(*text)
    return any(every.issuperset(phrase) and holds(text, phrase) for phrase in phrases)


def severity_of(flags: list[str]) -> Severity | None:
    """Give the gravest severity that the flags suggest; None without a flag."""
    found = {GRAVENESS[flag] for flag in flags if flag in GRAVENESS}
    return next((each for each in Severity if each in found), None)
