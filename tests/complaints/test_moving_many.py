"""A step with many complaints at once leaves the same as the step with each, in as many statements as with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DataError
from structlog.testing import capture_logs

from app.complaints import jobs
from app.complaints.bulk.services import BULK
from app.complaints.models import Complaint
from app.complaints.services import stepping, working
from app.complaints.services.stepping import StepFacts
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.bulk.deeds import Wish
from app.core.db import db, unit_of_work
from app.core.errors import Refusal
from app.core.events.models import Delivery, EventLog, EventUnsealed, SubjectSequence
from app.core.sla import clocks
from app.core.sla.models import SlaClock, SlaExtension
from app.core.time import clock
from app.organizations.models import Patient
from app.surveys.models import ContactHold
from tests.cast import Cast
from tests.complaints.conftest import brought_to, received, step
from tests.guards.test_pages import counted

SYSTEM = system_actor("a test of many complaints")
OWN = {"id", "reference", "handle", "created_at", "search", "folded"}  # of each complaint its own


def with_each(rows: list[Complaint], verb: str, actor: Actor) -> None:
    """Take the step with one after the other."""
    for row in rows:
        stepping.move(row.id, verb, StepFacts(), version=row.version, actor=actor)


def with_all(rows: list[Complaint], verb: str, actor: Actor) -> None:
    """Take the step with all of them."""
    became = stepping.move_many({row.id: row.version for row in rows}, verb, actor=actor)
    assert {row_id: each.version for row_id, each in became.items() if isinstance(each, Complaint)} == {
        row.id: row.version for row in rows
    }


def left_by(rows: list[Complaint]) -> list[dict[str, Any]]:
    """What stands in the database of each complaint: the row, its clocks, its hold, its last event with its deliveries."""
    found = []
    with acting_as(SYSTEM):
        db.session.expire_all()
        for row in rows:
            last = db.session.execute(
                sa.select(EventLog).where(EventLog.subject_id == row.id).order_by(EventLog.id.desc()).limit(1)
            ).scalar_one()
            sent = sa.select(Delivery.subscriber, Delivery.sequence, Delivery.due_at, Delivery.hospital_id_hint)
            holds = sa.select(ContactHold.lifted_at, ContactHold.patient_id).where(ContactHold.cause_id == row.id)
            unsealed = sa.select(sa.func.count()).where(EventUnsealed.event_id == last.id)
            found.append(
                {
                    "row": {
                        column.key: getattr(row, column.key)
                        for column in Complaint.__table__.columns
                        if column.key not in OWN
                    },
                    "clocks": [
                        (each.kind, each.started_at, each.stopped_at, each.breached_at, each.look_at, each.version)
                        for each in sorted(clocks.of_subject(row.id), key=lambda each: each.kind)
                    ],
                    "holds": db.session.execute(holds).all(),
                    "event": (last.kind, last.at, last.actor_id, last.actor_kind, last.data | {"reference": ""}),
                    "sent": sorted(db.session.execute(sent.where(Delivery.event_id == last.id)).all()),
                    "unsealed": db.session.execute(unsealed).scalar_one(),
                }
            )
    return found


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        ("activated", "start"),
        ("partially_resolved", "go_on"),
        ("resolved", "close"),
        ("resolved", "close_silent"),
        ("closed", "unclose"),
    ],
)
def test_a_step_with_all_leaves_what_the_step_with_each_leaves(
    reference_data: Cast, patient: Patient, state: str, verb: str
) -> None:
    actor = SYSTEM if verb == "close_silent" else reference_data.actor("px_coordinator")

    def outcome(take: Callable[[list[Complaint], str, Actor], None]) -> list[dict[str, Any]]:
        rows = [
            brought_to(reference_data, state, patient_id=patient.id),
            brought_to(reference_data, state, severity="high"),
        ]
        with acting_as(actor):
            take(rows, verb, actor)
        return left_by(rows)

    with clock.frozen(clock.now()):
        one_by_one, together = outcome(with_each), outcome(with_all)

    assert verb in stepping.ALONE
    assert together == one_by_one
    assert all(each["sent"] and each["unsealed"] == 1 for each in together)
    assert {each["event"][4]["verb"] for each in together} == {verb}


def test_a_clock_that_was_late_when_it_ended_keeps_its_true_instant(reference_data: Cast) -> None:
    row = brought_to(reference_data, "in_progress", severity="critical")
    due_at = row.due_at
    assert due_at is not None

    with clock.frozen(due_at + timedelta(hours=1)):
        step(reference_data, row, "resolve")
        with acting_as(SYSTEM):
            db.session.expire_all()
            ended = {each.kind: each for each in clocks.of_subject(row.id)}["complaint.resolution"]

            assert ended.breached_at == due_at
            assert ended.stopped_at == clock.now()
            assert ended.look_at is None


def test_each_complaint_that_refuses_keeps_its_own_reason_and_the_others_move(reference_data: Cast) -> None:
    good, stale = brought_to(reference_data, "resolved"), brought_to(reference_data, "resolved")
    new, elsewhere = (
        received(reference_data),
        brought_to(reference_data, "resolved", department_id=reference_data.ward.id),
    )
    versions = {
        good.id: good.version,
        stale.id: stale.version - 1,
        new.id: new.version,
        elsewhere.id: elsewhere.version,
    }
    before = left_by([stale, new, elsewhere])
    manager = reference_data.actor("department_manager")  # of the emergency department, not of the ward

    with acting_as(manager):
        became = stepping.move_many(versions, "close", actor=manager)

    assert codes(became) == {good.id: "", stale.id: "conflict", new.id: "wrong_state", elsewhere.id: "not_found"}
    assert left_by([stale, new, elsewhere]) == before
    assert left_by([good])[0]["row"]["status"] == "closed"


def codes(became: Mapping[UUID, Complaint | Refusal]) -> dict[UUID, str]:
    """The code by which each refused; empty where it moved."""
    return {row_id: each.code if isinstance(each, Refusal) else "" for row_id, each in became.items()}


def test_who_may_only_read_closes_none_of_them(reference_data: Cast) -> None:
    row = brought_to(reference_data, "resolved")
    viewer = reference_data.actor("viewer")

    with acting_as(viewer):
        became = stepping.move_many({row.id: row.version}, "close", actor=viewer)

    assert codes(became) == {row.id: "not_allowed"}
    assert left_by([row])[0]["row"]["status"] == "resolved"


def test_a_step_that_asks_for_something_is_not_taken_with_many(reference_data: Cast) -> None:
    with pytest.raises(ValueError, match="resolve"):
        stepping.move_many({}, "resolve", actor=SYSTEM)


def test_more_complaints_cost_closing_and_undoing_no_more_statements(reference_data: Cast, patient: Patient) -> None:
    rows = [brought_to(reference_data, "resolved", patient_id=patient.id) for _number in range(6)]
    actor = reference_data.actor("px_coordinator")

    def cost(some: list[Complaint]) -> tuple[int, int]:
        with acting_as(actor):
            with counted() as closing:
                token, outcomes = BULK.run("close", {row.id: row.version for row in some}, {}, actor=actor)
            with counted() as undoing:
                BULK.undo(token, actor=actor)
        assert not any(each.refusal for each in outcomes)
        return len(closing), len(undoing)

    cost(rows[:1])
    assert cost(rows[1:2]) == cost(rows[2:])


def test_undoing_holds_surveys_back_again(reference_data: Cast, patient: Patient) -> None:
    rows = [brought_to(reference_data, "resolved", patient_id=patient.id) for _number in range(2)]
    actor = reference_data.actor("px_coordinator")

    def waiting() -> int:
        with acting_as(SYSTEM), unit_of_work():
            held = sa.select(sa.func.count()).where(
                ContactHold.cause_id.in_([row.id for row in rows]), ContactHold.lifted_at.is_(None)
            )
            return int(db.session.execute(held.select_from(ContactHold)).scalar_one())

    assert waiting() == 2
    with acting_as(actor):
        token, _outcomes = BULK.run("close", {row.id: row.version for row in rows}, {}, actor=actor)
        assert waiting() == 0
        BULK.undo(token, actor=actor)
    assert waiting() == 2


def requests_of(rows: list[Complaint]) -> list[list[Any]]:
    """What was asked for the clocks of each complaint: cause, state, the due time that holds and the one asked for."""
    with acting_as(SYSTEM):
        return [
            db.session.execute(
                sa.select(SlaClock.kind, SlaExtension.cause, SlaExtension.state, SlaExtension.until_at, SlaExtension.due_before)
                .join(SlaClock, SlaClock.id == SlaExtension.clock_id)
                .where(SlaClock.subject_id == row.id)
                .order_by(SlaClock.kind, SlaExtension.state)
            ).all()
            for row in rows
        ]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), [("low", "critical"), ("critical", "low")])
def test_judging_all_leaves_what_judging_each_leaves(reference_data: Cast, before: str, after: str) -> None:
    actor = reference_data.actor("px_coordinator")

    def outcome(judge: Callable[[list[Complaint]], Any]) -> tuple[Any, Any, Any]:
        rows = [received(reference_data, severity=before), brought_to(reference_data, "in_progress", severity=before)]
        with acting_as(actor):
            judge(rows)
            there = left_by(rows), requests_of(rows)
            wishes = {row.id: Wish(row.version, {"severity": after}) for row in rows}
            working.judge_many(wishes, actor=actor)  # they are so already
        return *there, left_by(rows) == there[0]

    def each(rows: list[Complaint]) -> None:
        for row in rows:
            working.change_severity(row.id, after, version=row.version, actor=actor)

    def all_of_them(rows: list[Complaint]) -> None:
        wishes = {row.id: Wish(row.version, {"severity": after}) for row in rows}
        became = working.judge_many(wishes, actor=actor)
        assert not any(isinstance(one, Refusal) for one in became.values())

    with clock.frozen(clock.now()):
        one_by_one, together = outcome(each), outcome(all_of_them)

    def plain(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Without how often a row was written, and which of its events came last."""
        return [
            {
                "row": {name: value for name, value in one["row"].items() if name != "version"},
                "clocks": [each[:-1] for each in one["clocks"]],
            }
            for one in found
        ]

    assert plain(together[0]) == plain(one_by_one[0])
    assert together[1] == one_by_one[1]
    assert bool(any(together[1])) == (after == "low")  # later due times wait for a second person
    assert one_by_one[2] and together[2]


