"""Points and explanations: departments become concerned, names of classes stay as they were, and each is asked by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.complaints import queries, sla
from app.complaints.explanations import queries as explanation_queries
from app.complaints.explanations import services as explaining
from app.complaints.explanations.services import Question
from app.complaints.models import Complaint, ComplaintPoint, Explanation
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.workflow import EXPLANATION
from app.core.access.actor import acting_as, system_actor
from app.core.db import unit_of_work
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from app.core.sla import clocks
from app.core.time import clock
from tests.cast import Cast
from tests.complaints.conftest import brought_to, received

SYSTEM = system_actor("a test of complaints")
PATH: dict[str, list[str]] = {
    "requested": [],
    "answered": ["answer"],
    "accepted": ["answer", "accept"],
    "cancelled": ["cancel"],
}
WHO = {"answer": "physician", "accept": "px_coordinator", "return": "px_coordinator", "cancel": "px_coordinator"}


def add(cast: Cast, complaint: Complaint, **facts: Any) -> ComplaintPoint:
    """Add a point as the officer."""
    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        return points.add(complaint.id, PointFacts(**{"summary": "Waiting", **facts}), actor=officer)


def asked(cast: Cast, complaint: Complaint | None = None, of: str = "physician", **facts: Any) -> Explanation:
    """Ask somebody of the emergency department as the officer."""
    officer = cast.actor("px_coordinator")
    complaint = complaint or received(cast)
    given: dict[str, Any] = {"question": "Why?", "department_id": cast.er.id, **facts}
    with acting_as(officer):
        return explaining.ask(complaint.id, cast[of].id, Question(**given), actor=officer)


def move(cast: Cast, explanation: Explanation, verb: str, by: str = "", text: str = "نص") -> Explanation:
    """Take a step as the person whose it is."""
    actor = cast.actor(by or WHO[verb])
    with acting_as(actor):
        return explaining.move(explanation.id, verb, version=explanation.version, text=text, actor=actor)


def seen_by(cast: Cast, who: str, complaint: Complaint) -> bool:
    """Tell whether a person finds the complaint."""
    actor = cast.actor(who)
    with acting_as(actor):
        try:
            queries.get(complaint.id, actor=actor)
        except Refusal:
            return False
    return True


def test_a_point_concerns_its_department_which_sees_the_complaint_from_then_on(reference_data: Cast) -> None:
    complaint = received(reference_data, department_id=reference_data.ward.id)
    assert not seen_by(reference_data, "department_manager", complaint)

    add(reference_data, complaint, department_id=reference_data.triage.id)  # below the manager's department

    assert seen_by(reference_data, "department_manager", complaint)
    assert set(complaint.department_ids) == {reference_data.ward.id, reference_data.triage.id}


def test_a_removed_point_concerns_nobody_any_more(reference_data: Cast) -> None:
    complaint = received(reference_data, department_id=None)
    point = add(reference_data, complaint, department_id=reference_data.er.id)
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        points.remove(complaint.id, point.id, version=point.version, actor=officer)
    assert complaint.department_ids == []


def test_the_names_of_a_class_stay_as_they_were_when_it_was_chosen(reference_data: Cast) -> None:
    with acting_as(SYSTEM):
        chosen = queries.options_classes()[0]
    complaint = received(reference_data)
    point = add(reference_data, complaint, class_id=chosen.id)
    before = dict(point.names)
    assert (before["code"], before["name_ar"]) == (chosen.code, chosen.name_ar)

    with acting_as(SYSTEM), unit_of_work():
        chosen.name_en, chosen.retired_at = "Renamed", clock.now()
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        again = PointFacts("Waiting long", chosen.id)
        point = points.change(complaint.id, point.id, again, version=point.version, actor=officer)
    assert point.names == before
    with pytest.raises(Invalid) as refusal:
        add(reference_data, complaint, class_id=chosen.id)
    assert "class_id" in refusal.value.fields


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"summary": " "}, "summary"),
        ({"harm": 6}, "harm"),
        ({"finding": "guilty", "answer": "x"}, "finding"),
        ({"finding": "upheld"}, "answer"),
        ({"class_id": uuid4()}, "class_id"),
    ],
)
def test_what_a_point_can_not_be_is_refused(reference_data: Cast, facts: dict[str, Any], field: str) -> None:
    complaint = received(reference_data)
    with pytest.raises(Invalid) as refusal:
        add(reference_data, complaint, **facts)
    assert field in refusal.value.fields


def test_a_complaint_has_at_most_twelve_points_and_an_ended_one_takes_none(reference_data: Cast) -> None:
    complaint = received(reference_data)
    for _number in range(points.MOST):
        add(reference_data, complaint)
    with pytest.raises(Conflict) as refusal:
        add(reference_data, complaint)
    assert refusal.value.code == "too_many_points"
    with pytest.raises(Conflict):
        add(reference_data, brought_to(reference_data, "closed"))


def test_a_stale_form_does_not_overwrite_a_point(reference_data: Cast) -> None:
    complaint = received(reference_data)
    point = add(reference_data, complaint)
    officer = reference_data.actor("px_coordinator")
    with acting_as(officer):
        points.change(complaint.id, point.id, PointFacts("First"), version=1, actor=officer)
        with pytest.raises(Conflict):
            points.change(complaint.id, point.id, PointFacts("Second"), version=1, actor=officer)


@pytest.mark.parametrize("state", list(PATH))
@pytest.mark.parametrize("verb", ["answer", "accept", "return", "cancel"])
def test_every_state_of_an_explanation_takes_exactly_its_verbs(reference_data: Cast, state: str, verb: str) -> None:
    explanation = asked(reference_data)
    for each in PATH[state]:
        explanation = move(reference_data, explanation, each)
    assert explanation.status == state
    wanted = EXPLANATION.step(verb, state)

    if wanted is not None:
        assert move(reference_data, explanation, verb).status == wanted.to
    else:
        with pytest.raises(Conflict):
            move(reference_data, explanation, verb)


def test_each_has_a_clock_of_its_own_and_a_return_starts_a_new_cycle(reference_data: Cast) -> None:
    explanation = asked(reference_data)
    first_due = explanation.due_at
    assert first_due is not None
    with clock.frozen(clock.now() + timedelta(hours=1)):
        explanation = move(reference_data, explanation, "answer")
    with acting_as(SYSTEM):
        assert clocks.open_clock(explanation.id, sla.ANSWER) is None
    with clock.frozen(clock.now() + timedelta(hours=2)):
        explanation = move(reference_data, explanation, "return", text="Which doctor?")

    assert (explanation.returns, explanation.returned_for) == (1, "Which doctor?")
    assert explanation.due_at is not None
    assert explanation.due_at > first_due
    with acting_as(SYSTEM):
        again = clocks.open_clock(explanation.id, sla.ANSWER)
        assert again is not None
        assert again.cycle == 2


@pytest.mark.parametrize("who", ["nurse", "staff", "viewer", "source_user", "outsider"])
def test_who_was_not_asked_does_not_find_it(reference_data: Cast, who: str) -> None:
    explanation = asked(reference_data)
    actor = reference_data.actor(who)
    with acting_as(actor), pytest.raises((NotFound, NotAllowed)):
        explanation_queries.get_explanation(explanation.id, actor=actor)


def test_the_physician_sees_the_question_and_not_the_complaint(reference_data: Cast) -> None:
    complaint = received(reference_data)
    explanation = asked(reference_data, complaint)
    physician = reference_data.actor("physician")
    with acting_as(physician):
        found = explanation_queries.get_explanation(explanation.id, actor=physician)
        about = explanation_queries.about_explanation(found, actor=physician)
    assert (about.complaint_url_id, about.patient) == (None, None)
    assert not seen_by(reference_data, "physician", complaint)


def test_the_officer_does_not_answer_for_others_nor_the_asked_rule_on_it(reference_data: Cast) -> None:
    explanation = asked(reference_data)
    with pytest.raises(NotAllowed):
        move(reference_data, explanation, "answer", by="px_coordinator")
    answered = move(reference_data, explanation, "answer")
    with pytest.raises(NotAllowed):
        move(reference_data, answered, "accept", by="physician")


@pytest.mark.parametrize("facts", [{"question": "  "}, {"point_id": uuid4()}])
def test_what_can_not_be_asked_is_refused(reference_data: Cast, facts: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        asked(reference_data, **facts)


def test_nobody_of_another_hospital_is_asked(reference_data: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        asked(reference_data, of="outsider")
    assert "assignee_id" in refusal.value.fields
    with pytest.raises(Invalid) as refusal:
        asked(reference_data, department_id=reference_data.elsewhere.id)
    assert "department_id" in refusal.value.fields
