"""The policy wall: how far a grant reaches, in SQL and in Python alike."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.policy import may_grant
from app.core.access.actor import LEVEL, Role, acting_as, system_actor
from app.core.access.policy import can, can_on, grants, load, visible
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, NotAllowed, NotFound
from app.px_action_center.models import PxAction
from app.px_action_center.policy import Perm
from app.surveys.models import SurveyTemplate
from app.surveys.policy import Perm as SurveyPerm
from tests.cast import PEOPLE, Cast

SYSTEM = system_actor("test")


@pytest.fixture
def actions(cast: Cast) -> dict[str, PxAction]:
    """One action in each place: the manager's department, below it, another ward, another hospital."""
    made = {}
    places = {
        "er": (cast.a, cast.er),
        "triage": (cast.a, cast.triage),
        "ward": (cast.a, cast.ward),
        "b": (cast.b, cast.elsewhere),
    }
    with acting_as(SYSTEM), unit_of_work():
        for number, (name, (hospital, department)) in enumerate(places.items()):
            made[name] = PxAction(
                hospital_id=hospital.id, department_id=department.id, reference=f"ACT-2026-{number:06d}", title_en=name,
                title_ar=name, severity="low", source_kind="manual", cause_key=name, assignee_id=cast["nurse"].id,
            )  # fmt: skip
            db.session.add(made[name])
    return made


SEES = {
    "px_admin": {"er", "triage", "ward", "b"},
    "hospital_admin": {"er", "triage", "ward"},
    "px_coordinator": {"er", "triage", "ward"},
    "department_manager": {"er", "triage"},
    "nurse": {"er", "triage", "ward"},  # they are assigned to her
    "physician": set(),
    "viewer": set(),
    "outsider": {"b"},
}


@pytest.mark.parametrize("name", list(SEES))
def test_sql_and_python_agree_on_what_a_person_reaches(cast: Cast, actions: dict[str, PxAction], name: str) -> None:
    actor = cast.actor(name)
    with acting_as(actor):
        found = set(
            db.session.execute(sa.select(PxAction.title_en).where(visible(PxAction, actor, Perm.READ))).scalars()
        )
    assert found == SEES[name]
    assert {title for title, row in actions.items() if can_on(actor, Perm.READ, row)} == SEES[name]


def test_loading_tells_no_right_no_row_and_stale_apart(cast: Cast, actions: dict[str, PxAction]) -> None:
    row = actions["ward"]
    for name, refusal in (("viewer", NotAllowed), ("department_manager", NotFound), ("outsider", NotFound)):
        actor = cast.actor(name)
        with acting_as(actor), pytest.raises(refusal):
            load(PxAction, row.id, actor=actor, needs=Perm.READ)
    nurse = cast.actor("nurse")
    with acting_as(nurse), pytest.raises(NotAllowed):
        load(PxAction, row.id, actor=nurse, needs=Perm.ASSIGN, sees=Perm.READ)
    coordinator = cast.actor("px_coordinator")
    with acting_as(coordinator), pytest.raises(Conflict):
        load(PxAction, row.id, actor=coordinator, needs=Perm.READ, version=row.version + 1)


def test_a_groups_row_is_read_by_all_and_written_by_px_admin_alone(reference_data: Cast) -> None:
    with acting_as(SYSTEM):
        template = db.session.execute(sa.select(SurveyTemplate).limit(1)).scalar_one()
    for name, may in (("px_admin", True), ("hospital_admin", False), ("px_coordinator", False)):
        actor = reference_data.actor(name)
        assert can_on(actor, SurveyPerm.TEMPLATE_READ, template)
        assert can_on(actor, SurveyPerm.TEMPLATE_WRITE, template) is may
        with acting_as(actor):
            found = db.session.execute(
                sa.select(sa.func.count()).where(visible(SurveyTemplate, actor, SurveyPerm.TEMPLATE_WRITE))
            ).scalar_one()
        assert bool(found) is may


def test_deny_is_the_default(cast: Cast) -> None:
    for name in PEOPLE:
        assert not can(cast.actor(name), "nobody:granted:this")
    for by_role in grants().values():
        assert Role.SYSTEM not in by_role


@pytest.mark.parametrize("giver", list(LEVEL))
@pytest.mark.parametrize("role", list(LEVEL))
def test_roles_below_ones_own_may_be_granted_and_px_admin_by_px_admin(cast: Cast, giver: Role, role: Role) -> None:
    from app.core.access.actor import Actor, ActorKind, Holding

    actor: Any = Actor(ActorKind.PERSON, None, (Holding(giver),))
    assert may_grant(actor, role) is (giver is Role.PX_ADMIN or LEVEL[role] < LEVEL[giver])


def test_a_departments_manager_reaches_the_departments_below(cast: Cast) -> None:
    actor = cast.actor("department_manager")
    assert actor.holdings[0].department_ids == {cast.er.id, cast.triage.id}
