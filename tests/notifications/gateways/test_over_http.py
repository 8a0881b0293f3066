"""Every gateway over HTTP: the exact request, and how each kind of answer is read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from app.notifications.gateways import Gateway, GatewayError, Outgoing, build
from devstack.servers import free_port
from tests.notifications.gateways.scripted import Web, web_server

SECRETS = {
    "app_sid": "sid",
    "token": "tok",
    "account_sid": "AC1",
    "auth_token": "auth",
}
OUT = Outgoing(
    reference="px1",
    to="+966501234567",
    subject="",
    body="كيف كانت زيارتكم؟ https://x.sa/s/abc",
    language="ar",
    sender="ALNOOR",
    template="px360_survey_invitation",
    parameters=("مستشفى النور", "https://x.sa/s/abc"),
)
CALLBACK = "https://px.example/webhooks/x/"
SMS = ["unifonic", "taqnyat", "twilio", "http"]
GOOD: dict[str, dict[str, Any]] = {
    "unifonic": {"success": True, "errorCode": "ER-00", "data": {"MessageID": 3200017889310, "NumberOfUnits": "2"}},
    "taqnyat": {"statusCode": 201, "messageId": 7521, "msgLength": "2"},
    "twilio": {"sid": "SM7", "num_segments": "2", "status": "queued"},
    "http": {"id": "m7", "parts": 2},
    "whatsapp": {"messaging_product": "whatsapp", "messages": [{"id": "wamid.7"}]},
}
IDS = {"unifonic": "3200017889310", "taqnyat": "7521", "twilio": "SM7", "http": "m7", "whatsapp": "wamid.7"}


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server that hears and answers."""
    with web_server() as found:
        yield found


def made(kind: str, url: str, **options: Any) -> Gateway:
    """A gateway of a kind."""
    channel = "whatsapp" if kind == "whatsapp" else "sms"
    settings = {"base_url": url, "callback_url": CALLBACK, "phone_number_id": "1055", **options}
    return build(kind, channel, settings, SECRETS, is_production=False)


def form(body: bytes) -> dict[str, str]:
    """The fields of a form."""
    return {name: values[0] for name, values in parse_qs(body.decode(), strict_parsing=True).items()}


def test_unifonic_gets_a_form_with_our_reference_and_address_for_reports(web: Web) -> None:
    web.answer = GOOD["unifonic"]
    made("unifonic", web.url).send(OUT)

    [heard] = web.heard
    assert (heard.method, heard.path) == ("POST", "/rest/SMS/messages")
    assert form(heard.body) == {
        "AppSid": "sid",
        "SenderID": "ALNOOR",
        "Recipient": "966501234567",
        "Body": OUT.body,
        "CorrelationID": "px1",
        "statusCallback": CALLBACK,
        "async": "false",
    }


def test_taqnyat_gets_json_and_a_bearer_token(web: Web) -> None:
    web.answer = GOOD["taqnyat"]
    made("taqnyat", web.url).send(OUT)

    [heard] = web.heard
    assert (heard.path, heard.headers["Authorization"]) == ("/v1/messages", "Bearer tok")
    assert json.loads(heard.body) == {
        "sender": "ALNOOR",
        "recipients": ["966501234567"],
        "body": OUT.body,
        "reference": "px1",
    }


def test_twilio_gets_a_form_with_basic_authentication(web: Web) -> None:
    web.answer = GOOD["twilio"]
    made("twilio", web.url).send(OUT)

    [heard] = web.heard
    assert heard.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert heard.headers["Authorization"] == "Basic " + base64.b64encode(b"AC1:auth").decode()
    assert form(heard.body) == {"To": OUT.to, "From": "ALNOOR", "Body": OUT.body, "StatusCallback": CALLBACK}


def test_the_configured_gateway_speaks_as_it_is_told(web: Web) -> None:
    web.answer = {"ref": "r9"}
    names = {"to": "Recipient", "body": "Text"}
    outcome = made("http", web.url, path="/send", encoding="form", fields=names, id_field="ref").send(OUT)

    [heard] = web.heard
    assert heard.path == "/send"
    assert form(heard.body) == {
        "Recipient": OUT.to,
        "Text": OUT.body,
        "reference": "px1",
        "sender": "ALNOOR",
        "callback": CALLBACK,
    }
    assert outcome.provider_id == "r9"


