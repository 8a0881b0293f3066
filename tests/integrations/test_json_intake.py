"""Events as JSON: each is taken once, a conflict is kept, nothing that came is lost, and no key reaches another hospital."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.jobs.limits import TimeIsUp
from app.core.keys.fields import decrypt
from app.core.time import clock
from app.integrations.models import CodeMapping, InboundEvent
from app.integrations.services import idempotency, intake, processing
from app.journeys.models import Journey
from app.organizations.models import Patient
from app.settings import Settings, SettingsError, from_environment
from tests.cast import Cast, bearer
from tests.conftest import NOON

SYSTEM = system_actor("test")


def event(**changed: Any) -> dict[str, Any]:
    """One good event."""
    return {
        "event_id": "e-1",
        "code": "OPD_STAGE_1_REGISTRATION",
        "occurred_at": "2026-11-24T11:30:00+03:00",
        "encounter": "V-1",
        "patient": {"mrn": "1001", "name_ar": "نورة", "phone": "٠٥٠١٢٣٤٥٦٧"},
        **changed,
    }


def send(client: FlaskClient, key: str, body: Any, **headers: str) -> Any:
    """Send it with the source's key."""
    return client.post("/api/integrations/events/", json=body, headers={"Authorization": f"Bearer {key}", **headers})


