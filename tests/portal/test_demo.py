"""The demo is what the product would have made: its log verifies, its clocks, states and scores are those of the rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.models import RoleAssignment
from app.complaints import sla
from app.complaints.inquiries.models import Inquiry, InquiryNote
from app.complaints.models import Complaint, ComplaintPoint, Explanation
from app.complaints.points.models import PointPerson
from app.core.access.wall import passage
from app.core.db import Base, db, unit_of_work
from app.core.events import sealer
from app.core.events.models import EventLog
from app.core.saved_views.models import SavedView
from app.core.saved_views.places import PLACES, Reader
from app.core.sla import clocks
from app.core.sla.models import SlaClock, SlaDecision
from app.core.time import clock
from app.integrations.models import InboundEvent
from app.integrations.outbound.models import WebhookDelivery, WebhookTry
from app.journeys.models import Journey, JourneyTemplate, Stage, StageTemplate
from app.journeys.rules import VisitEvent
from app.journeys.services import progress
from app.notifications.models import Message, Notification
from app.organizations.models import Department, Hospital, Patient
from app.portal.demo.bulk import Sheets
from app.portal.demo.load import Loaded
from app.portal.demo.visits import in_its_middle
from app.px_action_center.models import ActionNote, PxAction
from app.surveys.models import ContactHold, ContactRecord, SurveyAnswer, SurveyInstance, SurveyTemplate
from app.surveys.rules.contact import GAP
from app.surveys.rules.questions import Answer
from app.surveys.rules.scoring import score
from tests.conftest import NOON
from tests.portal.conftest import SYSTEM


def every(model: type, *where: Any) -> list[Any]:
    """Every row of a table."""
    return list(db.session.execute(sa.select(model).where(*where)).unique().scalars())


def number_of(model: type, *where: Any) -> int:
    """How many rows a table holds."""
    return db.session.execute(sa.select(sa.func.count()).select_from(model).where(*where)).scalar_one()


def test_it_holds_what_was_promised(demo: Loaded) -> None:
    assert (number_of(Hospital), number_of(Department), number_of(Patient)) == (3, 36, 5_000)
    assert number_of(RoleAssignment, RoleAssignment.hospital_id.is_not(None)) == 60
    first, last = db.session.execute(sa.select(sa.func.min(Journey.started_at), sa.func.max(Journey.stage_since))).one()
    assert first < NOON - timedelta(days=360)
    assert NOON - timedelta(hours=1) < last <= NOON
    assert demo.counts["visits"] == number_of(Journey) > 5_000
    assert demo.counts["surveys"] == number_of(SurveyInstance) > 4_500
    for view in every(SavedView):
        reading = Reader(SYSTEM).read(PLACES[view.place], view.filters)
        assert (view.is_shared, reading.dropped) == (True, [])
    assert number_of(SavedView) == 12
    assert demo.counts["actions"] == number_of(PxAction) > 200


def test_the_log_is_sealed_and_whole(demo: Loaded) -> None:
    verdict = sealer.verify()

    assert verdict.is_whole, verdict.faults[:3]
    assert verdict.checked == demo.counts["events"]
    # the keys that were given out, and the sources of cases and the webhook that were made just now
    assert verdict.unsealed <= len(demo.keys) + number_of(
        EventLog, EventLog.subject_type.in_(("case_source", "webhook_endpoint"))
    )


def test_nothing_happened_in_the_future(demo: Loaded) -> None:
    assert number_of(EventLog, EventLog.at > NOON) == 0
    times = (InboundEvent.occurred_at, InboundEvent.received_at, InboundEvent.processed_at, InboundEvent.created_at)
    assert [number_of(InboundEvent, each > NOON) for each in times] == [0, 0, 0, 0]
    assert number_of(InboundEvent, InboundEvent.next_try_at > NOON, InboundEvent.state == "received") > 5
    for model, column in ((Stage, Stage.completed_at), (SurveyInstance, SurveyInstance.completed_at),
                          (PxAction, PxAction.closed_at), (Message, Message.delivered_at),
                          (ActionNote, ActionNote.created_at), (Notification, Notification.created_at)):  # fmt: skip
        assert number_of(model, column > NOON) == 0, column


def tenant_links() -> list[tuple[sa.Table, sa.Column[Any], sa.Table]]:
    """Every foreign key from one hospital's table to another's."""
    return [
        (table, key.parent, key.column.table)
        for table in Base.metadata.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda each: each.parent.name)
        if "hospital_id" in table.c and "hospital_id" in key.column.table.c
    ]


def test_what_belongs_together_belongs_to_one_hospital(demo: Loaded) -> None:
    links = tenant_links()
    assert len(links) > 15
    for table, column, target in links:
        other = target.alias()
        strange = sa.and_(table.c.hospital_id.is_not(None), other.c.hospital_id.is_not(None),
                          table.c.hospital_id != other.c.hospital_id)  # fmt: skip
        found = sa.select(sa.func.count()).select_from(table.join(other, other.c.id == column)).where(strange)
        with passage("the demo is looked at whole"):
            assert db.session.execute(found).scalar_one() == 0, column


def test_every_clock_stands_where_the_calendar_puts_it(demo: Loaded) -> None:
    decided: dict[Any, set[str]] = defaultdict(set)
    for row in every(SlaDecision):
        decided[row.clock_id].add(row.step)
    found = every(SlaClock)
    due_of = {row.id: row.due_at for model in (PxAction, Complaint, Explanation, Inquiry) for row in every(model)}
    shown = {sla.RESOLUTION, sla.ANSWER, "action.resolution", "inquiry.answer"}  # whose due times stand in lists
    assert Counter(row.kind in shown for row in found)[True] == len(due_of)
    assert len(found) == len(due_of) + 3 * number_of(Complaint)
    for each in found:
        steps = [(step, clocks.instant_of(each, step)) for step in clocks.steps_of(each)]
        until = each.stopped_at or NOON
        assert each.due_at == next(at for step, at in steps if step.code == "breach")
        ended = each.kind in (sla.RESOLUTION, "inquiry.answer") and each.stopped_at is not None
        assert each.kind not in shown or due_of[each.subject_id] == (None if ended else each.due_at)
        assert decided[each.id] == {step.code for step, at in steps if at is not None and at <= until}
        ahead = [at for _step, at in steps if at is not None and at > until]
        assert each.look_at == (ahead[0] if ahead and each.stopped_at is None else None)
        assert (each.breached_at is not None) == (each.due_at <= until)


def events_of(journey: Journey, encounter: str) -> list[VisitEvent]:
    """What the hospital's system told of a visit, for another encounter."""
    triggers = {row.id: row.trigger_codes[0] for row in every(StageTemplate)}
    return [
        VisitEvent(
            hospital_id=journey.hospital_id, code=triggers[stage.template_id], encounter=encounter,
            patient_id=journey.patient_id, occurred_at=stage.completed_at, department_id=journey.department_id,
            physician_id=journey.physician_id, location=journey.location, journey_kind=journey.kind,
        )
        for stage in sorted(journey.stages, key=lambda each: each.completed_at or NOON)
        if stage.completed_at
    ]  # fmt: skip


