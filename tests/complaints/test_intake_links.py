"""A link of 24 hours: sent, opened, used once, run out with its evidence, taken back; of another hospital not there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints.intake_links import jobs, services
from app.complaints.intake_links.models import IntakeLink
from app.complaints.intake_links.services import LinkFacts
from app.complaints.models import Complaint
from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, Invalid, Refusal, TooMany
from app.core.events.models import EventLog
from app.core.keys.links import token_for
from app.core.time import clock
from app.notifications.models import Message
from app.organizations.models import Patient
from app.organizations.services import merging
from tests.cast import Cast, bearer, csrf, sign_in

SYSTEM = system_actor("a test of intake links")
PHONE = "0507778899"
HOURS_24 = timedelta(hours=24)


def sent(cast: Cast, by: str = "px_coordinator", **facts: Any) -> IntakeLink:
    """A link to a phone, unless told otherwise."""
    actor = cast.actor(by)
    with acting_as(actor):
        return services.send(cast.a.id, LinkFacts(**({"phone": PHONE} | facts)), actor=actor)


def address(link: IntakeLink) -> str:
    """Where it leads."""
    return f"/c/i/{token_for(services.PURPOSE, link.handle)}"


def every(model: Any, *where: Any) -> list[Any]:
    """Every such row as it stands now."""
    with acting_as(SYSTEM):
        query = sa.select(model).where(*where).order_by(model.id).execution_options(populate_existing=True)
        return list(db.session.execute(query).scalars())


def said() -> list[str]:
    """What the event log says of links, in order."""
    rows = every(EventLog, EventLog.kind == "complaints.intake_link.moved")
    return [row.data["what"] for row in rows]


def test_who_gets_the_link_complains_once_and_the_link_names_the_complaint(
    reference_data: Cast, client: FlaskClient
) -> None:
    link = sent(reference_data)
    [message] = every(Message, Message.template == "complaints/link")
    assert message.about_id == link.id
    page = client.get(address(link)).get_data(as_text=True)
    assert "hospital_id" not in page and "contact_phone" not in page
    answer = client.post(address(link), data={"words": "انتظرت طويلا", "contact_relation": "patient"})
    assert answer.status_code == 303 and "/c/" in answer.location
    [made] = every(Complaint)
    assert (made.contact_phone, made.channel, made.hospital_id) == ("+966507778899", "public", reference_data.a.id)
    [ended] = every(IntakeLink)
    assert (ended.state, ended.complaint_id, ended.phone, ended.phone_tail) == ("used", made.id, "", "8899")
    assert client.post(address(link), data={"words": "مرة أخرى"}).status_code == 410
    assert len(every(Complaint)) == 1
    assert said() == ["sent", "opened", "used"]


def test_two_taps_at_once_are_one_complaint(reference_data: Cast) -> None:
    link = sent(reference_data)
    token = token_for(services.PURPOSE, link.handle)
    facts = services.ComplaintFacts(words="انتظرت")
    assert services.receive(token, facts).id == services.receive(token, facts).id


def test_a_patients_link_goes_to_the_patients_phone_and_file(
    reference_data: Cast, patient: Patient, client: FlaskClient
) -> None:
    link = sent(reference_data, phone="", patient_id=patient.id)
    assert (link.phone, link.patient_id) == ("+966501112233", patient.id)
    client.post(address(link), data={"words": "انتظرت", "contact_phone": "0500000000", "hospital_id": str(patient.id)})
    [made] = every(Complaint)
    assert (made.patient_id, made.contact_phone) == (patient.id, "")


def test_after_24_hours_it_has_run_out_and_that_stays_as_evidence(
    app: Any, reference_data: Cast, client: FlaskClient
) -> None:
    used, left = sent(reference_data), sent(reference_data, phone="0507770000")
    with clock.frozen(used.expires_at - timedelta(seconds=1)):
        jobs.end_intake_links()
        assert client.post(address(used), data={"words": "في آخر لحظة"}).status_code == 303
    with clock.frozen(left.expires_at):
        with app.app_context():  # a language of its own, as each request has in production
            answer = app.test_client().get(address(left) + "?lang=en")
        assert answer.status_code == 410 and "This link has ended" in answer.get_data(as_text=True)
        jobs.end_intake_links()
        jobs.end_intake_links()
    states = {row.id: row.state for row in every(IntakeLink)}
    assert states == {used.id: "used", left.id: "expired"}
    assert said().count("expired") == 1
    assert len(every(Complaint)) == 1


def test_a_link_that_nobody_opens_is_ended_by_the_job(reference_data: Cast) -> None:
    link = sent(reference_data)
    with clock.frozen(link.expires_at):
        jobs.end_intake_links()
    [row] = every(IntakeLink)
    assert (row.state, row.phone, row.ended_at) == ("expired", "", link.expires_at)


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"phone": ""}, "phone"), ({"phone": "12"}, "contact_phone"), ({"language": "fr"}, "language")],
)
def test_what_cannot_be_sent_is_refused_with_its_field(reference_data: Cast, facts: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        sent(reference_data, **facts)
    assert list(refused.value.fields) == [field]
    assert every(IntakeLink) == []


def test_the_dead_are_not_written_to_and_a_phone_gets_three_a_day(reference_data: Cast, patient: Patient) -> None:
    with acting_as(SYSTEM), unit_of_work():
        patient.deceased_at = clock.now()
        db.session.add(patient)
        db.session.flush()
    with pytest.raises(Invalid) as refused:
        sent(reference_data, phone="", patient_id=patient.id)
    assert list(refused.value.fields) == ["patient_id"]
    for _turn in range(3):
        sent(reference_data)
    with pytest.raises(TooMany):
        sent(reference_data)


def test_roles_without_the_right_and_other_hospitals_are_refused(reference_data: Cast) -> None:
    link = sent(reference_data)
    for who in ("nurse", "physician", "viewer", "source_user", "outsider"):
        with pytest.raises(Refusal) as refused:
            sent(reference_data, by=who)
        assert refused.value.status == 403, who
        actor = reference_data.actor(who)
        with acting_as(actor), pytest.raises(Refusal) as refused:
            services.revoke(link.id, version=link.version, actor=actor)
        assert refused.value.status in (403, 404), who
    assert every(IntakeLink)[0].state == "sent"


def test_taken_back_it_opens_no_more(reference_data: Cast, client: FlaskClient) -> None:
    link = sent(reference_data)
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        services.revoke(link.id, version=link.version, actor=actor)
        with pytest.raises(Conflict):
            services.revoke(link.id, version=every(IntakeLink)[0].version, actor=actor)
    assert client.get(address(link)).status_code == 410
    assert client.get(address(link)[:-2] + "xx").status_code == 404


def test_an_erased_patient_leaves_no_phone(reference_data: Cast, patient: Patient, drain: Any) -> None:
    sent(reference_data, phone="", patient_id=patient.id)
    actor = reference_data.actor("px_admin")
    with acting_as(actor):
        merging.erase(patient.id, actor=actor)
    drain()
    [row] = every(IntakeLink)
    assert (row.phone, row.phone_tail) == ("", "")


def test_the_page_sends_lists_and_takes_back(app: Any, reference_data: Cast, client: FlaskClient) -> None:
    browser = sign_in(client, reference_data["px_coordinator"])
    path = "/complaints/invitations/"
    form = {"csrf_token": csrf(app, browser), "phone": "", "language": ""}
    assert browser.post(path, data=form).status_code == 422
    assert browser.post(path, data={**form, "phone": "٠٥٠٧٧٧٨٨٩٩"}).status_code == 303
    page = browser.get(path).get_data(as_text=True)
    assert "8899" in page and "7778899" not in page
    [link] = every(IntakeLink)
    end = {"csrf_token": form["csrf_token"], "version": link.version}
    assert browser.post(f"{path}{link.id}/end", data=end).status_code == 303
    assert browser.post(f"{path}{link.id}/end", data=end).status_code == 409


def test_the_api_sends_lists_and_takes_back(reference_data: Cast, client: FlaskClient) -> None:
    headers = bearer(reference_data["px_coordinator"])
    body = {"hospital_id": str(reference_data.a.id), "phone": PHONE, "language": "en"}
    made = client.post("/api/complaints/intake_links/", json=body, headers=headers)
    assert made.status_code == 201 and PHONE[1:] not in made.text
    listed = client.get("/api/complaints/intake_links/?state=sent", headers=headers).json["results"]
    assert [each["phone_tail"] for each in listed] == ["8899"]
    end = f"/api/complaints/intake_links/{made.json['id']}/revoke/"
    assert client.post(end, json={"version": made.json["version"]}, headers=headers).json["state"] == "revoked"
