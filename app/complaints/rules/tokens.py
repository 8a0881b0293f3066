"""Whole words of folded text, in either script, each with the forms it has without what Arabic glues before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.text.fold import fold

_WORD = re.compile(r"[^\W_]+")
_AND, _TO, _THE, _ALEF = "وف", "بكل", "ال", "ا"


def words_of(text: str) -> list[str]:
    """Give the folded words of a text."""
    return _WORD.findall(fold(text))


def forms_of(word: str) -> frozenset[str]:
    """Give a folded word with and without "and", the prepositions of one letter, the article, and the alef of the accusative."""
    found = {word}
    if len(word) > 3 and word[0] in _AND:
        found.add(word[1:])
    found |= {each[1:] for each in tuple(found) if len(each) > 3 and each[0] in _TO}
    found |= {each[2:] for each in tuple(found) if len(each) > 4 and each.startswith((_THE, "لل"))}
    found |= {each[:-1] for each in tuple(found) if len(each) > 4 and each.endswith(_ALEF)}
    return frozenset(found)


def holds(text: Sequence[frozenset[str]], phrase: Sequence[str]) -> bool:
    """Tell whether the words of a phrase stand in a text one after the other; `text` holds the forms of each word."""
    length = len(phrase)
    return any(
        all(word in text[start + place] for place, word in enumerate(phrase)) for start in range(len(text) - length + 1)
    )
