"""Who takes a new case: by the rule that fits, in turns or by load, never who is away while somebody else is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.accounts.models import RoleAssignment, User
from app.complaints.assigning import services
from app.complaints.assigning.models import AssignmentRule
from app.complaints.assigning.resource import RULES
from app.core.access.actor import Role, acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.errors import Invalid
from app.core.resources import commands
from app.core.time import clock
from tests.cast import Cast
from tests.complaints.conftest import received
from tests.complaints.inquiring import asked

SYSTEM = system_actor("a test of assignment")


def rule(cast: Cast, code: str = "R", by: str = "hospital_admin", **values: Any) -> AssignmentRule:
    """A rule of hospital A for its office in turns, unless told otherwise."""
    given = {
        "hospital_id": cast.a.id, "code": code, "name_en": code, "name_ar": code, "pool": "office", "method": "turns",
        **values,
    }  # fmt: skip
    actor = cast.actor(by)
    with acting_as(actor):
        return commands.create(RULES, given, actor=actor)


def colleague(cast: Cast, email: str = "second@example.org", **held: Any) -> UUID:
    """Another officer of hospital A."""
    with acting_as(SYSTEM), unit_of_work():
        user = User(email=email, name_en=email, name_ar=email, password_hash="x")
        db.session.add(user)
        db.session.flush()
        given = {"role": Role.PX_COORDINATOR, "hospital_id": cast.a.id, "from_at": clock.now(), **held}
        db.session.add(RoleAssignment(user_id=user.id, **given))
        db.session.flush()
        return user.id


def owners(cast: Cast, count: int, **facts: Any) -> list[UUID | None]:
    """Who takes so many complaints of the partner's desk."""
    return [received(cast, by="source_user", **facts).assignee_id for _turn in range(count)]


def test_without_a_rule_the_fewest_open_cases_decide(reference_data: Cast) -> None:
    first, second = reference_data["px_coordinator"].id, colleague(reference_data)
    received(reference_data)  # the officer keeps it
    assert owners(reference_data, 2) in ([second, first], [second, second])


def test_in_turns_everybody_gets_one_after_the_other(reference_data: Cast) -> None:
    people = sorted(
        [reference_data["px_coordinator"].id, colleague(reference_data), colleague(reference_data, "3@e.org")]
    )
    rule(reference_data)
    assert owners(reference_data, 4) == [*people, people[0]]


def test_a_rule_takes_only_what_it_names(reference_data: Cast) -> None:
    manager = reference_data["department_manager"]
    rule(reference_data, pool="person", person_email=manager.email, severity="critical", case="complaint")
    office = reference_data["px_coordinator"].id
    assert owners(reference_data, 1, severity="critical") == [manager.id]
    assert owners(reference_data, 1) == [office]
    assert received(reference_data, severity="critical").assignee_id == office  # an officer keeps what they enter
    rule(
        reference_data,
        "OWN",
        pool="person",
        person_email=manager.email,
        takes_own=True,
        department_id=reference_data.er.id,
    )
    assert received(reference_data).assignee_id == manager.id
    assert asked(reference_data).assignee_id == manager.id
    assert received(reference_data, department_id=None).assignee_id == office


def test_the_hospitals_rule_comes_before_the_groups_and_the_lower_place_first(reference_data: Cast) -> None:
    manager, admin = reference_data["department_manager"], reference_data["hospital_admin"]
    rule(reference_data, "GROUP", by="px_admin", hospital_id=None, pool="person", person_email=admin.email)
    assert owners(reference_data, 1) == [admin.id]
    rule(reference_data, "LATER", pool="office", position=5)
    rule(reference_data, "SOONER", pool="managers", position=1)
    assert owners(reference_data, 1) == [manager.id]
    assert owners(reference_data, 1, department_id=None) == [
        reference_data["px_coordinator"].id
    ]  # no manager: next rule


def test_who_has_a_deputy_now_is_passed_over(reference_data: Cast) -> None:
    absent, now = reference_data["px_coordinator"].id, clock.now()
    deputy = colleague(reference_data, deputy_for_id=absent, until_at=now + timedelta(days=3))
    rule(reference_data)
    assert owners(reference_data, 3) == [deputy] * 3
    with clock.frozen(now + timedelta(days=4)):
        assert owners(reference_data, 1) == [absent]


def test_everybody_away_is_better_than_nobody(reference_data: Cast) -> None:
    one = reference_data["px_coordinator"].id
    with acting_as(SYSTEM):
        assert services.present([one]) == [one]


def test_another_hospitals_rule_does_not_reach_here(reference_data: Cast) -> None:
    rule(reference_data, by="px_admin", hospital_id=reference_data.b.id, pool="person",
         person_email=reference_data["outsider"].email)  # fmt: skip
    assert owners(reference_data, 1) == [reference_data["px_coordinator"].id]


@pytest.mark.parametrize(
    "values",
    [{"pool": "person"}, {"pool": "person", "person_email": "nobody@example.org"}, {"person_email": "nurse@example.org"},
     {"pool": "person", "person_email": "outsider@example.org"}],
)  # fmt: skip
def test_a_rule_for_nobody_is_refused(reference_data: Cast, values: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        rule(reference_data, **values)
    assert list(refused.value.fields) == ["person_email"]


def test_a_person_who_left_hands_the_choice_to_the_next_rule(reference_data: Cast) -> None:
    manager = reference_data["department_manager"]
    rule(reference_data, pool="person", person_email=manager.email)
    with acting_as(SYSTEM), unit_of_work():
        db.session.execute(
            sa.update(RoleAssignment).where(RoleAssignment.user_id == manager.id).values(until_at=clock.now())
        )
    assert owners(reference_data, 1) == [reference_data["px_coordinator"].id]
