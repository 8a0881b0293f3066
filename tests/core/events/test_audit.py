"""The audit log of administrators: who sees what, narrowed how, and values field by field."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import unit_of_work, uuid7
from app.core.events import Change, Event, audit, record
from app.core.events.models import Delivery, EventLog
from app.core.events.subjects import SUBJECTS
from app.core.time import clock
from app.organizations.events import PatientUpdated
from app.px_action_center.services import opening
from tests.cast import Cast
from tests.conftest import NOON
from tests.core.conftest import SYSTEM, rows


@pytest.fixture
def action(reference_data: Cast) -> Any:
    """An action that hospital A's officer opened."""
    with acting_as(SYSTEM):
        return opening.open_by_hand(
            hospital_id=reference_data.a.id,
            title="=cmd()",
            severity="high",
            department_id=reference_data.er.id,
            patient_id=None,
            actor=reference_data.actor("px_coordinator"),
        )


def patient_changed(cast: Cast) -> EventLog:
    """A patient's phone was changed by the officer."""
    kind = PatientUpdated
    with acting_as(SYSTEM), unit_of_work():
        event_id = record(
            kind(uuid7(), cast.a.id, ("phone_e164",)),
            actor=cast.actor("px_coordinator"),
            change=Change({"phone_e164": ("+966501111111", "+966502222222"), "password_hash": ("old", "new")}),
        )
    return rows(EventLog, id=event_id)[0]  # type: ignore[no-any-return]


def test_the_list_names_people_and_links_to_subjects(boss: FlaskClient, action: Any) -> None:
    text = boss.get("/admin/audit/").text

    assert "The action was opened" in text and "Px Coordinator" in text and "Al Noor Hospital" in text
    (opened,) = rows(EventLog, kind="actions.action.opened")
    shown = boss.get(f"/admin/audit/{opened.id}").text
    assert f"/actions/{action.id}" in shown


def test_the_own_reasons_of_px360_are_told_in_the_readers_language_and_a_persons_words_stay(
    boss: FlaskClient, reference_data: Cast
) -> None:
    boss.set_cookie("px_lang", "ar")
    with acting_as(SYSTEM), unit_of_work():
        kept = [
            record(
                PatientUpdated(uuid7(), reference_data.a.id, ("phone_e164",)),
                actor=system_actor("sla sweep")
                if why is None
                else replace(reference_data.actor("px_admin"), reason=why),
            )
            for why in (None, "لأن الرقم تغيّر")
        ]
    own, typed = (boss.get(f"/admin/audit/{each}").text for each in kept)
    assert "متابعة مواعيد الاستحقاق" in own and "sla sweep" not in own
    assert "لأن الرقم تغيّر" in typed


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=actions.action.opened", True),
        ("kind=actions.action.moved", False),
        ("subject_type=action", True),
        ("subject_type=patient", False),
        ("first=2026-11-24&last=2026-11-24", True),
        ("first=2026-11-25", False),
        ("last=2026-11-23", False),
        ("actor=nobody", True),
    ],
)
def test_filters_in_the_address_narrow_the_list(boss: FlaskClient, action: Any, query: str, found: bool) -> None:
    text = boss.get(f"/admin/audit/?{query}", headers={"HX-Request": "true"}).text
    assert ("The action was opened" in text) is found


def test_an_administrator_sees_the_own_hospital_and_not_the_group_or_others(
    app: Flask, admin: FlaskClient, outsider: FlaskClient, action: Any
) -> None:
    (opened,) = rows(EventLog, kind="actions.action.opened")
    (group,) = [each for each in rows(EventLog) if each.hospital_id is None][:1] or [None]

    assert admin.get(f"/admin/audit/{opened.id}").status_code == 200
    assert outsider.get(f"/admin/audit/{opened.id}").status_code == 404
    assert "The action was opened" not in outsider.get("/admin/audit/", headers={"HX-Request": "true"}).text
    if group is not None:
        assert admin.get(f"/admin/audit/{group.id}").status_code == 404


def test_values_stand_field_by_field_and_secrets_are_never_shown(boss: FlaskClient, reference_data: Cast) -> None:
    text = boss.get(f"/admin/audit/{patient_changed(reference_data).id}").text

    assert "+966501111111" in text and "+966502222222" in text
    assert "password_hash" in text and "hidden" in text and ">old<" not in text


def test_values_of_a_patient_are_hidden_from_who_may_not_identify_patients(app: Flask, reference_data: Cast) -> None:
    row = patient_changed(reference_data)
    with acting_as(SYSTEM):
        seen = audit.changes_of(row, actor=reference_data.actor("hospital_admin"))
        masked = audit.changes_of(row, actor=reference_data.actor("viewer"))
    assert seen is not None and masked is not None
    assert [each.is_hidden for each in seen] == [True, False]
    assert [each.is_hidden for each in masked] == [True, True] and masked[1].before == ""


