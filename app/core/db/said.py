"""Finding cases by words that were said in texts that belong to them: notes, points, explanations.

Each such table has a column `folded`, generated from its texts, with an index of trigrams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, union_all

from app.core.db.base import db
from app.core.text.fold import fold

LEAST_SIGNS = 3  # of one word at least: what an index of trigrams can find
MOST_SIGNS = 100
COMMON = 500  # cases with the same words in their texts, from which on looking these up first is no way to find a page


@dataclass(frozen=True, slots=True)
class Texts:
    """A table of texts of cases: its column with the case's id, and which of its rows the reader may read."""

    model: Any
    case_id: Any
    only: tuple[ColumnElement[bool], ...] = ()


def words_of(text: str) -> list[str]:
    """Give the folded words of a search of texts; none where no word is long enough for an index to find it."""
    words = fold(" ".join(text.split())[:MOST_SIGNS]).split()
    return words if any(len(word) >= LEAST_SIGNS for word in words) else []


def said_in(case_id: Any, words: Sequence[str], places: Sequence[Texts]) -> ColumnElement[bool]:
    """Give the WHERE of cases (`case_id` is their column) of which one text holds all words; one statement at once.

    Rare words are looked up first, by their indexes; of common ones the list is walked in its order until its page is
    full, which then is soon.
    """
    said = [(each, [*each.only, *_holds(each.model, words)]) for each in places]
    ways = [select(each.case_id).where(*clauses).limit(COMMON + 1) for each, clauses in said]
    ids = db.session.execute(union_all(*ways)).scalars().all()
    if len(ids) <= COMMON:
        found: ColumnElement[bool] = case_id.in_(ids)
        return found
    return or_(*(exists().where(each.case_id == case_id, *clauses) for each, clauses in said))


def _holds(model: Any, words: Sequence[str]) -> list[ColumnElement[bool]]:
    return [model.folded.contains(each, autoescape=True) for each in words]
