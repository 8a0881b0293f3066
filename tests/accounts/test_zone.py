"""Instants stand in the zone of the hospital looked at, unless the person has chosen a zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from app.accounts.models import User
from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.organizations.models import Hospital
from tests.accounts.conftest import SYSTEM
from tests.cast import Cast, sign_in

RIYADH, DUBAI, MANILA = "Asia/Riyadh", "Asia/Dubai", "Asia/Manila"


@pytest.fixture
def made(cast: Cast) -> datetime:
    """Hospital B lies in Dubai; gives the instant at which it was made, which its page shows."""
    with acting_as(SYSTEM), unit_of_work():
        row = db.session.get_one(Hospital, cast.b.id)
        row.zone = DUBAI
        return row.created_at


def page_of(client: FlaskClient, hospital: Hospital) -> str:
    """Read the page of a hospital."""
    answer = client.get(f"/admin/hospitals/{hospital.id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def written(at: datetime, zone: str) -> str:
    """An instant as an English page shows it."""
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def test_people_of_one_hospital_read_its_time(client: FlaskClient, cast: Cast, made: datetime) -> None:
    text = page_of(sign_in(client, cast["outsider"]), cast.b)

    assert written(made, DUBAI) in text
    assert written(made, RIYADH) not in text


def test_where_hospitals_differ_it_is_the_time_of_the_one_looked_at(
    client: FlaskClient, plain_forms: None, cast: Cast, made: datetime
) -> None:
    sign_in(client, cast["px_admin"])
    assert written(made, RIYADH) in page_of(client, cast.b)

    client.post("/preferences/hospital", data={"hospital": str(cast.b.id)})

    assert written(made, DUBAI) in page_of(client, cast.b)


def test_a_zone_that_the_person_chose_goes_before(client: FlaskClient, cast: Cast, made: datetime) -> None:
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(User, cast["outsider"].id).zone = MANILA

    assert written(made, MANILA) in page_of(sign_in(client, cast["outsider"]), cast.b)