class Undone(Exception):
    """Takes back what a test did to the demo."""


def picture(journey: Journey) -> tuple[Any, ...]:
    """Everything that follows from the events of a visit."""
    stages = [(each.code, each.status, each.entered_at, each.completed_at, each.department_id, each.physician_id)
              for each in journey.stages]  # fmt: skip
    return (journey.kind, journey.status, journey.started_at, journey.ended_at, journey.current_stage_id,
            journey.stage_since, journey.department_id, stages)  # fmt: skip


@pytest.mark.parametrize("status", ["active", "completed"])
@pytest.mark.parametrize("kind", ["ems", "inpatient", "opd", "day_case"])
def test_visits_are_as_their_events_make_them(demo: Loaded, kind: str, status: str) -> None:
    sample = every(Journey, Journey.kind == kind, Journey.status == status)[::11][:8]
    assert sample
    with pytest.raises(Undone), unit_of_work():
        for journey in sample:
            again = None
            for event in events_of(journey, f"{journey.encounter}-AGAIN"):
                again = progress.apply(event, actor=SYSTEM)
            assert again is not None
            assert picture(again) == picture(journey)
        raise Undone


def test_the_board_is_alive_in_every_hospital(demo: Loaded) -> None:
    rows = db.session.execute(
        sa.select(Journey.hospital_id, Journey.kind, sa.func.count())
        .where(Journey.status == "active", Journey.stage_since > NOON - timedelta(days=9))
        .group_by(Journey.hospital_id, Journey.kind)
    ).all()

    assert len(rows) == 3 * number_of(JourneyTemplate)
    assert min(count for _hospital, _kind, count in rows) >= 5


