"""A signal opens one action per cause, with owner, deadline and log; whoever sends it twice, or at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from app import create_app
from app.accounts.models import RoleAssignment
from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.errors import Invalid
from app.core.events.models import EventLog
from app.core.sla import clocks
from app.core.time import clock
from app.notifications.models import Notification
from app.organizations.models import Department, Patient
from app.portal.seeds import seed_reference_data
from app.px_action_center.models import ActionRule, PxAction
from app.px_action_center.services import opening
from app.px_action_center.titles import title_of
from app.settings import from_environment
from devstack.testing import Servers
from tests.cast import Cast, assemble, count
from tests.conftest import NOON, environment
from tests.px_action_center.conftest import SYSTEM, open_for, signal


def test_a_low_score_opens_an_action_of_its_department(reference_data: Cast) -> None:
    action = open_for(signal(reference_data))

    assert action is not None
    assert (action.hospital_id, action.department_id) == (reference_data.a.id, reference_data.er.id)
    assert (action.status, action.severity, action.value) == ("open", "medium", 40.0)
    assert action.assignee_id == reference_data["department_manager"].id
    assert action.title_en == "Low survey score (Emergency, 40): talk to the patient and find the cause"
    assert (
        action.title_ar == f"تقييم منخفض في الاستبانة ({reference_data.er.name_ar}، 40): تواصلوا مع المريض وحدّدوا السبب"
    )
    with acting_as(SYSTEM):
        (running,) = clocks.of_subject(action.id)
        assert running.due_at == action.due_at
        assert running.target_seconds == 56 * 3600
        kinds = db.session.execute(sa.select(EventLog.kind).where(EventLog.subject_id == action.id)).scalars().all()
    assert kinds == ["actions.action.opened"]


@pytest.mark.parametrize("kind", ["survey_low_score", "resolution_low_score", "survey_callback", "something_new"])
def test_a_title_names_what_is_known_and_nothing_else(kind: str) -> None:
    whole = title_of(kind, Department(name_en="Surgery", name_ar="الجراحة"), 12.4)
    bare = title_of(kind, None, None)

    assert "(Surgery, 12)" in whole[0] and "(الجراحة، 12)" in whole[1]
    assert [each.replace(" (Surgery, 12)", "").replace(" (الجراحة، 12)", "") for each in whole] == list(bare)
    assert not any(sign in text for text in (*whole, *bare) for sign in "{}")
    assert title_of(kind, None, 0.0)[0].count("(0)") == 1


def test_the_deadline_counts_working_hours(reference_data: Cast) -> None:
    action = open_for(signal(reference_data, severity="critical"))  # eight hours from Tuesday noon, 8:00 to 16:00

    assert action is not None
    assert action.due_at == NOON + timedelta(days=1)


def test_the_same_cause_opens_no_second_action(reference_data: Cast) -> None:
    first = open_for(signal(reference_data))
    again = open_for(signal(reference_data, value=20.0))

    assert first is not None
    assert again is not None
    assert again.id == first.id
    assert count(PxAction) == 1


def test_the_same_cause_at_once_opens_one_action(servers: Servers, clone: Any, tmp_path: Path) -> None:
    app = create_app(from_environment(environment(servers, clone(), tmp_path)))
    with app.app_context(), clock.frozen(NOON):
        said = signal(assemble())
        seed_reference_data()
        db.session.remove()
    together = Barrier(4)

    def send() -> str:
        with app.app_context():
            together.wait(timeout=30)
            action = opening.open_from_signal(said, source_id=uuid4(), actor=SYSTEM)
            assert action is not None
            return action.reference

    with ThreadPoolExecutor(4) as pool:
        references = {each.result(timeout=60) for each in [pool.submit(send) for _turn in range(4)]}
    with app.app_context(), acting_as(SYSTEM):
        assert len(references) == count(PxAction) == 1
        opened = db.session.execute(sa.select(sa.func.count()).where(EventLog.kind == "actions.action.opened"))
        assert opened.scalar_one() == 1
        db.session.remove()
        db.engine.dispose()


def test_a_rule_gives_the_severity_and_the_threshold(reference_data: Cast) -> None:
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(ActionRule(
            hospital_id=reference_data.a.id, department_id=reference_data.er.id, signal_kind="survey_low_score",
            at_or_below=30.0, severity="critical",
        ))  # fmt: skip

    grave = open_for(signal(reference_data, "survey:2", value=10.0))
    assert grave is not None
    assert grave.severity == "critical"
    assert open_for(signal(reference_data, "survey:3", value=31.0)) is None
    assert open_for(signal(reference_data, "survey:4", department_id=reference_data.ward.id)) is not None


def test_an_unknown_kind_of_signal_opens_nothing(reference_data: Cast) -> None:
    assert open_for(signal(reference_data, kind="weather")) is None


def test_a_department_without_a_manager_goes_to_the_one_above(reference_data: Cast) -> None:
    action = open_for(signal(reference_data, department_id=reference_data.triage.id))

    assert action is not None
    assert action.assignee_id == reference_data["department_manager"].id


def test_without_any_manager_the_px_office_owns_it(reference_data: Cast) -> None:
    action = open_for(signal(reference_data, department_id=reference_data.ward.id))

    assert action is not None
    assert action.assignee_id == reference_data["px_coordinator"].id


def test_a_deputy_owns_what_opens_while_the_manager_is_away(reference_data: Cast) -> None:
    cast = reference_data
    with acting_as(SYSTEM), unit_of_work():
        held = db.session.execute(
            sa.select(RoleAssignment).where(RoleAssignment.user_id == cast["department_manager"].id)
        ).scalar_one()
        held.until_at = clock.now() - timedelta(hours=1)
        db.session.add(RoleAssignment(
            user_id=cast["nurse"].id, role="department_manager", hospital_id=cast.a.id, department_id=cast.er.id,
            from_at=clock.now() - timedelta(hours=1), until_at=clock.now() + timedelta(days=7),
            deputy_for_id=cast["department_manager"].id,
        ))  # fmt: skip

    action = open_for(signal(cast))

    assert action is not None
    assert action.assignee_id == cast["nurse"].id


def test_a_wish_to_be_called_back_joins_the_action_of_the_low_score(reference_data: Cast, drain: Any) -> None:
    action = open_for(signal(reference_data))
    assert action is not None
    joined = open_for(signal(reference_data, kind="survey_callback", value=None))
    assert joined is not None
    drain()

    assert joined.id == action.id
    with acting_as(SYSTEM):
        said = db.session.execute(sa.select(EventLog.data).where(EventLog.kind == "actions.action.joined")).scalars()
        told = db.session.execute(sa.select(Notification.user_id).where(Notification.kind == "actions/callback"))
    assert [each["signal_kind"] for each in said] == ["survey_callback"]
    assert list(told.scalars()) == [action.assignee_id]


def test_whatever_comes_first_there_is_one_action_as_grave_as_the_graver_signal(reference_data: Cast) -> None:
    called = open_for(signal(reference_data, kind="survey_callback", value=None))
    assert called is not None
    due = called.due_at
    scored = open_for(signal(reference_data, severity="critical"))
    again = open_for(signal(reference_data, severity="low"))

    assert scored is not None
    assert again is not None
    assert scored.id == called.id == again.id
    assert scored.severity == "critical"
    assert due is not None
    assert scored.due_at is not None
    assert scored.due_at < due


def test_an_action_names_no_patient_of_another_hospital(reference_data: Cast) -> None:
    cast = reference_data
    with acting_as(SYSTEM), unit_of_work():
        foreign = Patient(hospital_id=cast.b.id, mrn="9", name_en="Somebody", name_ar="")
        db.session.add(foreign)
        db.session.flush()
    admin = cast.actor("px_admin")  # who reaches both hospitals
    with acting_as(admin), pytest.raises(Invalid) as refusal:
        opening.open_by_hand(
            hospital_id=cast.a.id, title="x", severity="low", department_id=None, patient_id=foreign.id, actor=admin
        )
    assert "patient_id" in refusal.value.fields
