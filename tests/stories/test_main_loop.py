"""The main loop in one process: from a hospital's event to the PX action in the right queue."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.events import sealer
from app.core.events.models import EventLog
from app.core.time import clock
from app.integrations.services import processing
from app.journeys.models import Journey
from app.notifications.models import Message, Notification
from app.notifications.services import dispatch
from app.px_action_center.models import PxAction
from app.surveys.models import SurveyInstance
from app.surveys.services import sending
from tests.cast import sign_in
from tests.conftest import NOON

SYSTEM = system_actor("test")


def everything(model: type) -> list[Any]:
    """Every row of a table, oldest first."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(model).order_by(model.created_at)).scalars())


def send_event(client: Any, key: str, code: str, **changed: Any) -> Any:
    """Send one event as a hospital system does."""
    body = {
        "event_id": f"e-{code}",
        "code": code,
        "occurred_at": "2026-11-24T11:30:00+03:00",
        "encounter": "V-1",
        "patient": {"mrn": "1001", "name_ar": "نورة العتيبي", "phone": "٠٥٠١٢٣٤٥٦٧", "language": "ar"},
        "department_code": "ER",
        **changed,
    }
    return client.post("/api/integrations/events/", json=body, headers={"Authorization": f"Bearer {key}"})


def work(drain: Any) -> None:
    """Do what the workers would: events, surveys that are due, messages."""
    for _turn in range(3):
        while processing.process_due():
            pass
        drain()
        sending.send_due()
        drain()
        while dispatch.send_due():
            pass
        drain()


def test_an_event_becomes_an_action_in_the_departments_queue(
    client, reference_data, provider, drain, source_key
) -> None:
    cast = reference_data
    assert send_event(client, source_key, "OPD_STAGE_1_REGISTRATION").status_code == 202
    assert send_event(client, source_key, "OPD_VISIT_COMPLETED").status_code == 202
    work(drain)
    journey = everything(Journey)[0]
    assert (journey.status, journey.department_id) == ("completed", cast.er.id)

    with clock.frozen(NOON + timedelta(hours=2, minutes=1)):
        work(drain)
        text = provider.arrived[0]["body"]
        assert provider.arrived[0]["to"] == "+966501234567"
        assert re.search(r"[\u0600-\u06ff]", text), "the invitation is not in Arabic"
        path = re.search(r"/s/\S+", text).group(0)

        form = client.get(path)
        assert form.status_code == 200
        assert 'lang="ar"' in form.get_data(as_text=True)
        assert "Set-Cookie" not in form.headers
        answer_badly(client, path)
        work(drain)

        survey = everything(SurveyInstance)[0]
        assert (survey.state, survey.is_negative) == ("completed", True)
        action = everything(PxAction)[0]
        assert (action.department_id, action.assignee_id) == (cast.er.id, cast["department_manager"].id)
        assert action.due_at is not None
        assert action.status == "open"
        told = {line.user_id for line in everything(Notification)}
        assert told == {cast["department_manager"].id, cast["px_coordinator"].id}

        manager = sign_in(client, cast["department_manager"])
        assert action.reference in manager.get("/actions/").get_data(as_text=True)
        page = manager.get(f"/actions/{action.id}")
        assert page.status_code == 200

        sealer.seal_events()
        assert sealer.verify().is_whole
        kinds = {row.kind for row in everything_logged()}
        assert {"journeys.stage.completed", "surveys.instance.completed", "actions.action.opened"} <= kinds
    assert len(everything(Message)) == 1


def everything_logged() -> list[EventLog]:
    """The whole event log."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(EventLog)).scalars())


def answer_badly(client: Any, path: str, comment: str = "انتظرت طويلا 😞") -> None:
    """Answer every page with the worst mark and a comment, as a browser without JavaScript would."""
    where = f"{path}?p=1"
    for _page in range(30):
        html = client.get(where).get_data(as_text=True)
        data: dict[str, str] = {}
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html):
            data[name] = value
        for code in [name.removeprefix("on-") for name in data if name.startswith("on-")]:
            values = re.findall(rf'name="q-{code}" value="(\d+)"', html)
            data[f"q-{code}"] = min(values, key=int) if values else comment
        answer = client.post(path, data={**data, "step": "next"})
        assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
        where = answer.headers["Location"]
        if "/thanks" in where:
            assert client.get(where).status_code == 200
            return
    raise AssertionError("the form never ended")
