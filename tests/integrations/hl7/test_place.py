"""Where and with whom a visit is: found by the words of the site, in its own hospital, when the event is carried out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.integrations.models import CodeMapping
from app.journeys.models import Journey
from app.organizations.models import Department, Physician
from tests.cast import Cast
from tests.integrations.hl7.door import SYSTEM, events, post, rows, work
from tests.integrations.hl7.messages import message


@pytest.fixture(autouse=True)
def ready(reference_data: Cast) -> None:
    """Journey templates are there."""


def add(row: Any) -> UUID:
    """Write a row; gives its id."""
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(row)
        db.session.flush()
        row_id: UUID = row.id
    return row_id


def ward(hospital_id: UUID, code: str = "CARD") -> UUID:
    """A department that the message names, or almost."""
    return add(Department(hospital_id=hospital_id, code=code, name_en="Cardiology", name_ar="القلب"))


def doctor(hospital_id: UUID) -> UUID:
    """The physician whom the message names."""
    return add(Physician(hospital_id=hospital_id, license_number="5001", name_en="Khalid", name_ar="خالد"))


def visited() -> tuple[UUID | None, UUID | None]:
    """Where and with whom the one visit is."""
    (journey,) = rows(Journey)
    return journey.department_id, journey.physician_id


def test_the_words_of_the_message_find_department_and_physician(
    client: FlaskClient, source_key: str, cast: Cast
) -> None:
    theirs = ward(cast.b.id), doctor(cast.b.id)
    ours = ward(cast.a.id, "card"), doctor(cast.a.id)

    post(client, source_key, message())
    work()

    assert visited() == ours and not set(ours) & set(theirs)


def test_what_is_made_after_the_message_came_is_found_when_it_is_carried_out(
    client: FlaskClient, source_key: str, cast: Cast
) -> None:
    post(client, source_key, message())
    late = ward(cast.a.id), doctor(cast.a.id)
    work()

    assert visited() == late


def test_a_department_is_found_by_what_the_sites_own_word_stands_for(
    client: FlaskClient, source_key: str, cast: Cast
) -> None:
    heart = ward(cast.a.id, "HEART")
    add(CodeMapping(hospital_id=cast.a.id, kind="department", from_code="CARD", to_code="HEART"))

    post(client, source_key, message())
    work()

    assert visited() == (heart, None)


def test_what_is_longer_than_any_code_is_not_kept(client: FlaskClient, source_key: str) -> None:
    post(client, source_key, message().replace("CARD^", "C" * 5_000 + "^").replace("5001^", "5" * 5_000 + "^"))
    work()

    (event,) = events()
    assert event.state == "processed" and visited() == (None, None)
    assert event.facts["departments"] == ["", ""] and event.facts["physician"] == ""


def test_a_visit_is_kept_where_nobody_knows_the_place(client: FlaskClient, source_key: str) -> None:
    post(client, source_key, message())
    work()

    assert visited() == (None, None)
