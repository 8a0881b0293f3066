"""The kernel's small parts: references, throttle, logs, unit of work, jobs, live poll, menu and panels, health."""

from __future__ import annotations

import contextlib
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis.client import Pipeline
from rq import Queue

from app.core import logging as logs
from app.core import references, throttle
from app.core.access.actor import NOBODY, acting_as
from app.core.db import after_commit, command, db, unit_of_work, uuid7
from app.core.errors import TooMany
from app.core.events import outbox
from app.core.jobs import PERIODIC, queues, runs
from app.core.jobs.queues import all_jobs
from app.core.sla.models import SlaRecount
from app.core.time import clock
from app.core.web import live, panels
from tests.cast import Cast, sign_in
from tests.conftest import NOON
from tests.core.conftest import SYSTEM, rows


def test_references_count_per_kind_and_per_local_year(app: Flask) -> None:
    with clock.frozen(datetime(2026, 12, 31, 20, 59, tzinfo=UTC)):
        first, second, other = (references.next_reference(kind) for kind in ("TST", "TST", "TSU"))
    with clock.frozen(datetime(2026, 12, 31, 21, 1, tzinfo=UTC)):  # the next year has begun in Riyadh
        next_year = references.next_reference("TST")

    assert [first, second, other, next_year] == [
        "TST-2026-000001",
        "TST-2026-000002",
        "TSU-2026-000001",
        "TST-2027-000001",
    ]
    assert references.PATTERN.match(first)


def test_tries_are_limited_and_forgotten_after_a_success(app: Flask) -> None:
    for _try in range(5):
        throttle.hit("login.account", "a@example.org")
    with pytest.raises(TooMany):
        throttle.hit("login.account", "a@example.org")
    throttle.hit("login.account", "b@example.org")
    throttle.forget("login.account", "a@example.org")
    throttle.hit("login.account", "a@example.org")


@pytest.mark.parametrize("is_away", [False, True])
def test_limits_asked_together_count_in_turn_and_none_after_the_one_that_is_over(app: Flask, is_away: bool) -> None:
    here = app.config["REDIS_URL"]
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0" if is_away else here
    account, address = ("login.account", str(uuid7())), ("reset.account", str(uuid7()))
    try:
        for _try in range(2):
            throttle.hit_each(account, address)
        for _try in range(3):
            throttle.hit(*account)
        with pytest.raises(TooMany) as refused:
            throttle.hit_each(account, address)
        assert refused.value.retry_after == 60
        throttle.hit(*address)
        with pytest.raises(TooMany) as refused:
            throttle.hit_each(address, account)
        assert refused.value.retry_after == 3600
    finally:
        app.config["REDIS_URL"] = here


def test_a_window_ends_and_redis_may_forget_the_script(app: Flask) -> None:
    client = queues.redis_client()
    throttle.hit("login.account", "a@example.org")
    client.script_flush()
    throttle.hit("login.account", "a@example.org")
    (key,) = client.scan_iter("LIMITER/*")
    assert client.get(key) == b"2" and 0 < client.ttl(key) <= 60