def test_scores_are_those_of_the_answers(demo: Loaded) -> None:
    forms = {row.id: row for row in every(SurveyTemplate)}
    done = every(SurveyInstance, SurveyInstance.state == "completed")
    for survey in done[::25]:
        questions = [row.as_value() for row in forms[survey.template_id].questions if str(row.id) in survey.questions]
        known = {question.code: question for question in questions}
        given = {}
        for row in every(SurveyAnswer, SurveyAnswer.instance_id == survey.id):
            values = {str(value): value for value in known[row.code].values or ()}
            given[row.code] = Answer(row.code, values.get(row.value, row.value))
        result = score(questions, given, minimum_items=forms[survey.template_id].minimum_items)
        overall = None if result.overall is None else float(result.overall)
        assert (survey.score, survey.is_negative, survey.nps) == (overall, result.negative, result.nps)


def test_the_dead_are_not_asked(demo: Loaded) -> None:
    asked = (
        sa.select(sa.func.count()).select_from(SurveyInstance).join(Patient, Patient.id == SurveyInstance.patient_id)
    )
    dead = db.session.execute(asked.where(SurveyInstance.invited_at >= Patient.deceased_at)).scalar_one()

    assert dead == 0
    assert number_of(Patient, Patient.deceased_at.is_not(None)) > 0
    assert number_of(SurveyInstance, SurveyInstance.skip_reason == "deceased") > 0


def test_nobody_is_asked_twice_within_the_gap(demo: Loaded) -> None:
    records = [(row.phone_digest, row.asked_at) for row in every(ContactRecord)]
    invited = every(SurveyInstance, SurveyInstance.invited_at.is_not(None))
    assert len(records) == len(invited)
    for pairs in (records, [(row.patient_id, row.invited_at) for row in invited]):
        asked: dict[Any, list[Any]] = defaultdict(list)
        for who, at in pairs:
            asked[who].append(at)
        for times in asked.values():
            times.sort()
            assert all(later - earlier >= GAP for earlier, later in pairwise(times))


def test_whoever_was_not_asked_has_a_reason_and_no_message(demo: Loaded) -> None:
    skipped = every(SurveyInstance, SurveyInstance.state == "cancelled")
    written_to = {row.about_id for row in every(Message)}

    assert all(row.skip_reason and row.id not in written_to for row in skipped)
    assert len({row.skip_reason for row in skipped}) >= 5


def test_each_negative_answer_has_its_one_action(demo: Loaded) -> None:
    negative = {row.id: row for row in every(SurveyInstance, SurveyInstance.is_negative.is_(True))}
    actions = every(PxAction, PxAction.source_kind == "survey_low_score")

    assert {row.source_id for row in actions} == set(negative)
    assert len({row.cause_key for row in actions}) == len(actions) == len(negative)
    for row in actions:
        cause = negative[row.source_id]
        assert (row.hospital_id, row.department_id, row.patient_id) == (
            cause.hospital_id, cause.department_id, cause.patient_id,
        )  # fmt: skip
        assert row.created_at >= cause.completed_at


