"""Two events of one encounter at the same time, on two real connections: one visit, every stage once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import sqlalchemy as sa

from app import create_app
from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.core.events.models import EventLog
from app.core.time import clock
from app.journeys.events import JourneyCompleted, JourneyStarted, StageCompleted
from app.journeys.models import Journey
from app.journeys.rules import VisitEvent
from app.journeys.seeds import seed_templates
from app.journeys.services import progress
from app.organizations.models import Hospital, Patient
from app.settings import from_environment
from devstack.testing import Servers
from tests.conftest import NOON, environment
from tests.journeys.conftest import SYSTEM, at

CODES = [("EMS_ARRIVAL", 0), ("EMS_TRIAGE", 5), ("EMS_DISCHARGE", 60), ("EMS_ARRIVAL", 0)]


def test_events_of_one_encounter_that_come_at_once_make_one_visit(servers: Servers, clone: Any, tmp_path: Path) -> None:
    app = create_app(from_environment(environment(servers, clone(), tmp_path)))
    with app.app_context(), clock.frozen(NOON), acting_as(SYSTEM):
        seed_templates(actor=SYSTEM)
        with unit_of_work():
            hospital = Hospital(code="A", name_en="Al Noor", name_ar="النور")
            db.session.add(hospital)
            db.session.flush()
            patient = Patient(hospital_id=hospital.id, mrn="1", name_en="Noura", name_ar="نورة")
            db.session.add(patient)
        ids = hospital.id, patient.id
    together = Barrier(len(CODES))

    def send(code: str, minutes: int) -> None:
        with app.app_context():
            together.wait(timeout=20)
            progress.apply(VisitEvent(ids[0], code, "V-1", ids[1], at(minutes)), actor=SYSTEM)

    with ThreadPoolExecutor(len(CODES)) as pool:
        for done in [pool.submit(send, *each) for each in CODES]:
            done.result(timeout=60)
    with app.app_context(), acting_as(SYSTEM):
        (journey,) = db.session.execute(sa.select(Journey)).scalars()
        assert (journey.status, journey.started_at, journey.ended_at) == ("completed", at(0), at(60))
        completed = {stage.code: stage.completed_at for stage in journey.stages if stage.completed_at}
        assert completed == {"ARRIVAL": at(0), "TRIAGE": at(5), "DISCHARGE": at(60)}
        said = dict(db.session.execute(sa.select(EventLog.kind, sa.func.count()).group_by(EventLog.kind)).all())
        assert said[JourneyStarted.kind] == 1
        assert said[StageCompleted.kind] == 3
        assert said[JourneyCompleted.kind] == 1
        db.session.remove()
        db.engine.dispose()
