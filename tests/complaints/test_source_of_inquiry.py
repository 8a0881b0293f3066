"""A wrong source of an inquiry is corrected on its page and by programs; its deadline counts anew from the start."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.inquiries import sla
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.services import working
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, Invalid
from app.core.events.models import EventLog
from app.core.sla.models import SlaClock, SlaExtension, SlaPolicy
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.inquiring import asked, take

SYSTEM = system_actor("a test of sources")


def rows(model: Any, **where: Any) -> list[Any]:
    """Rows as they stand."""
    with acting_as(SYSTEM):
        return list(
            db.session.execute(sa.select(model).filter_by(**where).execution_options(populate_existing=True)).scalars()
        )


def corrected(cast: Cast, inquiry: Inquiry, source: str, by: str = "px_coordinator") -> Inquiry:
    """An inquiry of which somebody says that it came from elsewhere."""
    actor, version = cast.actor(by), inquiry.version
    with acting_as(actor):
        return working.change_source(inquiry.id, source, version=version, actor=actor)


def test_a_corrected_source_of_an_inquiry_counts_its_deadline_anew_from_the_start(
    reference_data: Cast, client: FlaskClient
) -> None:
    faster = SlaPolicy(clock=sla.ANSWER, source="phone", target_minutes=60, hospital_id=reference_data.a.id)
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(faster)
    inquiry = asked(reference_data, channel="desk")
    sign_in(client, reference_data["px_coordinator"])

    given = {"csrf_token": csrf(client.application, client), "version": inquiry.version, "channel": "phone"}
    assert client.post(f"/inquiries/{inquiry.id}/source", data=given).status_code == 303

    (found,) = rows(SlaClock, subject_id=inquiry.id)
    (kept,) = rows(Inquiry, id=inquiry.id)
    assert (kept.channel, found.source, found.target_seconds) == ("phone", "phone", 3600)
    assert kept.due_at == found.due_at and found.started_at == kept.received_at
    (said,) = rows(EventLog, subject_id=inquiry.id, kind="complaints.inquiry.source_changed")
    assert (said.data["before"], said.data["after"]) == ("desk", "phone")
    later = corrected(reference_data, kept, "desk")
    assert later.due_at == found.due_at  # a second person must agree
    (wish,) = rows(SlaExtension)
    assert (wish.cause, wish.state) == ("source", "open")


def test_programs_correct_the_source_of_an_inquiry(reference_data: Cast, client: FlaskClient) -> None:
    inquiry = asked(reference_data)
    path, headers = f"/api/complaints/inquiries/{inquiry.id}/source/", bearer(reference_data["px_coordinator"])

    seen = inquiry.version

    told = client.post(path, json={"version": seen, "channel": "whatsapp"}, headers=headers)

    assert (told.status_code, told.json["channel"]) == (200, "whatsapp")
    assert client.post(path, json={"version": seen, "channel": "phone"}, headers=headers).status_code == 409


def test_a_wrong_source_of_an_inquiry_is_refused_and_one_with_a_door_of_its_own_stays(
    reference_data: Cast, client: FlaskClient
) -> None:
    inquiry, ended = asked(reference_data), take(reference_data, asked(reference_data), "cancel")
    of_partner = asked(reference_data, by="source_user")

    for source in ("public", "unheard_of", "moh"):  # none of inquiries, or of nobody
        with pytest.raises(Invalid):
            corrected(reference_data, inquiry, source)
    for case in (ended, of_partner):
        with pytest.raises(Conflict):
            corrected(reference_data, case, "phone")
    sign_in(client, reference_data["px_coordinator"])
    assert f"/inquiries/{inquiry.id}/source" in client.get(f"/inquiries/{inquiry.id}").get_data(as_text=True)
    for case in (ended, of_partner):
        assert f"/inquiries/{case.id}/source" not in client.get(f"/inquiries/{case.id}").get_data(as_text=True)