def test_actions_are_in_every_state_and_nobody_approved_their_own(demo: Loaded) -> None:
    actions = every(PxAction)
    states = Counter(row.status for row in actions)
    late = [row for row in actions if row.closed_at is None and row.due_at < NOON]
    steps = Counter(row.step for row in every(SlaDecision))

    assert set(states) == {"open", "in_progress", "pending_approval", "closed", "cancelled"}
    assert len(late) >= 5
    assert {"breach", "escalation:1", "escalation:2", "escalation:3", "reminder:50", "reminder:90"} <= set(steps)
    moves = {(row.subject_id, row.data["verb"]): row.actor_id
             for row in every(EventLog, EventLog.kind == "actions.action.moved")}  # fmt: skip
    for row in actions:
        if row.status == "closed":
            assert row.outcome
            assert moves[row.id, "approve"] not in (None, row.submitted_by_id, row.assignee_id)


def test_complaints_are_in_many_states_and_what_is_resolved_is_judged_and_answered(demo: Loaded) -> None:
    found = every(Complaint)
    findings = {row.complaint_id: row.finding for row in every(ComplaintPoint)}

    assert demo.counts["complaints"] == len(found) > 200
    assert {"new", "activated", "in_progress", "resolved", "closed"} <= {row.status for row in found}
    assert {"desk", "phone", "moh", "chi", "council", "minister"} == {row.channel for row in found}
    for row in found:
        assert (row.status in ("resolved", "closed")) == bool(row.resolution and findings.get(row.id)), row.reference
        assert row.received_at <= (row.activated_at or NOON) <= (row.resolved_at or NOON) <= (row.closed_at or NOON)


def test_some_points_name_the_physician_of_the_visit(demo: Loaded) -> None:
    named = every(PointPerson)
    points = {row.id: row for row in every(ComplaintPoint)}

    assert 10 < len(named) < len(points)
    assert all(each.physician is not None and each.hospital_id == points[each.point_id].hospital_id for each in named)


def test_inquiries_are_in_many_states_and_what_is_answered_has_its_answer(demo: Loaded) -> None:
    found = every(Inquiry)
    answers = {row.inquiry_id: row.body for row in every(InquiryNote, InquiryNote.kind == "answer")}

    assert demo.counts["inquiries"] == len(found) > 30
    assert {"open", "in_progress", "answered", "closed"} <= {row.status for row in found}
    assert any(row.patient_id for row in found)
    assert any(row.contact_phone for row in found)
    for row in found:
        assert (row.status in ("answered", "closed")) == bool(row.answer) == bool(row.answered_at), row.reference
        assert answers.get(row.id, "") == row.answer
        assert (row.patient_id is None) == bool(row.contact_name)
        assert row.received_at <= (row.answered_at or row.received_at) <= (row.closed_at or NOON) <= NOON


def test_no_survey_went_to_a_patient_while_a_complaint_was_open(demo: Loaded) -> None:
    held = sa.select(sa.func.count()).select_from(SurveyInstance).join(
        ContactHold, ContactHold.patient_id == SurveyInstance.patient_id
    ).where(SurveyInstance.invited_at >= ContactHold.created_at,
            sa.or_(ContactHold.lifted_at.is_(None), SurveyInstance.invited_at < ContactHold.lifted_at))  # fmt: skip

    assert number_of(ContactHold) == demo.counts["complaints"]
    assert db.session.execute(held).scalar_one() == 0


