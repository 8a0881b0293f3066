"""Receipts by webhook: signed, in any order, twice, before their message is known, or never heard of."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.notifications.enums import Channel, MessageClass
from app.notifications.gateways import Outcome, OutcomeKind
from app.notifications.models import Message, MessageTry, ReceiptRow
from app.notifications.models import Provider as ProviderRow
from app.notifications.services import providers, settlement
from app.notifications.workflow import MESSAGE
from tests.notifications.conftest import SYSTEM, claimed, events_of, make_provider, message, queue, tries, work
from tests.provider import Provider


def path_of(row_id: UUID) -> str:
    """The secret address of a provider."""
    with acting_as(SYSTEM):
        url = providers.callback_url(db.session.get_one(ProviderRow, row_id))
    return "/webhooks/" + url.partition("/webhooks/")[2]


def report(client: FlaskClient, path: str, secret: str = "s", **said: Any) -> int:
    """Send a receipt as the configured gateway does."""
    body = json.dumps(said).encode()
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Signature": mac, "Content-Type": "application/json"}
    return client.post(path, data=body, headers=headers).status_code


def kept() -> list[ReceiptRow]:
    """Every receipt as it stands."""
    query = sa.select(ReceiptRow).order_by(ReceiptRow.created_at, ReceiptRow.id)
    return list(db.session.execute(query.execution_options(populate_existing=True)).scalars())


@pytest.fixture
def sent(sms: Provider) -> UUID:
    """A message that the provider has taken as m0."""
    found = queue()
    work()
    return found


@pytest.fixture
def path(sms: Provider) -> str:
    """Where the provider reports."""
    return path_of(sms.row_id)


def test_a_delivered_message_is_delivered_and_says_so_once(client: FlaskClient, sent: UUID, path: str) -> None:
    assert [report(client, path, id="m0", status="delivered") for _time in range(3)] == [204, 204, 204]

    row = message(sent)
    assert row.status == "delivered"
    assert row.delivered_at is not None
    assert row.look_at is None
    assert events_of(row.about_id).count("notifications.message.delivered") == 1
    assert [each.message_id for each in kept()] == [sent]


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])))
def test_whatever_the_order_the_state_only_rises(
    client: FlaskClient, sent: UUID, path: str, order: tuple[str, ...]
) -> None:
    seen = []
    for state in order:
        assert report(client, path, id="m0", status=state) == 204
        seen.append(message(sent).status)

    ranks = [["sent", "delivered", "read"].index(state) for state in seen]
    assert ranks == sorted(ranks)
    assert seen[-1] == "read"


@pytest.mark.parametrize("verbs", [["take"], ["take", "lose"], ["take", "lose", "requeue"], ["suppress"], ["fail"]])
@pytest.mark.parametrize("state", ["sent", "delivered", "read", "failed"])
def test_no_state_of_a_message_turns_a_receipt_away(
    client: FlaskClient, sms: Provider, path: str, verbs: list[str], state: str
) -> None:
    found = queue()
    with acting_as(SYSTEM), unit_of_work():
        row = db.session.get_one(Message, found)
        row.provider_id = sms.row_id
        for verb in verbs:
            MESSAGE.apply(row, verb, actor=SYSTEM)
        db.session.add(MessageTry(message_id=found, provider_id=row.provider_id, channel="sms", reference="ours-1"))

    assert report(client, path, id="m7", reference="ours-1", status=state) == 204


def test_a_wrong_signature_is_403_and_changes_nothing(client: FlaskClient, sent: UUID, path: str) -> None:
    assert report(client, path, "guessed", id="m0", status="delivered") == 403
    assert client.post(path, json={"id": "m0", "status": "delivered"}).status_code == 403
    assert report(client, path, "", id="m0", status="delivered") == 403

    assert message(sent).status == "sent"
    assert kept() == []


def test_a_provider_without_a_secret_takes_no_receipt_signed_with_nothing(client: FlaskClient, sent: UUID) -> None:
    path = path_of(make_provider("sms", "http://127.0.0.1:9", secrets={}))

    assert report(client, path, "", id="m0", status="delivered") == 403


def test_an_address_that_is_not_ours_is_404(client: FlaskClient, sent: UUID, path: str) -> None:
    wrong = path[:-2] + ("A/" if path[-2] != "A" else "B/")

    assert report(client, wrong, id="m0", status="delivered") == 404


def test_one_provider_can_not_report_for_another(client: FlaskClient, sent: UUID) -> None:
    other = path_of(make_provider("sms", "http://127.0.0.1:9"))

    assert report(client, other, id="m0", status="delivered") == 204
    assert message(sent).status == "sent"


def test_an_unknown_id_is_kept_and_applied_when_its_message_becomes_known(
    client: FlaskClient, sms: Provider, path: str
) -> None:
    assert report(client, path, id="m0", status="delivered") == 204
    assert [each.message_id for each in kept()] == [None]

    found = queue()
    work()

    assert message(found).status == "delivered"
    assert [each.message_id for each in kept()] == [found]


def test_a_receipt_by_our_reference_settles_what_was_unknown(client: FlaskClient, sms: Provider, path: str) -> None:
    sms.mood = "hang"
    found = queue()
    work()
    assert message(found).status == "unknown"

    assert report(client, path, id="m0", reference=tries(found)[0].reference, status="delivered") == 204
    assert (message(found).status, message(found).provider_reference) == ("delivered", "m0")


def test_a_receipt_that_is_faster_than_the_answer_stays_and_parts_are_counted(
    client: FlaskClient, sms: Provider, path: str
) -> None:
    found = queue()
    ticket = claimed()
    assert report(client, path, id="m5", reference=ticket.outgoing.reference, status="delivered") == 204
    with acting_as(SYSTEM):
        outcome = Outcome(OutcomeKind.ACCEPTED, "m5", parts=2)
        settlement.settle(ticket.message_id, ticket.try_id, outcome, actor=SYSTEM)

    row = message(found)
    assert (row.status, row.parts, row.cost_halalas) == ("delivered", 2, 10)


def test_a_failed_receipt_gives_the_next_channel_its_turn(client: FlaskClient, sent: UUID, path: str) -> None:
    assert report(client, path, id="m0", status="undeliverable", code="205") == 204

    row = message(sent)
    assert (row.status, row.channel, row.provider_code) == ("queued", "email", "205")
    assert report(client, path, id="m0", status="undeliverable", code="205") == 204
    assert message(sent).channel == "email", "the repeat does not use up the next channel"


def test_the_last_channel_that_fails_fails_the_message(client: FlaskClient, sms: Provider, path: str) -> None:
    found = queue(channels=(Channel.SMS,))
    work()
    report(client, path, id="m0", status="expired")

    assert (message(found).status, message(found).reason) == ("failed", "undelivered")


def test_an_arrival_that_is_reported_late_ends_the_turn_of_the_next_channel(
    client: FlaskClient, sent: UUID, path: str
) -> None:
    report(client, path, id="m0", status="failed")
    assert message(sent).status == "queued"

    report(client, path, id="m0", status="sent")
    assert message(sent).status == "queued", "that it was taken once means nothing now"
    report(client, path, id="m0", status="delivered")
    assert message(sent).status == "delivered"


def test_a_late_receipt_makes_a_repeat_needless(client: FlaskClient, sms: Provider, path: str) -> None:
    sms.mood = "hang"
    found = queue(MessageClass.SECURITY)
    work()
    with acting_as(SYSTEM), unit_of_work():
        row = db.session.get_one(Message, found)
        MESSAGE.apply(row, "requeue", actor=SYSTEM)
        row.repeats = 1
    report(client, path, reference=tries(found)[0].reference, id="m0", status="sent")
    work()

    assert message(found).status == "sent"
    assert len(sms.arrived) == 1


def test_delivered_wins_over_failed(client: FlaskClient, sent: UUID, path: str) -> None:
    report(client, path, id="m0", status="delivered")
    report(client, path, id="m0", status="failed")

    assert message(sent).status == "delivered"


def test_twilio_signs_address_and_form(client: FlaskClient, texts: None) -> None:
    row_id = make_provider("sms", "http://127.0.0.1:9", "twilio", secrets={"account_sid": "AC1", "auth_token": "tok"})
    path = path_of(row_id)
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+966"}
    url = client.application.config["BASE_URL"] + path
    signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    mac = base64.b64encode(hmac.new(b"tok", signed.encode(), hashlib.sha1).digest()).decode()

    assert client.post(path, data=form, headers={"X-Twilio-Signature": mac}).status_code == 204
    assert [(each.provider_reference, each.state) for each in kept()] == [("SM1", "delivered")]
    assert client.post(path, data={**form, "MessageSid": "SM2"}, headers={"X-Twilio-Signature": mac}).status_code == 403


def test_whatsapp_signs_the_raw_body_and_tells_statuses(client: FlaskClient, texts: None) -> None:
    path = path_of(make_provider("whatsapp", "http://127.0.0.1:9", "whatsapp"))
    statuses = [
        {"id": "w1", "status": "read"},
        {"id": "w2", "status": "failed", "errors": [{"code": 131026}]},
        {"id": "w3", "status": "something new"},
    ]
    body = json.dumps({"entry": [{"changes": [{"value": {"statuses": statuses}}]}]}).encode()
    mac = "sha256=" + hmac.new(b"a", body, hashlib.sha256).hexdigest()

    assert client.post(path, data=body, headers={"X-Hub-Signature-256": mac}).status_code == 204
    assert {(each.provider_reference, each.state, each.code) for each in kept()} == {
        ("w1", "read", ""),
        ("w2", "failed", "131026"),
    }
    assert client.post(path, data=body + b" ", headers={"X-Hub-Signature-256": mac}).status_code == 403


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"entry": 5}', b'{"entry": [{"changes": [7]}]}', b"\xff\xfe"])
def test_a_signed_body_of_any_shape_is_taken_quietly(client: FlaskClient, texts: None, body: bytes) -> None:
    path = path_of(make_provider("whatsapp", "http://127.0.0.1:9", "whatsapp"))
    mac = "sha256=" + hmac.new(b"a", body, hashlib.sha256).hexdigest()

    assert client.post(path, data=body, headers={"X-Hub-Signature-256": mac}).status_code == 204
    assert kept() == []


def test_whatsapp_asks_whether_the_address_is_ours(client: FlaskClient, texts: None) -> None:
    path = path_of(make_provider("whatsapp", "http://127.0.0.1:9", "whatsapp", secrets={"verify_token": "v"}))
    asked = {"hub.mode": "subscribe", "hub.verify_token": "v", "hub.challenge": "1158"}

    answer = client.get(path, query_string=asked)
    assert (answer.status_code, answer.get_data(as_text=True), answer.mimetype) == (200, "1158", "text/plain")
    assert client.get(path, query_string={**asked, "hub.verify_token": "w"}).status_code == 403


def test_unifonic_reports_as_a_form_where_the_administrator_trusts_the_secret_address(
    client: FlaskClient, app: Flask, texts: None
) -> None:
    form = {"MessageID": "3200017889310", "DLR": "Undeliverable", "Recipient": "966501234567"}
    signed = path_of(make_provider("sms", "http://127.0.0.1:9", "unifonic"))
    assert client.post(signed, data=form).status_code == 403

    trusted = path_of(make_provider("sms", "http://127.0.0.1:9", "unifonic", settings={"unsigned_receipts": True}))
    assert client.post(trusted, data=form).status_code == 204
    assert [(each.provider_reference, each.state) for each in kept()] == [("3200017889310", "failed")]
