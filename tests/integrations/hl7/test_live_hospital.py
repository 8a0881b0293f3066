"""The live hospital: made-up visits as real HL7 over a real line, carried out to the end."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa
from apiflask import APIFlask

from app.core.access.actor import acting_as
from app.core.db import db
from app.integrations import mllp
from app.integrations.services import processing
from app.journeys.models import Journey
from app.organizations.models import Patient
from app.portal.demo.live_hospital_model import Ward, message, plan
from tests.integrations.hl7.door import SYSTEM
from tests.integrations.hl7.line import make_link

WARD = Ward("127.0.0.1", 1, "A", (("L-1", "Alotaibi"),))


def test_two_visits_are_played_end_to_end(site: APIFlask, board: mllp.Switchboard) -> None:
    make_link(site)
    board.refresh()
    command = ["px360", "live-hospital", "--visits", "2", "--speed", "1000000", "--seed", "5"]
    told = site.test_cli_runner().invoke(args=command)

    assert told.exit_code == 0, told.output
    lines = told.output.strip().splitlines()
    assert len(lines) >= 4 and all(line.endswith(": AA") for line in lines)
    with site.app_context():
        while processing.process_due():
            pass
        with acting_as(SYSTEM):
            visits = db.session.execute(sa.select(Journey)).unique().scalars().all()
            assert [visit.status for visit in visits] == ["completed", "completed"]
            patients = db.session.execute(sa.select(Patient)).scalars().all()
            assert all(each.name_ar and each.name_en and each.phone_e164.startswith("+9665") for each in patients)


def test_the_same_seed_plays_the_same_visits() -> None:
    assert plan(random.Random(7), [WARD], 20) == plan(random.Random(7), [WARD], 20)
    assert plan(random.Random(7), [WARD], 20) != plan(random.Random(8), [WARD], 20)


def test_visits_overlap_and_each_begins_before_it_ends() -> None:
    steps = plan(random.Random(1), [WARD], 30)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    for name in {step.visit for step in steps}:
        course = [step.trigger for step in steps if step.visit == name]
        assert course[0] in ("ADT^A01", "ADT^A04") and "ADT^A03" in course
    first_end = next(number for number, step in enumerate(steps) if step.trigger == "ADT^A03")
    assert len({step.visit for step in steps[:first_end]}) > 1


def test_a_message_carries_both_scripts_and_its_time_with_the_zone() -> None:
    step = plan(random.Random(1), [WARD], 1)[0]
    text = message(step, datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert "|20261124090000+0000||" in text and step.person.arabic[2] in text and step.person.latin[2] in text


def test_without_a_link_and_in_production_it_is_refused(site: APIFlask) -> None:
    told = site.test_cli_runner().invoke(args=["px360", "live-hospital"])
    assert told.exit_code == 1 and "no MLLP link" in told.output

    known = site.config["SETTINGS"]
    site.config["SETTINGS"] = replace(known, env="production")
    told = site.test_cli_runner().invoke(args=["px360", "live-hospital"])
    site.config["SETTINGS"] = known
    assert told.exit_code == 1 and "refused in production" in told.output
