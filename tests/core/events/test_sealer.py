"""The chain of seals: an edit, a removal and another order of sealed rows are found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work, uuid7
from app.core.events import Change, Event, audit, record, sealer
from app.core.events.erasure import forget_details

SYSTEM = system_actor("test")


@dataclass(frozen=True)
class PageTurned(Event):
    """An event of these tests."""

    kind: ClassVar[str] = "test.page.turned"
    subject_type: ClassVar[str] = "page"
    number: int


@pytest.fixture
def sealed(app: Flask) -> list[Any]:
    """Five events, sealed; gives the subjects."""
    subjects = [uuid7() for _ in range(5)]
    for number, subject in enumerate(subjects):
        with acting_as(SYSTEM), unit_of_work():
            record(PageTurned(subject, None, number), actor=SYSTEM, change=Change({"number": (number, number + 1)}))
    sealer.seal_events()
    return subjects


def faults() -> list[str]:
    """What the walk over the chain finds."""
    return [text for _position, text in sealer.verify().faults]


def test_an_untouched_chain_is_whole(sealed: list[Any]) -> None:
    found = sealer.verify()
    assert found.is_whole and found.checked == 5 and found.unsealed == 0


def test_sealing_again_seals_nothing_twice(sealed: list[Any]) -> None:
    sealer.seal_events()
    assert sealer.verify().checked == 5


def test_erased_details_leave_the_chain_whole(sealed: list[Any]) -> None:
    with acting_as(SYSTEM), unit_of_work():
        assert forget_details(sealed[:2]) == 2
    found = sealer.verify()
    assert found.is_whole and found.erased_details == 2


def test_changed_before_and_after_values_are_found_out(sealed: list[Any]) -> None:
    with acting_as(SYSTEM), unit_of_work():
        db.session.execute(
            sa.text(
                "UPDATE event_details SET changes = '{\"number\": [9, 9]}' WHERE event_id = "
                "(SELECT event_id FROM event_seals WHERE position = 2)"
            ).execution_options(px360_walled="open")
        )
    db.session.expire_all()
    assert "the before and after values were changed" in faults()


def test_the_applications_own_role_may_not_touch_the_log(sealed: list[Any]) -> None:
    for statement in ("UPDATE event_log SET kind = 'x'", "DELETE FROM event_log", "DELETE FROM event_seals"):
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), db.session.begin_nested():
            db.session.execute(sa.text(statement).execution_options(px360_walled="open"))


def test_the_check_itself_is_recorded_for_the_audit_page(sealed: list[Any]) -> None:
    audit.verify_chain()
    state = audit.chain_state()
    assert (state.position, state.checked, state.faults, state.unsealed) == (5, 5, 0, 1)
