"""Complaints by person and month: what is counted, for whom, in how many statements."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from app.complaints.kpis.figures import OfMonth, by_person_and_month
from app.core.access.actor import acting_as
from app.core.db import db
from app.core.errors import NotAllowed
from app.core.time import clock
from tests.cast import Cast
from tests.complaints.conftest import brought_to, received


def figures(cast: Cast, who: str = "px_coordinator", since: datetime | None = None) -> list[OfMonth]:
    """What a person reads."""
    actor = cast.actor(who)
    with acting_as(actor):
        return list(
            by_person_and_month(
                since or datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC), actor=actor
            )
        )


def at(cast: Cast, complaint: Any, instant: datetime) -> None:
    """Let a complaint have been received then."""
    with acting_as(cast.actor("px_admin")):
        db.session.execute(
            sa.text("UPDATE complaints SET received_at = :at WHERE id = :id").execution_options(px360_walled="open"),
            {"at": instant, "id": complaint.id},
        )
        db.session.commit()


def test_each_owner_has_a_line_for_each_month_with_what_came_and_what_ended(reference_data: Cast) -> None:
    received(reference_data)
    brought_to(reference_data, "closed")

    lines = figures(reference_data)

    owner = reference_data.actor("px_coordinator").id
    assert [(line.person_id, line.received, line.closed) for line in lines] == [(owner, 2, 1)]
    assert lines[0].name_en


def test_a_month_is_one_of_the_local_calendar(reference_data: Cast) -> None:
    at(
        reference_data, received(reference_data), datetime(2026, 2, 28, 22, 30, tzinfo=UTC)
    )  # 01:30 of the first of March

    assert [line.month for line in figures(reference_data)] == [date(2026, 3, 1)]


def test_what_came_earlier_is_left_out(reference_data: Cast) -> None:
    at(reference_data, received(reference_data), datetime(2026, 2, 1, tzinfo=UTC))

    assert figures(reference_data, since=clock.now()) == []


def test_nobody_counts_what_they_may_not_see(reference_data: Cast) -> None:
    received(reference_data)

    assert figures(reference_data, "outsider") == []
    with pytest.raises(NotAllowed):
        figures(reference_data, "nurse")


def test_one_statement_counts_however_many_there_are(reference_data: Cast) -> None:
    for _number in range(3):
        received(reference_data)
    asked: list[str] = []
    watch = lambda *given: asked.append(given[2])  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", watch)
    try:
        figures(reference_data)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", watch)

    assert len([each for each in asked if "complaints" in each]) == 1
