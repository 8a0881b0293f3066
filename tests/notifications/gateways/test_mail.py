"""Mail over real SMTP: what is sent, and which failures leave its fate unknown."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

import pytest

from app.notifications.gateways import Outcome, Outgoing, build
from devstack.servers import free_port
from tests.notifications.gateways.scripted import mail_server

OUT = Outgoing(
    reference="px1",
    to="noura@example.org",
    subject="كيف كانت\r\nBcc: x@example.org زيارتكم؟",
    body="نرجو أن تخبرونا <b>:\nhttps://x.sa/s/abc\n.\nمستشفى النور",
    language="ar",
    sender="PX360 <px@alnoor.example>",
)


def send(port: int, **options: Any) -> Outcome:
    """Send the mail."""
    settings = {"host": "127.0.0.1", "port": port, "sender": OUT.sender, **options}
    return build("smtp", "email", settings, {"password": options.get("password", "")}, is_production=False).send(OUT)


def test_the_mail_has_both_parts_in_the_right_direction_and_no_second_header() -> None:
    with mail_server() as server:
        outcome = send(server.port)

    assert (outcome.kind, outcome.provider_id) == ("accepted", "<px1@px360.invalid>")
    assert server.commands[1:] == ["mail FROM:<px@alnoor.example>", "rcpt TO:<noura@example.org>", "data"]
    mail: Any = message_from_bytes(server.text, policy=policy.default)
    assert mail["Subject"] == "كيف كانت Bcc: x@example.org زيارتكم؟"
    assert mail["Bcc"] is None
    assert (mail["To"], mail["Content-Language"], mail["Auto-Submitted"]) == (OUT.to, "ar", "auto-generated")
    text = mail.get_body(("plain",)).get_content()
    assert "https://x.sa/s/abc" in text
    html = mail.get_body(("html",)).get_content()
    assert '<html lang="ar" dir="rtl">' in html
    assert "&lt;b&gt;" in html
    assert '<a href="https://x.sa/s/abc" dir="ltr">' in html


def test_a_line_of_one_dot_does_not_end_the_mail() -> None:
    with mail_server() as server:
        send(server.port)

    assert b"multipart/alternative" in server.text
    assert server.text.rstrip().endswith(b"--")


@pytest.mark.parametrize(
    ("says", "kind", "code"),
    [
        ({"HELLO": "421 too busy"}, "busy", "unreachable"),
        ({"HELLO": None}, "busy", "unreachable"),
        ({"EHLO": None}, "busy", "unreachable"),
        ({"MAIL": "451 later"}, "busy", "451"),
        ({"MAIL": "550 not you"}, "rejected", "550"),
        ({"MAIL": None}, "busy", "unreachable"),
        ({"RCPT": "450 greylisted"}, "busy", "450"),
        ({"RCPT": "550 nobody here"}, "rejected", "550"),
        ({"RCPT": None}, "busy", "unreachable"),
        ({"DATA": "452 no room"}, "busy", "452"),
        ({"DOT": "451 try again"}, "busy", "451"),
        ({"DOT": "554 spam"}, "rejected", "554"),
        ({"DOT": None}, "unknown", "SMTPServerDisconnected"),
    ],
)
def test_only_a_break_after_the_text_left_is_unknown(says: dict[str, str | None], kind: str, code: str) -> None:
    with mail_server(**says) as server:
        outcome = send(server.port)

    assert (outcome.kind, outcome.code) == (kind, code)


def test_a_mail_server_that_is_away_is_busy() -> None:
    assert send(free_port()).kind == "busy"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_the_encryption_asked_for_gets_nothing(security: str) -> None:
    with mail_server() as server:
        outcome = send(server.port, security=security)

    assert outcome.kind == "busy"
    assert not any(command.lower().startswith("mail") for command in server.commands)


def test_a_password_is_never_sent_to_a_server_that_does_not_take_one() -> None:
    with mail_server() as server:
        outcome = send(server.port, user="px", password="hidden")

    assert outcome.kind == "busy"
    assert "hidden" not in " ".join(server.commands)
