"""Guesses with confidence: what similar earlier cases were, and which class its own words name.

Votes: each near case gives its likeness to its value. Confidence = the value's share of all votes x the chance that not
all of its likenesses are by accident. Words: the share of a class's phrase that stands in the text, weighed by how seldom
each word is among the classes. Where both speak for one value, they strengthen each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, prod

from app.complaints.rules.tokens import forms_of, words_of

SHORTEST = 3  # letters of a word that says something
LEAST_SHARE = 0.6  # of a phrase that must stand in the text
PHRASE, WORD = 0.7, 0.5  # the most that a phrase of several words, or of one, can say by itself
STOP = frozenset(
    words_of("the and not for was were with from that this have has من في على الى عن غير عدم دون مع هذا او")
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A value with its confidence (0 to 1), and what it was made from."""

    value: str
    confidence: float
    cases: int = 0  # near cases that had it
    phrase: str = ""  # of the class, which stands in the text


def votes(near: Iterable[tuple[str, float]]) -> list[Guess]:
    """Give a guess for each value of the near cases, (value, likeness); the surest first."""
    found: dict[str, list[float]] = defaultdict(list)
    for value, likeness in near:
        found[value].append(likeness)
    total = sum(sum(each) for each in found.values())
    guesses = [
        Guess(value, sum(each) / total * (1 - prod(1 - likeness for likeness in each)), cases=len(each))
        for value, each in found.items()
        if total
    ]
    return sorted(guesses, key=lambda guess: -guess.confidence)


def by_words(text: str, phrases: Mapping[str, Sequence[str]]) -> list[Guess]:
    """Give a guess for each value whose phrases (in either language) stand in the text, in any order; the surest first."""
    spoken = frozenset().union(*(forms_of(word) for word in words_of(text)))
    told = {value: [(phrase, _telling(phrase)) for phrase in each] for value, each in phrases.items()}
    spread = Counter(word for each in told.values() for word in {word for _, words in each for word in words})
    guesses = []
    for value, each in told.items():
        scored = [(_score(words, spoken, spread, len(told)), phrase) for phrase, words in each if words]
        confidence, phrase = max(scored, default=(0.0, ""))
        if confidence:
            guesses.append(Guess(value, confidence, phrase=phrase))
    return sorted(guesses, key=lambda guess: -guess.confidence)


def _telling(phrase: str) -> frozenset[str]:
    """The words of a phrase that say something, without their article."""
    plain = (min(forms_of(word), key=len) if word.startswith("ال") else word for word in words_of(phrase))
    return frozenset(word for word in plain if len(word) >= SHORTEST and word not in STOP)


def _score(words: frozenset[str], spoken: frozenset[str], spread: Mapping[str, int], classes: int) -> float:
    weights = {word: log(1 + classes / spread[word]) for word in words}
    share = sum(weight for word, weight in weights.items() if word in spoken) / sum(weights.values())
    return share * (PHRASE if len(words) > 1 else WORD) if share >= LEAST_SHARE else 0.0


def joined(*ways: Iterable[Guess]) -> list[Guess]:
    """Give one guess for each value, of all ways together; the surest first."""
    found: dict[str, Guess] = {}
    for guess in (each for way in ways for each in way):
        known = found.get(guess.value, Guess(guess.value, 0.0))
        found[guess.value] = Guess(
            guess.value,
            1 - (1 - known.confidence) * (1 - guess.confidence),
            known.cases + guess.cases,
            known.phrase or guess.phrase,
        )
    return sorted(found.values(), key=lambda guess: -guess.confidence)