def test_what_is_told_to_redis_after_a_commit_goes_there_in_one_round_trip(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    execute = Pipeline.execute
    monkeypatch.setattr(Pipeline, "execute", lambda pipe: (sent.append(len(pipe)), execute(pipe))[1])
    hospital = uuid7()
    with unit_of_work():
        for topic in ("surveys", "complaints"):
            live.touch(topic, hospital_id=hospital)
        after_commit(outbox.nudge)
    client = queues.redis_client()

    assert sent[0] == 5, "two stamps of two commands each, one nudge"
    assert set(client.hgetall(f"px360:live:{hospital}")) == {b"surveys", b"complaints"}
    assert Queue("events", connection=client).count == 1
    outbox.nudge()
    assert Queue("events", connection=client).count == 1, "one nudge waits already"


def test_with_redis_away_what_was_committed_stays_and_the_sweeps_find_it(app: Flask) -> None:
    here = app.config["REDIS_URL"]
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    try:
        with acting_as(SYSTEM), unit_of_work():
            db.session.add(SlaRecount(cause="kept"))
            live.touch("surveys")
            after_commit(outbox.nudge)
    finally:
        app.config["REDIS_URL"] = here
    assert [each.cause for each in rows(SlaRecount)] == ["kept"]


def test_with_redis_away_tries_are_limited_in_memory(app: Flask) -> None:
    here = app.config["REDIS_URL"]
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    try:
        key = str(uuid7())
        for _try in range(5):
            throttle.hit("login.account", key)
        with pytest.raises(TooMany):
            throttle.hit("login.account", key)
    finally:
        app.config["REDIS_URL"] = here


def test_logs_carry_the_request_and_hide_what_could_be_personal(app: Flask, client: FlaskClient) -> None:
    kept = io.StringIO()
    with contextlib.redirect_stderr(kept):
        logs.configure(pretty=False)
        client.get("/health/live/", headers={"X-Request-ID": "abc123"})
        logs.get_logger("test").warning("something", phone="+966501234567", name="Noura", subject="1")
        try:
            raise ValueError("Noura Alotaibi 0501234567")
        except ValueError:
            logs.get_logger("test").error("broke", exc_info=True)
    logs.configure(pretty=False)
    said = kept.getvalue()

    lines = [json.loads(line) for line in said.splitlines()]
    assert lines[-2]["phone"] == lines[-2]["name"] == "[hidden]" and lines[-2]["request_id"] == "abc123"
    assert lines[-1]["problem"] == "ValueError" and "Noura" not in said and "0501234567" not in said


def test_jobs_name_themselves_in_logs_run_twice_and_note_their_last_run(app: Flask) -> None:
    name = "core.sla.sweep.sweep_clocks"
    queues.run(name)
    queues.run(name)
    assert logs.request_id().startswith("job-")
    (run,) = [each for each in runs.last_runs() if each.name == name]
    assert run.at is not None and run.is_good
    with clock.frozen(NOON.replace(hour=20)):
        (late,) = [each for each in runs.last_runs() if each.name == name]
    assert not late.is_good


def test_every_periodic_job_is_declared_with_a_time_limit_and_a_known_queue(app: Flask) -> None:
    declared = all_jobs()
    for line in PERIODIC.values():
        assert declared[line.name].timeout > 0 and declared[line.name].queue in queues.QUEUES
        assert line.every_seconds >= 5 and line.purpose


def test_every_periodic_job_may_run_twice_with_nothing_to_do(app: Flask, reference_data: Cast) -> None:
    for line in PERIODIC.values():
        queues.run(line.name)
        queues.run(line.name)


def test_inner_commands_join_the_outer_one_and_an_error_rolls_all_back(app: Flask) -> None:
    told: list[str] = []

    @command
    def inner() -> None:
        db.session.add(SlaRecount(cause="inner"))
        after_commit(lambda: told.append("inner"))

    @command
    def outer(*, breaks: bool) -> None:
        inner()
        assert told == []
        if breaks:
            raise LookupError

    with acting_as(SYSTEM):
        with pytest.raises(LookupError):
            outer(breaks=True)
        assert rows(SlaRecount) == [] and told == []
        outer(breaks=False)
    assert [each.cause for each in rows(SlaRecount)] == ["inner"] and told == ["inner"]


def test_the_live_poll_is_silent_when_nothing_moved_and_says_what_did(app: Flask, reference_data: Cast) -> None:
    client = sign_in(app.test_client(), reference_data["px_coordinator"])
    first = client.get("/live").json
    assert first is not None
    since = f"/live?since={first['stamp']}"
    assert client.get(since).status_code == 204

    with clock.frozen(NOON.replace(minute=1)), acting_as(SYSTEM), unit_of_work():
        live.touch("actions", hospital_id=reference_data.a.id)
    assert client.get(since).json["changed"] == ["actions"]  # type: ignore[index]
    elsewhere = sign_in(app.test_client(), reference_data["outsider"])
    assert elsewhere.get(since).status_code == 204


def test_the_live_poll_answers_with_redis_away(app: Flask, reference_data: Cast) -> None:
    client = sign_in(app.test_client(), reference_data["px_coordinator"])
    here = app.config["REDIS_URL"]
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    try:
        assert client.get(f"/live?since={NOON.timestamp()}").status_code in (200, 204)
        assert client.get("/health/ready/").json == {"status": "ok", "database": True, "redis": False}
    finally:
        app.config["REDIS_URL"] = here


def test_health_says_alive_and_ready_and_shows_administrators_the_rest(
    app: Flask, boss: FlaskClient, client: FlaskClient
) -> None:
    assert client.get("/health/live/").json == {"status": "ok"}
    assert client.get("/health/ready/").json == {"status": "ok", "database": True, "redis": True}
    text = boss.get("/health/").text
    assert "core.sla.sweep.sweep_clocks" in text and "Parked deliveries" in text
    here = app.config["REDIS_URL"]
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    try:
        assert "away" in boss.get("/health/").text
    finally:
        app.config["REDIS_URL"] = here


def test_the_menu_shows_only_what_a_person_may_open(app: Flask, reference_data: Cast) -> None:
    seen = {
        name: sign_in(app.test_client(), reference_data[name]).get("/").text
        for name in ("hospital_admin", "px_coordinator")
    }
    assert 'href="/admin/audit/"' in seen["hospital_admin"] and 'href="/admin/calendars/"' in seen["hospital_admin"]
    assert 'href="/admin/audit/"' not in seen["px_coordinator"]


def test_panels_show_for_who_holds_the_right_and_badges_are_asked_once_for_all_rows(
    app: Flask, reference_data: Cast
) -> None:
    asked: list[Any] = []

    def find(ids: Any, actor: Any) -> dict[Any, str]:
        asked.append(list(ids))
        return {ids[0]: "late"}

    panels.panel("test_place", 1, "Log", "audit.listed", "core:audit:read")
    panels.badge("test_place", "late", find)
    ids = [uuid7(), uuid7()]

    assert panels.panels_for("test_place", NOBODY) == []
    assert len(panels.panels_for("test_place", reference_data.actor("px_admin"))) == 1
    assert panels.badges_for("test_place", ids, NOBODY) == {ids[0]: ["late"], ids[1]: []}
    assert asked == [ids]