def test_pages_go_on_by_key_without_losing_or_repeating_a_row(app: Flask, reference_data: Cast) -> None:
    actor = reference_data.actor("px_admin")
    with acting_as(SYSTEM), unit_of_work():
        for _number in range(audit.PAGE + 5):
            record(audit.ChainVerified(audit.THE_LOG, None, 1, 0), actor=SYSTEM)
    with acting_as(actor):
        filters = audit.Filters(kind="core.audit.verified")
        first = audit.list_page(filters, actor=actor)
        second = audit.list_page(filters, actor=actor, key=first.next_key)
    ids = [row.id for row in (*first.rows, *second.rows)]
    assert len(ids) == len(set(ids)) == audit.PAGE + 5 and second.next_key is None


def test_the_export_holds_what_the_list_shows_no_formula_and_is_itself_recorded(
    boss: FlaskClient, reference_data: Cast, action: Any
) -> None:
    answer = boss.get("/admin/audit/export?subject_type=action")
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert [line["kind"] for line in lines] == ["actions.action.opened"]
    assert lines[0]["actor"] == "Px Coordinator" and "attachment" in answer.headers["Content-Disposition"]
    assert len(rows(EventLog, kind="core.audit.exported")) == 1


def park(action: Any) -> Delivery:
    """Leave the action's first delivery parked, as after many tries."""
    delivery: Delivery = rows(Delivery, subject_id=action.id)[0]
    with acting_as(SYSTEM), unit_of_work():
        delivery.parked_at, delivery.attempts, delivery.last_error = clock.now(), 8, "ValueError"
    return delivery


def test_a_stuck_delivery_is_released_by_an_administrator_and_that_is_recorded(
    admin: FlaskClient, outsider: FlaskClient, action: Any, drain: Any
) -> None:
    delivery = park(action)
    drain()
    assert rows(Delivery, id=delivery.id)
    assert delivery.subscriber in admin.get("/admin/deliveries/").text
    assert delivery.subscriber not in outsider.get("/admin/deliveries/").text
    assert outsider.post(f"/admin/deliveries/{delivery.id}/release").status_code == 404

    assert admin.post(f"/admin/deliveries/{delivery.id}/release").status_code == 303
    drain()

    assert rows(Delivery, id=delivery.id) == []
    (said,) = rows(EventLog, kind="core.delivery.released")
    assert said.data["subscriber"] == delivery.subscriber and said.actor_kind == "person"


def test_a_skipped_delivery_lets_those_behind_it_go_on(admin: FlaskClient, action: Any, drain: Any) -> None:
    delivery = park(action)
    assert admin.post(f"/admin/deliveries/{delivery.id}/skip").status_code == 303
    assert rows(Delivery, id=delivery.id) == []
    assert admin.post(f"/admin/deliveries/{delivery.id}/skip").status_code == 404
    assert len(rows(EventLog, kind="core.delivery.skipped")) == 1


def test_a_delivery_that_is_at_work_is_neither_released_nor_skipped(admin: FlaskClient, action: Any) -> None:
    waiting = rows(Delivery, subject_id=action.id)[0]
    assert admin.post(f"/admin/deliveries/{waiting.id}/skip").status_code == 409


def test_the_list_costs_the_same_whatever_it_holds(app: Flask, reference_data: Cast, boss: FlaskClient) -> None:
    import sqlalchemy as sa

    def statements() -> int:
        told: list[str] = []
        hook = lambda *given: told.append(given[2])  # noqa: E731
        sa.event.listen(sa.Engine, "before_cursor_execute", hook)
        try:
            assert boss.get("/admin/audit/").status_code == 200
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", hook)
        return len([each for each in told if not each.startswith(("SAVEPOINT", "RELEASE"))])

    patient_changed(reference_data)
    boss.get("/admin/audit/")
    before = statements()
    for number in range(20):
        with clock.frozen(NOON + timedelta(minutes=number)):
            patient_changed(reference_data)
    after = statements()
    assert (before <= 12, after <= before + 1) == (True, True), (before, after)


def test_every_subject_of_an_event_has_its_words(app: Flask) -> None:
    """The log never shows a code where a person expects a word."""

    def below(kind: type[Event]) -> Iterator[type[Event]]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    ours = {each.subject_type for each in below(Event) if each.__module__.startswith("app.")}
    named = {code for code in ours if isinstance(code, str) and code}

    assert {"patient", "survey_template", "employee"} <= named
    assert named - set(SUBJECTS) == set()