def mean_of(hospital: str, department: str, since_days: int, until_days: int) -> float:
    """The mean score of a department between so many days ago."""
    rows = db.session.execute(
        sa.select(sa.func.avg(SurveyInstance.score))
        .join(Department, Department.id == SurveyInstance.department_id)
        .join(Hospital, Hospital.id == SurveyInstance.hospital_id)
        .where(
            Hospital.code == hospital,
            Department.code == department,
            SurveyInstance.completed_at > clock.now() - timedelta(days=since_days),
            SurveyInstance.completed_at <= clock.now() - timedelta(days=until_days),
        )
    )
    return float(rows.scalar_one())


def test_one_ward_got_worse_and_one_recovered(demo: Loaded) -> None:
    assert mean_of("RWD", "W1", 60, 0) < mean_of("RWD", "W1", 365, 180) - 20
    assert mean_of("NKH", "ER", 60, 0) > mean_of("NKH", "ER", 365, 240) + 20


def test_messages_and_inbound_events_are_in_many_states(demo: Loaded) -> None:
    assert {row.state for row in every(InboundEvent)} == {"received", "processed", "ignored", "failed", "dead"}
    assert {"delivered", "failed"} <= {row.status for row in every(Message)}
    told = {row.template for row in every(Message, Message.about_type == "complaint")}
    assert told == {"complaints/received", "complaints/message", "complaints/answered"}
    unread = {row.user_id for row in every(Notification, Notification.read_at.is_(None))}
    assert len(unread) >= 8


def test_webhooks_went_well_went_late_and_were_given_up_and_each_try_is_kept(demo: Loaded) -> None:
    deliveries = every(WebhookDelivery)
    assert {row.state for row in deliveries} >= {"delivered", "retrying", "dead"}
    tries = defaultdict(list)
    for each in every(WebhookTry):
        tries[each.delivery_id].append(each)
    for row in deliveries:
        mine = sorted(tries[row.id], key=lambda each: each.begun_at)
        assert (row.attempts, row.state == "delivered") == (len(mine), bool(mine) and not mine[-1].problem)
        assert all(each.problem for each in mine[:-1]) and all(each.begun_at <= NOON for each in mine)
        assert (row.state in ("waiting", "retrying")) == (row.next_try_at is not None)
    assert {each.answer_code for each in every(WebhookTry)} >= {204, 500, 503, None}
    assert any(each.answer_text for each in every(WebhookTry))


@pytest.mark.parametrize("part", [0.01, 0.5, 0.97])
def test_a_visit_under_way_has_begun_even_where_its_first_stage_takes_time(part: float) -> None:
    now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    minutes = {"BOOKING": -6000, "CONSULTATION": 55, "PHARMACY": 80}
    walked = [(code, now + timedelta(minutes=at)) for code, at in minutes.items()]

    happened, coming = in_its_middle(walked, now, walked[-1][1], part)

    assert [code for code, _ in happened] == ["BOOKING", "CONSULTATION"]
    assert [code for code, _ in coming] == ["PHARMACY"]


def test_one_seed_gives_one_demo() -> None:
    one, other = Sheets(7), Sheets(7)

    assert [one.id_at(NOON), one.handle()] == [other.id_at(NOON), other.handle()]


def test_the_facts_of_the_kpis_are_those_of_the_log(demo: Loaded) -> None:
    complaints = every(Complaint)
    assert {each.first_closed_at for each in complaints} == {each.closed_at for each in complaints}
    assert all(each.visit_kind for each in complaints)
    escalated = {
        entry.subject_id
        for entry in every(EventLog, EventLog.kind == "core.clock.escalated", EventLog.subject_type == "complaint")
    }
    assert {each.id for each in complaints if each.escalated_at} == escalated != set()
    called = {note.action_id for note in every(ActionNote, ActionNote.kind == "call")}
    followed = set(every_id(SurveyInstance, SurveyInstance.followed_up_at.is_not(None)))
    assert {action.source_id for action in every(PxAction) if action.id in called} == followed != set()


def every_id(model: type, *where: Any) -> list[Any]:
    """The ids of rows of a table."""
    return [each.id for each in every(model, *where)]