@pytest.mark.parametrize(("before", "after"), [("low", "critical"), ("critical", "low")])
def test_more_complaints_cost_judging_and_undoing_no_more_statements(
    reference_data: Cast, before: str, after: str
) -> None:
    rows = [received(reference_data, severity=before) for _number in range(6)]
    actor = reference_data.actor("px_coordinator")

    def cost(some: list[Complaint]) -> tuple[int, int]:
        with acting_as(actor):
            with counted() as there:
                versions = {row.id: row.version for row in some}
                token, outcomes = BULK.run("severity", versions, {"severity": after}, actor=actor)
            with counted() as back:
                undone = BULK.undo(token, actor=actor)
        assert not any(each.refusal for each in [*outcomes, *(undone or ())])
        return len(there), len(back)

    cost(rows[:1])
    assert cost(rows[1:2]) == cost(rows[2:])


def broken(row: Complaint) -> None:
    """Let nothing more be recorded of a complaint: its events have used up their numbers, so that the next fails."""
    with acting_as(SYSTEM), unit_of_work():
        db.session.execute(
            sa.update(SubjectSequence).where(SubjectSequence.subject_id == row.id).values(last=2**63 - 1)
        )


def test_one_that_breaks_stays_open_alone_and_is_told_in_the_log(reference_data: Cast) -> None:
    rows = [brought_to(reference_data, "resolved") for _number in range(3)]
    broken(rows[1])

    with clock.frozen(clock.now() + timedelta(days=7)), capture_logs() as told:
        jobs.close_silent_complaints()

    assert [each["row"]["status"] for each in left_by(rows)] == ["closed", "resolved", "closed"]
    left = [(each["row"], each["problem"]) for each in told if each["event"] == "row_left"]
    assert set(left) == {(str(rows[1].id), "DataError")}


def test_one_that_cannot_go_on_keeps_no_other_waiting(reference_data: Cast) -> None:
    rows = [brought_to(reference_data, "waiting_patient") for _number in range(3)]
    broken(rows[0])

    with clock.frozen(clock.now() + timedelta(days=2)), capture_logs() as told:
        jobs.resume_waiting_complaints()

    assert [each["row"]["status"] for each in left_by(rows)] == ["waiting_patient", "in_progress", "in_progress"]
    assert {each["row"] for each in told if each["event"] == "row_left"} == {str(rows[0].id)}


def test_what_breaks_is_not_swallowed_where_a_person_closes_many(reference_data: Cast) -> None:
    rows = [brought_to(reference_data, "resolved") for _number in range(2)]
    broken(rows[1])
    actor = reference_data.actor("px_coordinator")

    with acting_as(actor), pytest.raises(DataError):
        stepping.move_many({row.id: row.version for row in rows}, "close", actor=actor)

    assert {each["row"]["status"] for each in left_by(rows)} == {"resolved"}
