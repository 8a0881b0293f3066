"""Bytes that no hospital should send: whatever comes in, an acknowledgement goes out, and no result is ever kept."""

from __future__ import annotations

from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.db import db
from app.integrations.hl7.blanking import blanked
from app.integrations.hl7.frames import Frames, TooLong, framed
from tests.integrations.hl7.door import post
from tests.integrations.hl7.messages import PID, message

LAB = "OBR|1|||||||||||||||||||||20261124100000||LAB|F"
SEEDS = [
    message().encode(),
    message("ADT^A03", klass="I").encode("cp1256", "replace"),
    message("ORU^R01", LAB, "OBX|1|TX|X||SECRET").encode(),
    message("ADT^A40", "MRG|0990^^^N^MR").encode(),
    message("SIU^S12", "SCH|P|F|||||||||^^^20261201100000", end="\n").encode(),
    message("RDS^O13", "RXD|1|DRUG|20261124100000|SECRET", version="2.7").encode(),
    framed(message(charset="8859/6").encode("iso-8859-6", "replace")),
    message(pid=PID + "|20261124|Y", end="\r\n").encode("utf-8-sig"),
]
PIECES = [b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\x00", b"\x0b", b"\x1c\r", b'""', b"\\X00\\", b"\\XFF\\", b"\\",
          "م".encode(), b"\xff\xfe", b"MSH|", b"PID|", b"2.", b"9" * 30, b"x" * 300, "٠٥".encode(), b"-", b"+9999"]  # fmt: skip


@st.composite
def mangled(draw: Any) -> bytes:
    """A message with a few cuts, doubled parts and pieces put in."""
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(raw)))
        span = draw(st.integers(0, 40))
        act = draw(st.sampled_from(["cut", "put", "swap", "double"]))
        if act == "cut":
            del raw[place : place + span]
        elif act == "put":
            raw[place:place] = draw(st.sampled_from(PIECES))
        elif act == "swap":
            raw[place : place + 1] = draw(st.binary(min_size=1, max_size=1))
        else:
            raw[place:place] = raw[place : place + span]
    return bytes(raw)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=mangled())
def test_any_bytes_get_an_acknowledgement(app: Flask, source_key: str, raw: bytes) -> None:
    answer = post(app.test_client(), source_key, raw)
    db.session.expunge_all()

    assert answer.code in {"AA", "AE", "AR"}
    assert "\0" not in answer.text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=400))
def test_noise_gets_an_acknowledgement(app: Flask, source_key: str, raw: bytes) -> None:
    assert post(app.test_client(), source_key, b"MSH|^~\\&|" + raw).code in {"AA", "AE", "AR"}


@settings(max_examples=150, deadline=None)
@given(
    names=st.lists(st.sampled_from(["OBX", "obx", " OBX", "NTE", "Zzz", "9OB", "DG1", "", "PV1 "]), min_size=1),
    end=st.sampled_from(["\r", "\n", "\r\n"]),
)
def test_no_disguise_of_a_segment_carries_its_text_into_what_is_kept(names: list[str], end: str) -> None:
    lines = [f"{name}|1|TX|X||SECRET" for name in names]
    text = message("ORU^R01", *lines, end=end)
    for line in (text, text.replace("PV1|", "PV1|1|O" + end, 1)):
        assert b"SECRET" not in blanked(line.encode())


@settings(max_examples=100, deadline=None)
@given(
    messages=st.lists(st.binary(max_size=60).filter(lambda raw: not {0x0B, 0x1C} & set(raw)), max_size=5),
    cuts=st.lists(st.integers(1, 30), min_size=1, max_size=60),
)
def test_frames_are_found_whatever_pieces_they_come_in(messages: list[bytes], cuts: list[int]) -> None:
    stream, frames, found, place = b"".join(framed(each) for each in messages), Frames(), [], 0
    while place < len(stream):
        size = cuts[place % len(cuts)]
        found += frames.feed(stream[place : place + size])
        place += size
    assert found == messages


def test_a_message_that_never_ends_is_given_up() -> None:
    frames = Frames(most=100)
    frames.feed(b"\x0b" + b"x" * 90)
    try:
        frames.feed(b"x" * 20)
    except TooLong:
        return
    raise AssertionError("the message grew without end")
