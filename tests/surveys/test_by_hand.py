"""Sending by hand, of one visit, to a patient and for a list; sending again; withdrawing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.time import clock
from app.journeys.models import Journey
from app.notifications.models import Message
from app.organizations.models import Patient
from app.surveys.models import SurveyInstance, SurveyTrigger
from app.surveys.services import by_hand, resending, sending, withdrawing
from tests.cast import Cast
from tests.conftest import NOON
from tests.surveys.conftest import answer_all, change, make_patient, make_template, one, path_of, rows, template_of

Visit = Callable[..., Journey]


@pytest.fixture
def quiet_house(house: Cast) -> Cast:
    """The house, where nothing follows anything: surveys are only sent by hand."""
    for trigger in rows(SurveyTrigger):
        change(trigger, is_active=False)
    return house


def test_a_coordinator_sends_a_survey_of_a_visit_now(quiet_house: Cast, patient: Patient, visit: Visit) -> None:
    journey = visit(patient)
    sent = by_hand.send_to_visit(journey.id, template_id=template_of().id, actor=quiet_house.actor("px_coordinator"))

    assert (sent.is_by_hand, sent.invited_at, sent.department_id) == (True, NOON, quiet_house.er.id)
    assert one(Message).about_id == sent.id


def test_a_second_tap_sends_nothing_more(quiet_house: Cast, patient: Patient, visit: Visit) -> None:
    journey = visit(patient)
    office = quiet_house.actor("px_coordinator")
    by_hand.send_to_visit(journey.id, template_id=template_of().id, actor=office)

    with pytest.raises(Conflict) as refused:
        by_hand.send_to_visit(journey.id, template_id=template_of().id, actor=office)
    assert refused.value.code == "visit_already_asked"
    assert (len(rows(SurveyInstance)), len(rows(Message))) == (1, 1)


def test_a_contact_rule_refuses_and_leaves_no_trace(quiet_house: Cast, patient: Patient, visit: Visit) -> None:
    journey = visit(patient)
    change(patient, no_contact=True)

    with pytest.raises(Conflict) as refused:
        by_hand.send_to_visit(journey.id, template_id=template_of().id, actor=quiet_house.actor("px_coordinator"))
    assert refused.value.code == "do_not_contact"


def test_a_survey_about_no_visit_goes_to_a_patient(quiet_house: Cast, patient: Patient) -> None:
    office = quiet_house.actor("px_coordinator")
    sent = by_hand.send_to_patient(patient.id, template_id=template_of().id, actor=office)
    assert (sent.journey_id, sent.context["stages"]) == (None, None)

    with pytest.raises(Conflict) as refused:
        by_hand.send_to_patient(patient.id, template_id=template_of().id, actor=office)
    assert refused.value.code == "patient_asked_recently"


def test_who_may_not_send_sends_nothing(quiet_house: Cast, patient: Patient, visit: Visit) -> None:
    journey = visit(patient)
    with pytest.raises(NotAllowed):
        by_hand.send_to_visit(journey.id, template_id=template_of().id, actor=quiet_house.actor("department_manager"))
    with pytest.raises(NotFound):
        by_hand.send_to_visit(journey.id, template_id=template_of().id, actor=quiet_house.actor("outsider"))
    draft = make_template(quiet_house.a.id, {}, is_published=False)
    with pytest.raises(Invalid):
        by_hand.send_to_visit(journey.id, template_id=draft.id, actor=quiet_house.actor("px_coordinator"))


@pytest.fixture
def three_visits(quiet_house: Cast, visit: Visit) -> list[Journey]:
    """Visits of one who may be asked, one who may not, and one more."""
    people = [make_patient(quiet_house.a.id, f"{number}", f"+96650000000{number}") for number in range(3)]
    change(people[1], is_test=True)
    return [visit(person, f"V-{number}") for number, person in enumerate(people)]


def test_the_preview_says_who_is_skipped_and_why_and_stores_nothing(
    quiet_house: Cast, three_visits: list[Journey]
) -> None:
    office = quiet_house.actor("px_coordinator")
    with acting_as(office):
        found = by_hand.preview([each.id for each in three_visits], template_id=template_of().id, actor=office)
    by_visit = {each.case.instance.journey_id: each.reason for each in found}

    assert [by_visit[each.id] for each in three_visits] == [None, "test_patient", None]
    assert rows(SurveyInstance) == []


def statements(run: Callable[[], Any]) -> int:
    """Count the SQL statements of an act."""
    counted: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        db.session.expunge_all()
        run()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return len(counted)


def test_the_preview_of_more_visits_needs_no_more_statements(quiet_house: Cast, three_visits: list[Journey]) -> None:
    office = quiet_house.actor("px_coordinator")
    ids, template_id = [each.id for each in three_visits], template_of().id

    with acting_as(office):
        by_hand.preview(
            ids, template_id=template_id, actor=office
        )  # from here on the questions are known to the process
        few = statements(lambda: by_hand.preview(ids[:1], template_id=template_id, actor=office))
        many = statements(lambda: by_hand.preview(ids, template_id=template_id, actor=office))
    assert few == many


def test_a_list_leaves_after_two_minutes_unless_it_is_taken_back(
    quiet_house: Cast, three_visits: list[Journey]
) -> None:
    office = quiet_house.actor("px_coordinator")
    ids = [each.id for each in three_visits]
    planned = by_hand.send_to_many(ids, template_id=template_of().id, actor=office)
    assert len(planned) == 2
    sending.send_due()
    assert rows(Message) == []

    assert by_hand.undo(planned[:1], actor=office) == 1
    with clock.frozen(NOON + timedelta(minutes=3)):
        sending.send_due()
        assert by_hand.undo(planned, actor=office) == 0
    assert len(rows(Message)) == 1


def test_what_was_taken_back_may_be_sent_again(quiet_house: Cast, three_visits: list[Journey]) -> None:
    office = quiet_house.actor("px_coordinator")
    ids = [three_visits[0].id]
    by_hand.undo(by_hand.send_to_many(ids, template_id=template_of().id, actor=office), actor=office)

    assert len(by_hand.send_to_many(ids, template_id=template_of().id, actor=office)) == 1
    assert by_hand.send_to_many(ids, template_id=template_of().id, actor=office) == []


def test_an_open_survey_is_sent_again_with_the_same_link(house: Cast, invited: SurveyInstance) -> None:
    office = house.actor("px_coordinator")
    with pytest.raises(Conflict) as refused:
        resending.resend(invited.id, actor=office)
    assert refused.value.code == "too_soon"

    with clock.frozen(NOON + timedelta(hours=5)):
        resending.resend(invited.id, actor=office)
    handles = [message.link_handle for message in rows(Message)]
    assert handles == [invited.handle] * 2


def test_an_answered_survey_is_not_sent_again(house: Cast, invited: SurveyInstance, client: FlaskClient) -> None:
    answer_all(client, path_of(invited))
    with clock.frozen(NOON + timedelta(hours=5)), pytest.raises(Conflict) as refused:
        resending.resend(invited.id, actor=house.actor("px_coordinator"))

    assert refused.value.code == "wrong_state"


def test_who_died_meanwhile_is_not_sent_it_again(house: Cast, invited: SurveyInstance, patient: Patient) -> None:
    change(patient, deceased_at=NOON)
    with clock.frozen(NOON + timedelta(hours=5)), pytest.raises(Conflict) as refused:
        resending.resend(invited.id, actor=house.actor("px_coordinator"))

    assert refused.value.code == "barred"


def test_a_withdrawn_survey_closes_its_link_and_its_messages(
    house: Cast, invited: SurveyInstance, client: FlaskClient
) -> None:
    withdrawing.withdraw(invited.id, actor=house.actor("px_coordinator"))

    assert (one(SurveyInstance).state, one(Message).status) == ("cancelled", "suppressed")
    page = client.get(path_of(invited))
    assert page.status_code == 410
    with pytest.raises(Conflict):
        withdrawing.withdraw(invited.id, actor=house.actor("px_coordinator"))


def test_only_those_who_send_withdraw(house: Cast, invited: SurveyInstance) -> None:
    with pytest.raises(NotAllowed):
        withdrawing.withdraw(invited.id, actor=house.actor("department_manager"))
    with pytest.raises(NotFound):
        withdrawing.withdraw(invited.id, actor=house.actor("outsider"))
