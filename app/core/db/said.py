"""Finding cases: in ways that each have an index, and by words of texts that belong to them (notes, points, explanations).

A table of such texts has a column `folded`, generated from them, with an index of trigrams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select, union_all

from app.core.db.among import among
from app.core.db.base import db
from app.core.text.fold import fold

LEAST_SIGNS = 3  # of one word at least: what an index of trigrams can find
MOST_SIGNS = 100
COMMON = 500  # hits from which on looking them up first is no way to find a page: it is full after a short walk


@dataclass(frozen=True, slots=True)
class Texts:
    """A table of texts of cases: its column with the case's id, and which of its rows the reader may read."""

    model: Any
    case_id: Any
    only: tuple[ColumnElement[bool], ...] = ()

    def holds(self, words: Sequence[str]) -> ColumnElement[bool]:
        """Give the WHERE of texts that the reader may read and that hold all words."""
        return and_(*self.only, *(self.model.folded.contains(each, autoescape=True) for each in words))


def words_of(text: str) -> list[str]:
    """Give the folded words of a search of texts; none where no word is long enough for an index to find it."""
    words = fold(" ".join(text.split())[:MOST_SIGNS]).split()
    return words if any(len(word) >= LEAST_SIGNS for word in words) else []


def found_by(
    case_id: Any, ways: Sequence[ColumnElement[bool]], words: Sequence[str], places: Sequence[Texts]
) -> tuple[ColumnElement[bool], ColumnElement[bool] | None]:
    """Give the WHERE of cases (`case_id` is their column) that one of `ways` finds, and of those of which one text of
    `places` holds all `words` (None: no words, no places, or no such text); both looked up in one statement.

    Rare hits are looked up first, by their indexes; of common ones the list is walked in its order until its page is
    full, which then is soon.
    """
    said = [(each, each.holds(words)) for each in places if words]
    case_ids, text_ids = _looked_up(
        [select(case_id).where(way) for way in ways], [select(each.case_id).where(holds) for each, holds in said]
    )
    by_case: ColumnElement[bool] = or_(*ways) if case_ids is None else among(case_id, case_ids)
    if not said or text_ids == set():
        return by_case, None
    if text_ids is None:
        return by_case, or_(*(exists().where(each.case_id == case_id, holds) for each, holds in said))
    return by_case, among(case_id, text_ids)


def _looked_up(*groups: Sequence[Select[Any]]) -> list[set[UUID] | None]:
    """Give the ids that each group of statements finds, all in one statement; None for a group of common hits."""
    found: list[set[UUID]] = [set() for _group in groups]
    ways = [
        query.add_columns(literal(number)).limit(COMMON + 1) for number, group in enumerate(groups) for query in group
    ]
    if ways:
        for row_id, number in db.session.execute(union_all(*ways)):
            found[number].add(row_id)
    return [ids if len(ids) <= COMMON else None for ids in found]
