"""Bytes to facts: separators, escapes, line ends, frames, charsets. Held against an independent reader where it can be."""

from __future__ import annotations

import hl7 as oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.integrations.hl7.frames import Frames, TooLong, framed
from app.integrations.hl7.problems import NotHl7, Unreadable
from app.integrations.hl7.reader import DELETED, header_of, read
from tests.integrations.hl7.messages import message


def parsed(text: str, charset: str = "utf-8", link: str = "utf-8"):  # type: ignore[no-untyped-def]
    return read(text.encode(charset), link_charset=link)


def test_fields_components_and_repetitions_are_found_by_their_numbers() -> None:
    found = parsed(message())
    pid = found.first("PID")
    assert (found.kind, found.control_id, found.header.text(12)) == ("ADT^A04", "C-1", "2.5")
    assert [each.text(5) for each in pid.repeats(3)] == ["MR", "NI"]
    assert pid.repeats(5)[0].text(2) == "محمد"
    assert pid.text(99) == "" and pid.value(99) is None


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_any_line_end_parts_segments(end: str) -> None:
    assert [each.name for each in parsed(message(end=end)).segments] == ["MSH", "EVN", "PID", "PV1"]


def test_separators_come_from_the_message_itself() -> None:
    text = message(charset="").replace("|", "#").replace("^", "@").replace("~", "*")
    found = parsed(text)
    assert found.kind == "ADT^A04"
    assert found.first("PID").repeats(3)[1].text(5) == "NI"


@pytest.mark.parametrize("signs", ["^~\\&#", "^~\\&", "^~\\", "^~", "^"])
def test_fewer_and_more_encoding_characters_are_read(signs: str) -> None:
    found = read(f"MSH|{signs}|A|B|C|D|20260101||ADT^A01|1|P|2.7\rPID|1||7^^^X^MR".encode(), link_charset="utf-8")
    assert found.kind == "ADT^A01"
    assert found.first("PID").repeats(3)[0].text(5) == "MR"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("A\\T\\B", "A&B"),
        ("A\\F\\B\\S\\C\\R\\D\\E\\E", "A|B^C~D\\E"),
        ("line\\.br\\next", "line next"),
        ("\\H\\bold\\N\\", "bold"),
        ("caf\\XC3A9\\", "café"),
        ("one\\two", "one\\two"),
        ("a\\Z9\\b", "ab"),
        ("nul\\X00\\end", "nulend"),
        ('""', DELETED),
        ("  ", None),
    ],
)
def test_escapes_are_undone(written: str, plain: str | None) -> None:
    found = read(f"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.7\rPID|1||{written}".encode(), link_charset="utf-8")
    assert found.first("PID").value(3) == plain


def test_a_bare_line_break_in_a_text_field_begins_no_segment() -> None:
    found = parsed("MSH|^~\\&|A|B|C|D|20260101||ORU^R01|1|P|2.5\rOBX|1|TX|R||first\nsecond line\rPV1|1|O")
    assert [each.name for each in found.segments] == ["MSH", "OBX", "PV1"]
    assert found.first("OBX").text(5) == "first second line"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"\x0b\x1c\r", "empty"),
        (b"hello", "no MSH"),
        (b"PID|1||7\rMSH|^~\\&|", "no MSH"),
        (b"MSH", "separators"),
        (b"MSHabcdef", "separators"),
        (b"MSH\x00^~\\&|A", "separators"),
        (b"MSH||||", "separators"),
        (b"MSH|^^\\&|A", "separators"),
        (b"MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5\rMSH|^~\\&|A|B|C|D|2026||ADT^A01|2|P|2.5", "one message"),
    ],
)
def test_what_is_no_message_is_said(raw: bytes, reason: str) -> None:
    with pytest.raises(NotHl7, match=reason):
        read(raw, link_charset="utf-8")


@pytest.mark.parametrize(
    ("said", "link", "codec"),
    [
        ("UNICODE UTF-8", "windows-1256", "utf-8"),
        ("8859/6", "utf-8", "iso-8859-6"),
        ("", "windows-1256", "cp1256"),
        ("ASCII", "windows-1256", "cp1256"),
        ("", "utf-8", "utf-8"),
        ("UNICODE UTF-8~8859/6", "utf-8", "utf-8"),
    ],
)
def test_arabic_arrives_in_the_charset_that_is_named_or_that_the_link_has(said: str, link: str, codec: str) -> None:
    found = parsed(message(charset=said), charset=codec, link=link)
    assert found.first("PID").repeats(5)[0].text(1) == "الحربي"


@pytest.mark.parametrize(
    ("said", "link", "codec"), [("UNICODE UTF-8", "utf-8", "cp1256"), ("KLINGON", "utf-8", "utf-8")]
)
def test_bytes_of_another_charset_are_refused_rather_than_garbled(said: str, link: str, codec: str) -> None:
    with pytest.raises(Unreadable, match="MSH-18"):
        parsed(message(charset=said), charset=codec, link=link)


def test_a_byte_order_mark_and_a_frame_are_taken_off() -> None:
    assert read(b"\xef\xbb\xbf" + message().encode(), link_charset="utf-8").control_id == "C-1"
    assert read(framed(message().encode()), link_charset="utf-8").control_id == "C-1"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_ever_crash_the_reader(raw: bytes) -> None:
    for candidate in (raw, b"MSH|^~\\&|" + raw, message().encode() + raw):
        try:
            header_of(candidate)
            read(candidate, link_charset="windows-1256")
        except (NotHl7, Unreadable):
            pass


PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12).filter(
    lambda text: text == " ".join(text.split()) and text != DELETED
)


def escaped(text: str) -> str:
    table = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\"}
    return "".join(table.get(sign, sign) for sign in text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(PLAIN, min_size=1, max_size=4), min_size=1, max_size=5))
def test_what_was_written_is_read_and_another_reader_agrees(fields: list[list[str]]) -> None:
    body = "|".join("^".join(escaped(part) for part in parts) for parts in fields)
    text = f"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\rZZZ|{body}|end"
    ours = parsed(text).first("ZZZ")
    theirs = oracle.parse(text)
    for number, parts in enumerate(fields, 1):
        for place, part in enumerate(parts, 1):
            assert (ours.value(number, place) or "") == part
            if part and "\\" not in part:  # the other reader loses an escape sign that stands alone
                assert theirs.unescape(str(theirs.extract_field("ZZZ", 1, number, 1, place) or "")).strip() == part


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.binary(max_size=60).filter(lambda part: not set(part) & {0x0B, 0x1C}), max_size=5),
    st.integers(1, 7),
    st.binary(max_size=9).filter(lambda noise: not set(noise) & {0x0B, 0x1C}),
)
def test_frames_are_found_in_whatever_pieces_the_line_comes(messages: list[bytes], size: int, noise: bytes) -> None:
    line = noise + b"".join(framed(each) + noise for each in messages)
    frames = Frames()
    found = [each for at in range(0, len(line), size) for each in frames.feed(line[at : at + size])]
    assert found == messages
    assert not frames.is_in_message


def test_a_message_that_never_ends_is_not_gathered_for_ever() -> None:
    frames = Frames(most=100)
    frames.feed(b"noise without a start" * 50)
    with pytest.raises(TooLong):
        for _ in range(3):
            frames.feed(b"\x0b" + b"x" * 120)


def test_a_new_start_drops_what_was_given_up() -> None:
    assert Frames().feed(b"\x0bhalf a mess\x0bwhole\x1c\r") == [b"whole"]