def rows(model: type) -> list[Any]:
    """Every row of a table."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(model).order_by(model.created_at)).scalars())


@pytest.fixture(autouse=True)
def ready(reference_data: Cast) -> None:
    """Journey templates are there."""


def test_the_same_event_again_gets_the_same_answer_and_does_nothing(client: FlaskClient, source_key: str) -> None:
    first = send(client, source_key, event())
    again = send(client, source_key, event())

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.get_json()["id"] == again.get_json()["id"]
    assert again.get_json()["duplicate"] is True
    assert len(rows(InboundEvent)) == 1


def test_the_same_id_with_other_content_is_a_conflict_kept_for_review(client: FlaskClient, source_key: str) -> None:
    send(client, source_key, event())
    answer = send(client, source_key, event(encounter="V-2"))
    again = send(client, source_key, event(encounter="V-2"))

    assert (answer.status_code, again.status_code) == (409, 409)
    assert answer.get_json()["error"]["code"] == "id_conflict"
    assert [(each.state, each.flag) for each in rows(InboundEvent)] == [("received", ""), ("failed", "conflict")]


def test_an_idempotency_key_answers_the_same_and_refuses_another_body(client: FlaskClient, source_key: str) -> None:
    first = send(client, source_key, event(), **{"Idempotency-Key": "k1"})
    again = send(client, source_key, event(), **{"Idempotency-Key": "k1"})
    other = send(client, source_key, event(event_id="e-2"), **{"Idempotency-Key": "k1"})

    assert first.get_json() == again.get_json()
    assert other.status_code == 409
    assert len(rows(InboundEvent)) == 1


def test_the_raw_body_is_encrypted_and_forgotten_in_time(client: FlaskClient, source_key: str) -> None:
    send(client, source_key, event())
    stored = rows(InboundEvent)[0]
    assert "نورة".encode() not in stored.raw
    assert "نورة" in decrypt(stored.raw, context=intake.RAW_CONTEXT).decode()

    with clock.frozen(NOON + intake.raw_kept() + timedelta(minutes=1)), acting_as(SYSTEM):
        assert processing.forget_raw(actor=SYSTEM) == 1
    assert rows(InboundEvent)[0].raw is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "2026-11-24T11:30:00"}, "occurred_at"),
        ({"patient": {"mrn": "1", "phone": "12"}}, "patient.phone"),
        ({"patient": {"mrn": "1", "birth_date": "1990-02-31"}}, "patient.birth_date"),
        ({"patient": {"mrn": ""}}, "patient.mrn"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_can_not_be_read_is_refused_by_field(
    client: FlaskClient, source_key: str, change: dict[str, Any], field: str
) -> None:
    answer = send(client, source_key, event(**change))

    assert answer.status_code == 422
    assert field in answer.get_json()["error"]["fields"]


@pytest.mark.parametrize(("body", "kind", "status"), [(b"{", "application/json", 400), (b"{}", "text/plain", 415)])
def test_what_is_not_json_is_told_so(client: FlaskClient, source_key: str, body: bytes, kind: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {source_key}"}
    answer = client.post("/api/integrations/events/", data=body, content_type=kind, headers=headers)

    assert answer.status_code == status
    assert answer.get_json()["error"]["message"]


def test_an_unknown_code_is_kept_and_goes_through_once_somebody_mapped_it(
    client: FlaskClient, cast: Cast, source_key: str
) -> None:
    answer = send(client, source_key, event(code="LOCAL_99"))
    assert answer.get_json()["error"] == "unknown_code"
    stored = rows(InboundEvent)[0]
    assert (stored.state, stored.error_code) == ("failed", "unknown_code")
    address, headers = f"/api/integrations/events/{stored.id}/reprocess/", bearer(cast["hospital_admin"])

    too_early = client.post(address, headers=headers)
    assert (too_early.status_code, too_early.get_json()["error"]["code"]) == (409, "unknown_code")

    with acting_as(SYSTEM), unit_of_work():
        db.session.add(
            CodeMapping(hospital_id=cast.a.id, kind="event", from_code="LOCAL_99", to_code="OPD_VISIT_COMPLETED")
        )
    again = client.post(address, headers=headers)
    assert (again.status_code, again.get_json()["state"]) == (200, "received")
    processing.process_due()
    assert [each.status for each in rows(Journey)] == ["completed"]


def test_each_event_of_a_bulk_has_its_own_verdict(client: FlaskClient, source_key: str) -> None:
    good, bad, twice = event(), event(event_id="e-2", patient={"mrn": "2", "phone": "x"}), event()
    headers = {"Authorization": f"Bearer {source_key}"}
    answer = client.post("/api/integrations/events/bulk_create/", json={"events": [good, bad, twice]}, headers=headers)

    assert answer.status_code == 202
    said = answer.get_json()
    assert (said["accepted"], said["refused"]) == (2, 1)
    assert [each["error"] for each in said["results"]] == ["", "invalid", ""]
    assert said["results"][2]["duplicate"] is True


def test_a_visit_that_is_not_known_yet_is_tried_again_and_healed(client: FlaskClient, source_key: str) -> None:
    send(client, source_key, event(event_id="lab", code="LAB_ORDER_COMPLETED"))
    processing.process_due()
    assert [(each.state, each.error_code) for each in rows(InboundEvent)] == [("failed", "unknown_visit")]

    send(client, source_key, event())
    with clock.frozen(NOON + timedelta(minutes=1)):
        processing.process_due()
    assert {each.state for each in rows(InboundEvent)} == {"processed"}
    stages = {stage.code: stage.status for stage in rows(Journey)[0].stages}
    assert (stages["LAB"], stages["REGISTRATION"]) == ("completed", "completed")


def test_a_visit_that_never_becomes_known_is_given_up_visibly(client: FlaskClient, source_key: str) -> None:
    send(client, source_key, event(code="LAB_ORDER_COMPLETED"))
    for day in range(len(processing.PAUSES) + 1):
        with clock.frozen(NOON + timedelta(days=day)):
            processing.process_due()
    assert rows(InboundEvent)[0].state == "dead"


def test_a_patient_is_made_once_and_only_what_is_named_changes(client: FlaskClient, source_key: str) -> None:
    send(client, source_key, event())
    send(client, source_key, event(event_id="e-2", patient={"mrn": "1001", "name_en": "Noura"}))

    patients = rows(Patient)
    assert [(each.name_ar, each.name_en, each.phone_e164) for each in patients] == [("نورة", "Noura", "+966501234567")]


def test_a_rotated_key_works_for_a_day_and_a_wrong_one_never(client: FlaskClient, cast: Cast, source_key: str) -> None:
    from app.integrations.models import SourceSystem
    from app.integrations.services import keys

    with acting_as(SYSTEM):
        source_id = db.session.execute(sa.select(SourceSystem.id)).scalar_one()
    fresh = keys.rotate(source_id, actor=SYSTEM)
    assert send(client, fresh, event()).status_code == 202
    assert send(client, source_key, event()).status_code == 202
    assert send(client, "px360_wrong", event()).status_code == 401
    with clock.frozen(NOON + timedelta(days=1, minutes=1)):
        assert send(client, source_key, event()).status_code == 401


def test_a_source_reads_nothing_and_a_person_sends_nothing(client: FlaskClient, cast: Cast, source_key: str) -> None:
    headers = {"Authorization": f"Bearer {source_key}"}
    assert client.get("/api/integrations/events/", headers=headers).status_code == 403
    assert client.get("/api/auth/users/", headers=headers).status_code == 403
    assert client.post("/api/integrations/events/", json=event(), headers=bearer(cast["px_admin"])).status_code == 403


def test_another_hospitals_admin_does_not_find_the_event(client: FlaskClient, cast: Cast, source_key: str) -> None:
    send(client, source_key, event())
    stored = rows(InboundEvent)[0]

    answer = client.get(f"/api/integrations/events/{stored.id}/", headers=bearer(cast["outsider"]))

    assert answer.status_code == 404
    listed = client.get("/api/integrations/events/", headers=bearer(cast["outsider"])).get_json()
    assert listed["count"] == 0


def test_a_conflict_under_an_idempotency_key_is_kept_for_review_too(client: FlaskClient, source_key: str) -> None:
    send(client, source_key, event())
    answer = send(client, source_key, event(encounter="V-2"), **{"Idempotency-Key": "k1"})

    assert answer.status_code == 409
    assert [(each.state, each.flag) for each in rows(InboundEvent)] == [("received", ""), ("failed", "conflict")]


def test_stored_answers_are_forgotten_after_a_day(client: FlaskClient, source_key: str) -> None:
    send(client, source_key, event(), **{"Idempotency-Key": "k1"})
    assert idempotency.forget_old(actor=SYSTEM) == 0
    with clock.frozen(NOON + timedelta(hours=25)):
        assert idempotency.forget_old(actor=SYSTEM) == 1
    assert send(client, source_key, event(), **{"Idempotency-Key": "k1"}).get_json()["duplicate"] is True


def bulk(client: FlaskClient, key: str, body: list[Any]) -> Any:
    """Send many at once."""
    headers = {"Authorization": f"Bearer {key}"}
    return client.post("/api/integrations/events/bulk_create/", json={"events": body}, headers=headers)


def test_five_thousand_rows_go_at_once_each_with_its_verdict(client: FlaskClient, source_key: str) -> None:
    good = [event(event_id=f"g-{number}", patient={"mrn": f"{number}"}) for number in range(120)]
    conflict, unknown = (
        event(event_id="g-3", encounter="V-9", patient={"mrn": "3"}),
        event(event_id="u", code="LOCAL_1"),
    )
    poor = [{"event_id": f"p-{number}"} for number in range(5_000 - 122)]
    answer = bulk(client, source_key, [*good, conflict, unknown, *poor])

    said = answer.get_json()
    assert (answer.status_code, said["accepted"], said["refused"]) == (202, 120, 4_880)
    assert [said["results"][place]["error"] for place in (0, 120, 121, 122, 4_999)] == [
        "",
        "id_conflict",
        "unknown_code",
        "invalid",
        "invalid",
    ]
    assert len(rows(InboundEvent)) == 122 and len(rows(Patient)) == 120
    again = bulk(client, source_key, good).get_json()
    assert {each["duplicate"] for each in again["results"]} == {True}


def test_more_than_five_thousand_rows_are_refused(client: FlaskClient, source_key: str) -> None:
    assert bulk(client, source_key, [{}] * 5_001).status_code == 422
    assert bulk(client, source_key, []).status_code == 422
    assert bulk(client, source_key, [1, "x", None]).status_code == 422


@pytest.mark.parametrize("days", ["0", "-1", "many", "99999", "٩"])
def test_a_retention_that_is_no_number_of_days_stops_the_start(settings: Settings, days: str) -> None:
    keys = {f"PX360_{name}_KEY": base64.b64encode(bytes(32)).decode() for name in ("AUDIT", "LINK", "FIELD")}
    known = {"PX360_ENV": "test", "DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "PX360_SECRET_KEY": "x"}
    assert from_environment({**known, **keys, "PX360_RAW_DAYS": "30"}).raw_days == 30
    assert settings.raw_days == 90
    with pytest.raises(SettingsError, match="PX360_RAW_DAYS"):
        from_environment({**known, **keys, "PX360_RAW_DAYS": days})


def test_an_event_that_kills_its_worker_is_given_up_alone_and_those_taken_with_it_are_carried_out(
    client: FlaskClient, source_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        send(client, source_key, event(event_id=f"e-{number}", encounter=f"V-{number}"))
    carry_out, deaths = processing._carry_out, []

    def dying(row: InboundEvent, actor: Any) -> Any:
        if row.encounter == "V-0":
            deaths.append(row.attempts)
            raise SystemExit  # nothing on the way notes it, as when the process is gone
        return carry_out(row, actor)

    monkeypatch.setattr(processing, "_carry_out", dying)
    for turn in range(16):
        with clock.frozen(NOON + turn * (processing.LEASE + timedelta(seconds=1))):
            try:
                while processing.process_due():
                    pass
            except SystemExit:
                db.session.rollback()

    found = {row.encounter: row for row in rows(InboundEvent)}
    assert deaths == list(range(1, processing.MOST_TRIES + 1))
    killer = found.pop("V-0")
    assert (killer.state, killer.error_code, killer.attempts) == ("dead", "killed", processing.MOST_TRIES)
    assert {(row.state, row.is_begun) for row in found.values()} == {("processed", False)}


def test_events_behind_one_that_runs_out_of_time_are_free_at_once_and_not_counted(
    client: FlaskClient, source_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        send(client, source_key, event(event_id=f"e-{number}", encounter=f"V-{number}"))

    def late(row: InboundEvent, actor: Any) -> Any:
        raise TimeIsUp

    with monkeypatch.context() as patch:
        patch.setattr(processing, "_carry_out", late)
        with pytest.raises(TimeIsUp):
            processing.process_due()
    states = [(row.state, row.attempts, row.is_begun) for row in rows(InboundEvent)]
    assert states == [("failed", 1, False), ("received", 0, False), ("received", 0, False)]

    while processing.process_due():
        pass
    assert [row.state for row in rows(InboundEvent)] == ["failed", "processed", "processed"]
