"""Placeholders: plain names, the same on both sides, filled once; and the order of channels."""

from __future__ import annotations

import pytest

from app.notifications.contact import ContactPolicy
from app.notifications.enums import Channel
from app.notifications.placeholders import names_in, problems, render
from app.notifications.quiet import Hours

ALLOWED = ("hospital", "link")


def test_names_of_a_text() -> None:
    assert names_in("{hospital}: {link} {Link} { link } {}") == {"hospital", "link"}


@pytest.mark.parametrize(
    ("english", "arabic", "found"),
    [
        ("{hospital} {link}", "{link} {hospital}", []),
        ("{link}", "رابط", [("one_side", "link")]),
        ("{hospital} {link}", "{link}", [("one_side", "hospital")]),
        ("{name} {link}", "{name} {link}", [("unknown", "name"), ("unknown", "name")]),
        ("{link", "{link}", [("brace", "{link"), ("one_side", "link")]),
        ("{link}}", "{link}", [("brace", "{link}}")]),
        ("{{link}}", "{{link}}", [("brace", "{{link}}"), ("brace", "{{link}}")]),
        ("{link.__class__}", "{link}", [("brace", "{link.__class__}"), ("one_side", "link")]),
    ],
)
def test_what_is_wrong_with_a_pair_of_texts(english: str, arabic: str, found: list[tuple[str, str]]) -> None:
    assert problems(english, arabic, ALLOWED) == found


def test_values_are_put_in_once_and_as_they_are() -> None:
    assert render("{hospital} {link}", {"hospital": "{link}", "link": "<b>"}) == "{link} <b>"


def test_a_placeholder_without_a_value_becomes_nothing() -> None:
    assert render("a{name}b", {}) == "ab"


def test_a_hospital_orders_the_channels_and_leaves_out_those_it_does_not_use_for_surveys() -> None:
    policy = ContactPolicy(Hours(), ("whatsapp", "sms"))
    wanted = (Channel.SMS, Channel.EMAIL, Channel.WHATSAPP)

    assert policy.ordered(wanted, is_quiet=True) == [Channel.WHATSAPP, Channel.SMS]
    assert policy.ordered(wanted, is_quiet=False) == [Channel.WHATSAPP, Channel.SMS, Channel.EMAIL]
    assert ContactPolicy(Hours()).ordered(wanted, is_quiet=True) == list(wanted)
