"""Red-flag words as rows: a hospital's own, kept ready without a statement, and found in words that are added later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.complaints.flags import phrases
from app.complaints.flags.models import RedFlagPhrase
from app.complaints.flags.resource import PHRASES
from app.complaints.flags.seeds import seed_flags
from app.complaints.models import Complaint
from app.complaints.public import hearing
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import Invalid, NotAllowed
from app.core.events import timeline
from app.core.resources import commands
from app.core.time import clock
from app.notifications.models import Notification
from tests.cast import Cast
from tests.complaints.conftest import brought_to, received
from tests.guards.test_pages import counted

Drain = Callable[[], None]
SYSTEM = system_actor("a test of red flags")
LATER = timedelta(minutes=1)


def word(cast: Cast, phrase: str, flag: str = "harm", by: str = "hospital_admin", **values: Any) -> RedFlagPhrase:
    """A phrase of hospital A, unless told otherwise."""
    given = {"hospital_id": cast.a.id, "phrase": phrase, "flag": flag, "language": "en", **values}
    actor = cast.actor(by)
    with acting_as(actor):
        return commands.create(PHRASES, given, actor=actor)  # type: ignore[no-any-return]


def flags(cast: Cast, words: str, **facts: Any) -> list[str]:
    """The flags of a new complaint with these words."""
    return received(cast, words=words, **facts).red_flags


def added(row: Complaint, words: str) -> list[str]:
    """The flags of a complaint after its complainant added words."""
    with acting_as(SYSTEM):
        fresh = db.session.get_one(Complaint, row.id, populate_existing=True)
        return hearing.add_words(fresh, words).red_flags


def test_a_hospitals_own_word_flags_its_complaints_only(reference_data: Cast) -> None:
    word(reference_data, "quagga")
    assert flags(reference_data, "A QUAGGA stood there") == ["harm"]
    with acting_as(SYSTEM):
        assert "harm" in phrases.phrases_of(reference_data.b.id)
        assert ("quagga",) not in phrases.phrases_of(reference_data.b.id)["harm"]
    with pytest.raises(NotAllowed):
        word(reference_data, "zebra", by="px_coordinator")


def test_a_change_takes_effect_within_a_minute(reference_data: Cast) -> None:
    begun = clock.now()
    assert flags(reference_data, "the quagga") == []
    row = word(reference_data, "quagga")
    with clock.frozen(begun + LATER):
        assert flags(reference_data, "the quagga again") == ["harm"]
        actor = reference_data.actor("hospital_admin")
        with acting_as(actor):
            commands.archive(PHRASES, row.id, actor=actor)
    with clock.frozen(begun + 2 * LATER):
        assert flags(reference_data, "the quagga once more") == []


def test_most_complaints_cost_no_statement(reference_data: Cast) -> None:
    begun = clock.now()
    with acting_as(SYSTEM):
        first = phrases.phrases_of(reference_data.a.id)
        with counted() as statements:
            assert phrases.phrases_of(reference_data.a.id) is first
        assert statements == []
        with clock.frozen(begun + LATER), counted() as statements:
            assert phrases.phrases_of(reference_data.a.id) is first  # nothing changed: only asked
        assert len(statements) == 1


@pytest.mark.parametrize("phrase", ["", " - ", "x", "one two three four five six seven eight nine"])
def test_what_would_flag_everything_or_nothing_is_refused(reference_data: Cast, phrase: str) -> None:
    with pytest.raises(Invalid) as refusal:
        word(reference_data, phrase)
    assert set(refusal.value.fields) == {"phrase"}


def test_the_file_seeds_the_groups_rows_once_and_what_was_archived_stays(reference_data: Cast) -> None:
    with acting_as(SYSTEM):
        query = sa.select(sa.func.count()).select_from(RedFlagPhrase)
        before = db.session.execute(query).scalar_one()
        row = db.session.execute(sa.select(RedFlagPhrase).where(RedFlagPhrase.phrase == "توفي")).scalar_one()
    keeper = reference_data.actor("px_admin")
    with acting_as(keeper):
        commands.archive(PHRASES, row.id, actor=keeper)
    with acting_as(SYSTEM):
        seed_flags(actor=SYSTEM)
        assert before > 200 and db.session.execute(query).scalar_one() == before
        db.session.refresh(row)
    assert row.archived_at is not None


def test_words_added_later_raise_their_flag_and_ring_once(reference_data: Cast, drain: Drain) -> None:
    row = brought_to(reference_data, "in_progress")
    drain()
    assert added(row, "My child was there") == ["child"]
    assert added(row, "The child again, and they gave the wrong medicine") == ["wrong_medicine", "child"]
    assert added(row, "It was the wrong medicine for the child") == ["wrong_medicine", "child"]
    drain()
    with acting_as(SYSTEM):
        query = sa.select(Notification).where(
            Notification.user_id == reference_data["px_coordinator"].id, Notification.kind == "complaints/flagged_later"
        )
        rung = db.session.execute(query).scalars().all()
        told = [each.data["flags"] for each in timeline.of_subject(row.id, actor=SYSTEM) if "flagged" in each.kind]
    assert [each.is_urgent for each in rung] == [True, True]
    assert sorted(told) == [["child"], ["wrong_medicine"]]


def test_added_words_without_a_flag_ring_for_nobody_else(reference_data: Cast, drain: Drain) -> None:
    row = brought_to(reference_data, "in_progress")
    assert added(row, "Nothing new") == []
    drain()
    with acting_as(SYSTEM):
        query = sa.select(Notification).where(Notification.kind == "complaints/flagged_later")
        assert db.session.execute(query).first() is None