def test_whatsapp_gets_an_approved_template_with_parameters_in_order(web: Web) -> None:
    web.answer = GOOD["whatsapp"]
    made("whatsapp", web.url).send(OUT)

    [heard] = web.heard
    assert heard.path == "/v21.0/1055/messages"
    assert heard.headers["Authorization"] == "Bearer tok"
    assert "X-Callback" not in heard.headers
    assert json.loads(heard.body) == {
        "messaging_product": "whatsapp",
        "to": "966501234567",
        "type": "template",
        "biz_opaque_callback_data": "px1",
        "template": {
            "name": "px360_survey_invitation",
            "language": {"code": "ar"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": text} for text in OUT.parameters]}],
        },
    }


@pytest.mark.parametrize("kind", list(GOOD))
def test_a_good_answer_is_taken_with_its_id_and_parts(web: Web, kind: str) -> None:
    web.answer = GOOD[kind]
    outcome = made(kind, web.url).send(OUT)

    assert (outcome.kind, outcome.provider_id) == ("accepted", IDS[kind])
    assert outcome.parts == (1 if kind == "whatsapp" else 2)


@pytest.mark.parametrize(
    ("kind", "answer", "code"),
    [
        ("unifonic", {"success": False, "errorCode": "ER-482", "message": "Invalid 966501234567"}, "ER-482"),
        ("taqnyat", {"statusCode": 400, "message": "wrong"}, "400"),
        ("twilio", {"code": 21211, "message": "Invalid To"}, "21211"),
        ("http", {"code": "bad_number"}, "bad_number"),
        ("whatsapp", {"error": {"code": 131026, "message": "no"}}, "131026"),
    ],
)
def test_a_refusal_keeps_the_providers_code_and_not_its_words(
    web: Web, kind: str, answer: dict[str, Any], code: str
) -> None:
    web.status, web.answer = 400, answer
    outcome = made(kind, web.url).send(OUT)

    assert (outcome.kind, outcome.code) == ("rejected", code)
    assert "966" not in repr(outcome)


@pytest.mark.parametrize("kind", list(GOOD))
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (429, "busy"),
        (503, "busy"),
        (401, "busy"),
        (402, "busy"),
        (403, "busy"),
        (500, "unknown"),
        (502, "unknown"),
        (504, "unknown"),
        (302, "rejected"),
        (None, "unknown"),
    ],
)
def test_each_kind_of_failure_is_read_the_same_everywhere(
    web: Web, kind: str, status: int | None, expected: str
) -> None:
    web.status = status

    assert made(kind, web.url).send(OUT).kind == expected


def test_what_the_provider_asks_to_wait_is_told(web: Web) -> None:
    web.status, web.headers = 429, {"Retry-After": "90"}

    assert made("taqnyat", web.url).send(OUT).retry_after == 90


@pytest.mark.parametrize("kind", list(GOOD))
def test_a_refused_connection_is_busy_because_nothing_left(kind: str) -> None:
    assert made(kind, f"http://127.0.0.1:{free_port()}").send(OUT).kind == "busy"


@pytest.mark.parametrize("answer", [b"", b"not json", b"[]", b"null"])
@pytest.mark.parametrize("kind", list(GOOD))
def test_an_answer_that_makes_no_sense_is_no_acceptance(web: Web, kind: str, answer: bytes) -> None:
    web.answer = answer

    assert made(kind, web.url).send(OUT).kind == "rejected"


def test_unifonic_and_the_configured_gateway_are_asked_by_our_reference(web: Web) -> None:
    unifonic, other = made("unifonic", web.url), made("http", web.url, ask_path="/messages/{reference}")
    web.answer = GOOD["unifonic"]
    assert unifonic.ask("px1").kind == "accepted"  # type: ignore[union-attr]
    web.answer = GOOD["http"]
    assert other.ask("px1").kind == "accepted"  # type: ignore[union-attr]

    assert [each.path for each in web.heard] == [
        "/rest/SMS/messages/status?AppSid=sid&CorrelationID=px1",
        "/messages/px1",
    ]
    web.answer = {**GOOD["http"], "status": "undelivered"}
    assert other.ask("px1").kind == "rejected"  # type: ignore[union-attr]
    assert not made("http", web.url).can_ask_by_reference
    assert not made("twilio", web.url).can_ask_by_reference


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500, None])
@pytest.mark.parametrize("kind", ["unifonic", "http"])
def test_an_answer_that_does_not_know_our_reference_decides_nothing(web: Web, kind: str, status: int | None) -> None:
    web.status, web.answer = status, {"success": False, "errorCode": "ER-06"}

    assert made(kind, web.url, ask_path="/messages/{reference}").ask("px1") is None


@pytest.mark.parametrize(
    ("kind", "channel", "url"),
    [("http", "email", "http://x"), ("none", "sms", "http://x"), ("http", "sms", "x.sa"), ("http", "sms", "file:///x")],
)
def test_what_can_not_be_used_is_said_before_anything_leaves(kind: str, channel: str, url: str) -> None:
    with pytest.raises(GatewayError):
        build(kind, channel, {"base_url": url}, SECRETS, is_production=False)


def test_the_simulator_is_refused_in_production_and_nothing_else_is() -> None:
    settings = {"base_url": "https://x", "host": "x"}
    with pytest.raises(GatewayError, match="production"):
        build("simulator", "sms", settings, {}, is_production=True)
    assert build("simulator", "sms", settings, {}, is_production=False).channel == "sms"
    assert build("taqnyat", "sms", settings, {}, is_production=True).channel == "sms"


def test_secrets_stand_in_no_repr(web: Web) -> None:
    gateway = made("taqnyat", web.url)

    assert "tok" not in repr(gateway.settings)  # type: ignore[attr-defined]
