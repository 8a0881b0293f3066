"""How a survey is cut into pages for a phone: by section, a few questions each. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.surveys.enums import QuestionType
from app.surveys.rules.questions import Question

MOST_ON_A_PAGE = 3
ALONE = frozenset({QuestionType.NPS, QuestionType.TEXTAREA})  # these deserve a page of their own


def pages(shown: Sequence[Question]) -> list[list[Question]]:
    """Give the visible questions page by page, in order; a new section begins a new page."""
    cut: list[list[Question]] = []
    for question in shown:
        fits = (
            cut
            and len(cut[-1]) < MOST_ON_A_PAGE
            and cut[-1][-1].section == question.section
            and cut[-1][-1].type not in ALONE
            and question.type not in ALONE
        )
        if fits:
            cut[-1].append(question)
        else:
            cut.append([question])
    return cut


def page_after(cut: Sequence[Sequence[Question]], order: Sequence[str], last: str) -> int:
    """Give the number (from 1) of the page that follows question `last`; one more than the pages: the end.

    `order` is every question of the sheet, so that the place is known even when `last` itself is hidden by now.
    """
    place = order.index(last) if last in order else -1
    for number, page in enumerate(cut, 1):
        if order.index(page[-1].code) > place:
            return number
    return len(cut) + 1


def minutes_for(count: int) -> int:
    """Estimate how long a survey takes: about a quarter of a minute a question, at least one minute."""
    return max(1, round(count / 4))
