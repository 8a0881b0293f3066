"""Faults with real processes: whatever is killed, flushed or restarted, the loop ends the same, and everything once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from app.core.jobs import enqueue
from app.integrations.models import InboundEvent
from app.journeys.models import Journey
from app.notifications.jobs import settle_unknown_messages
from app.notifications.models import Message, Notification
from app.px_action_center.models import PxAction
from app.surveys.models import SurveyAnswer, SurveyInstance
from tests.conftest import environment
from tests.faults.stack import Stack, running_stack

LATER = timedelta(hours=3)
LIVES = (0.9, 1.2, 1.5, 1.8, 2.1, 2.4, 2.7)


@pytest.fixture(scope="module")
def stack(servers: Any, clone: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for this module, at a time of day when surveys may be sent."""
    folder = tmp_path_factory.mktemp("stack")
    with running_stack(environment(servers, clone(), folder), folder) as found:
        yield found


@pytest.fixture(autouse=True)
def daytime(stack: Stack) -> None:
    """Stand at noon in Riyadh, so that quiet hours do not hold messages back."""
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    noon = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while noon.weekday() in (3, 4):  # not on the eve of Friday, nor on Friday: prayer hour and weekend
        noon += timedelta(days=1)
    stack.move_clock(noon - now)
    stack.noon = noon - now  # type: ignore[attr-defined]


def begin(stack: Stack, number: int) -> str:
    """Let one patient come and go; gives their phone."""
    phone = f"05012345{number:02d}"
    for code in ("OPD_STAGE_1_REGISTRATION", "OPD_VISIT_COMPLETED"):
        assert stack.send(code, f"V-{number}", mrn=f"10{number:02d}", phone=phone).status_code == 202
    return "+966" + phone[1:]


def planned(stack: Stack, phone: str) -> None:
    """Wait until the survey of a phone's visit is planned."""
    encounter = f"V-{int(phone[-2:])}"
    stack.wait(
        "the survey to be planned", lambda: any(_is_of(stack, each, encounter) for each in stack.rows(SurveyInstance))
    )


def invited(stack: Stack, phone: str) -> str:
    """Wait for the invitation to a phone and give its link."""
    planned(stack, phone)
    stack.move_clock(stack.noon + LATER)  # type: ignore[attr-defined]
    return str(stack.wait("the invitation", lambda: stack.link_for(phone)))


def answer_badly(stack: Stack, path: str) -> httpx.Response:
    """Answer every question with the worst mark, in one call of the API."""
    token = path.rpartition("/")[2]
    address = f"{stack.address}/api/surveys/public/{token}/"
    sheet = httpx.get(address, timeout=30).json()
    answers: dict[str, Any] = {}
    for question in sheet["questions"]:
        values = [option["value"] for option in question["options"]]
        if values:
            answers[question["code"]] = min(values, key=str)
        elif question["minimum"] is not None:
            answers[question["code"]] = question["minimum"]
        else:
            answers[question["code"]] = "انتظرت طويلا"
    return httpx.post(f"{address}submit/", json={"answers": answers}, timeout=60)


def check_once(stack: Stack, phone: str, mrn: str) -> None:
    """One visit, one survey, one message that arrived, one action, one line for each person concerned."""
    journeys = [each for each in stack.rows(Journey) if each.encounter == f"V-{int(mrn[2:])}"]
    assert len(journeys) == 1
    surveys = stack.rows(SurveyInstance, journey_id=journeys[0].id)
    assert [each.state for each in surveys] == ["completed"]
    assert len([each for each in stack.provider.arrived if each["to"] == phone]) == 1
    assert len(stack.rows(Message, about_id=surveys[0].id)) == 1
    codes = [each.code for each in stack.rows(SurveyAnswer, instance_id=surveys[0].id)]
    assert len(codes) == len(set(codes))
    actions = stack.rows(PxAction, source_id=surveys[0].id)
    assert len(actions) == 1
    told = [each.user_id for each in stack.rows(Notification, about_id=actions[0].id)]
    assert len(told) == len(set(told)) == 2


def test_a_worker_killed_again_and_again_changes_nothing_in_the_end(stack: Stack) -> None:
    phone = begin(stack, 1)
    for life in LIVES:  # seconds; the shortest end while it starts, the longest in the middle of the loop
        time.sleep(life)
        stack.kill("worker")
        stack.start("worker")
    stack.wait("the visit", lambda: stack.rows(Journey, encounter="V-1"))
    stack.wait("the end of the visit", lambda: stack.rows(Journey, encounter="V-1")[0].status == "completed")
    link = invited(stack, phone)
    stack.kill("worker")
    assert answer_badly(stack, link).status_code == 200
    stack.start("worker")
    stack.wait("the action", lambda: len(stack.rows(Notification)) >= 2)
    check_once(stack, phone, "1001")


def test_flushed_redis_loses_no_work(stack: Stack, servers: Any) -> None:
    client = redis.Redis.from_url(servers.redis_url)
    phone = begin(stack, 2)
    client.flushall()
    link = invited(stack, phone)
    client.flushall()
    assert answer_badly(stack, link).status_code == 200
    client.flushall()
    survey = next(
        each for each in stack.rows(SurveyInstance) if each.state == "completed" and _is_of(stack, each, "V-2")
    )
    stack.wait("the action", lambda: stack.rows(PxAction, source_id=survey.id))
    stack.wait("both to be told", lambda: len(_told(stack, survey.id)) == 2)
    check_once(stack, phone, "1002")


def _is_of(stack: Stack, survey: SurveyInstance, encounter: str) -> bool:
    return survey.journey_id == stack.rows(Journey, encounter=encounter)[0].id


def _told(stack: Stack, survey_id: Any) -> list[Notification]:
    return stack.rows(Notification, about_id=stack.rows(PxAction, source_id=survey_id)[0].id)


def test_a_provider_that_is_down_gets_the_message_when_it_is_up_again(stack: Stack) -> None:
    stack.provider.mood = "busy"
    phone = begin(stack, 3)
    planned(stack, phone)
    stack.move_clock(stack.noon + LATER)  # type: ignore[attr-defined]
    stack.wait("a first try", lambda: any(each.attempts for each in stack.rows(Message, status="queued")))
    assert stack.link_for(phone) == ""

    stack.provider.mood = "good"
    stack.move_clock(stack.noon + LATER + timedelta(minutes=5))  # type: ignore[attr-defined]
    link = stack.wait("the message", lambda: stack.link_for(phone))
    assert answer_badly(stack, link).status_code == 200


def test_a_line_that_breaks_after_the_message_was_taken_is_asked_about_and_not_repeated(stack: Stack) -> None:
    stack.provider.mood = "hang"
    phone = begin(stack, 4)
    planned(stack, phone)
    stack.move_clock(stack.noon + LATER)  # type: ignore[attr-defined]
    stack.wait("the unknown message", lambda: stack.rows(Message, status="unknown"))
    stack.provider.mood = "good"
    stack.move_clock(stack.noon + LATER + timedelta(minutes=10))  # type: ignore[attr-defined]  # when it is asked about
    with stack.app.app_context():
        enqueue(settle_unknown_messages)  # a minute before its turn
    stack.wait("the provider's answer", lambda: not stack.rows(Message, status="unknown"), seconds=90)
    assert len([each for each in stack.provider.arrived if each["to"] == phone]) == 1


def test_twenty_at_once_give_one_response_and_one_action(stack: Stack) -> None:
    phone = begin(stack, 5)
    link = invited(stack, phone)
    with ThreadPoolExecutor(20) as pool:
        statuses = [each.status_code for each in pool.map(lambda _n: answer_badly(stack, link), range(20))]
    assert set(statuses) == {200}
    survey = next(each for each in stack.rows(SurveyInstance) if _is_of(stack, each, "V-5"))
    stack.wait("both to be told", lambda: len(_told(stack, survey.id)) == 2)
    check_once(stack, phone, "1005")


def test_the_same_event_twenty_times_is_one_event(stack: Stack) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda _n: stack.send("EMS_ARRIVAL", "V-77", mrn="1077", phone="0501234577"), range(20))
        )
    # every copy carries its own time, so all but the first are conflicts that are kept for review
    codes = sorted({each.status_code for each in answers})
    assert codes in ([202], [202, 409])
    accepted = [each for each in stack.rows(InboundEvent, encounter="V-77") if each.flag == ""]
    assert len(accepted) == 1
    stack.wait("the visit", lambda: len(stack.rows(Journey, encounter="V-77")) == 1)


def test_a_restarted_database_is_only_a_pause(stack: Stack, servers: Any) -> None:
    import contextlib

    from devstack.servers import start_postgres
    from devstack.testing import FAST

    phone = begin(stack, 6)
    servers.postgres.stop()
    with contextlib.suppress(httpx.HTTPError):
        assert httpx.get(f"{stack.address}/health/ready/", timeout=10).status_code in (503, 500)
    again = start_postgres(
        servers.folder / "pg",
        Path("/tmp") / "px360-binaries",
        servers.port,
        servers.folder / "pg.log",
        FAST,
    )
    servers.postgres.process = again.process
    stack.wait("the web process to recover", lambda: httpx.get(f"{stack.address}/health/ready/").status_code == 200)
    link = invited(stack, phone)
    assert re.match(r"/s/", link)
