"""Reading an e-mail: charsets, broken parts, quoted history, machines and numbers, as real mail programs write them."""

from __future__ import annotations

import base64
import time
from email.message import EmailMessage

import pytest

from app.complaints.mail.enums import Reason
from app.complaints.mail.rules.numbers import numbers_in, our_references, plus_parts
from app.complaints.mail.rules.parts import Unreadable, as_plain_text, head_of, read_letter
from app.complaints.mail.rules.senders import is_forged, why_not_a_person
from app.complaints.mail.rules.wording import own_words, text_of_html, title_of
from tests.complaints.mail.postoffice import WORDS, letter


def raw(head: str, body: bytes) -> bytes:
    """An e-mail as bytes."""
    return head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("said", "used"),
    [
        ("utf-8", "utf-8"), ("windows-1256", "cp1256"), ("iso-8859-6", "iso8859_6"),
        ("us-ascii", "cp1256"), ("utf-8", "cp1256"), ("no-such-charset", "utf-8"), ("", "utf-8"),
    ],
)  # fmt: skip
def test_arabic_is_read_in_every_charset_also_in_one_that_is_not_the_declared_one(said: str, used: str) -> None:
    kind = f"text/plain; charset={said}" if said else "text/plain"
    found = read_letter(raw(f"From: a@b.sa\nContent-Type: {kind}", WORDS.encode(used)))

    assert found.text == WORDS


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?B?" + base64.b64encode("شكوى عن الانتظار".encode()).decode() + "?=",
        "=?windows-1256?Q?" + "".join(f"={byte:02X}" for byte in "شكوى عن الانتظار".encode("cp1256")) + "?=",
        "شكوى عن الانتظار",
    ],
)
def test_a_subject_is_read_encoded_or_bare(subject: str) -> None:
    assert read_letter(raw(f"From: a@b.sa\nSubject: {subject}", b"x")).subject == "شكوى عن الانتظار"


def test_a_bare_windows_1256_subject_is_read() -> None:
    assert head_of("Subject: شكوى\r\n\r\n".encode("cp1256")).subject == "شكوى"


def test_the_plain_part_is_taken_before_the_html_one_and_html_alone_is_turned_to_text() -> None:
    both = EmailMessage()
    both["From"] = "a@b.sa"
    both.set_content("plain words")
    both.add_alternative("<p>rich words</p>", subtype="html")
    assert read_letter(both.as_bytes()).text.strip() == "plain words"

    rich = "<html><head><style>p {}</style></head><body><p>First &amp; last</p><script>alert(1)</script><div>Two</div></body>"
    found = read_letter(raw("From: a@b.sa\nContent-Type: text/html; charset=utf-8", rich.encode()))
    assert found.text == "First & last\n\nTwo"


def test_an_empty_plain_part_does_not_hide_the_html_one() -> None:
    both = EmailMessage()
    both["From"] = "a@b.sa"
    both.set_content("  ")
    both.add_alternative("<p>rich words</p>", subtype="html")

    assert read_letter(both.as_bytes()).text == "rich words"


def test_files_are_found_within_nested_parts_and_attached_messages() -> None:
    inner = EmailMessage()
    inner["Subject"] = "forwarded"
    inner.set_content("the words of the forwarded letter")
    inner.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="فاتورة.pdf")
    outer = EmailMessage()
    outer["From"] = "a@b.sa"
    outer.set_content("see below")
    outer.add_attachment(inner)

    found = read_letter(outer.as_bytes())
    assert found.files == (("فاتورة.pdf", b"%PDF-1.7"),)
    assert "see below" in found.text
    assert "the words of the forwarded letter" in found.text


@pytest.mark.parametrize(
    "body",
    [
        b"--x\r\nContent-Type: text/plain\r\n\r\nwords without an end",
        b"--x\r\nContent-Type: text/plain; charset*=\xff''\xfe\r\n\r\nwords without an end\r\n--x--",
        b"--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: nonsense\r\n\r\nwords without an end\r\n--x--",
        b"--x\r\n\r\nwords without an end\r\n--x\r\nContent-Type: multipart/mixed\r\n\r\n--x--",
    ],
)
def test_broken_mime_is_read_as_far_as_it_goes(body: bytes) -> None:
    assert (
        "words without an end" in read_letter(raw("From: a@b.sa\nContent-Type: multipart/mixed; boundary=x", body)).text
    )


def test_broken_base64_gives_what_can_be_read() -> None:
    head = "From: a@b.sa\nContent-Type: text/plain\nContent-Transfer-Encoding: base64"
    assert "hello" in read_letter(raw(head, base64.b64encode(b"hello there")[:-3] + b"\r\n****")).text


def test_parts_within_parts_without_end_are_not_followed_and_kill_nothing() -> None:
    deep = b"words"
    for number in range(3_000):
        deep = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n%s\r\n--b%d--" % (
            number,
            number,
            deep,
            number,
        )
    begun = time.monotonic()
    try:
        read_letter(b"From: a@b.sa\r\n" + deep)
    except Unreadable:
        assert as_plain_text(b"From: a@b.sa\r\n" + deep).sender == "a@b.sa"
    assert time.monotonic() - begun < 20


def test_control_characters_and_header_injection_do_not_get_through() -> None:
    found = read_letter(
        raw("From: a@b.sa\nSubject: =?utf-8?Q?hi=0D=0ABcc:_x@y.z=00?=\nMessage-ID: <a b@c>", b"one\0two\x1b[31m")
    )

    assert found.subject == "hi Bcc: x@y.z"
    assert found.message_id == ""
    assert found.text == "onetwo[31m"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("Noura <Noura@Example.org>", "noura@example.org"), ("noura@example.org", "noura@example.org"),
        ("=?utf-8?B?2YbZiNix2Kk=?= <n@e.org>", "n@e.org"), ("nobody", ""), ("root@localhost", ""), ("", ""), ("<>", ""),
        ('"a@b.sa" <c@d.sa>', "c@d.sa"), ("a@b.sa\r\n\tBcc: x@y.z", ""),
    ],
)  # fmt: skip
def test_only_a_real_address_is_a_sender(value: str, address: str) -> None:
    assert head_of(f"From: {value}\r\n\r\n".encode()).sender == address


def heads(**given: str) -> dict[str, list[str]]:
    """Heads by name in small letters."""
    return {name.replace("_", "-"): [value] for name, value in given.items()}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, None), ({"auto_submitted": "no"}, None), ({"auto_submitted": "auto-replied"}, Reason.AUTOMATIC),
        ({"auto_submitted": "auto-generated; owner-email=x"}, Reason.AUTOMATIC), ({"precedence": "bulk"}, Reason.MAILING_LIST),
        ({"precedence": "list"}, Reason.MAILING_LIST), ({"precedence": "junk"}, Reason.AUTOMATIC),
        ({"precedence": "auto_reply"}, Reason.AUTOMATIC), ({"x_auto_response_suppress": "All"}, Reason.AUTOMATIC),
        ({"x_autoreply": "yes"}, Reason.AUTOMATIC), ({"return_path": "<>"}, Reason.BOUNCE),
        ({"return_path": "<a@b.sa>"}, None), ({"content_type": "multipart/report; report-type=x"}, Reason.BOUNCE),
        ({"list_id": "<news.b.sa>"}, Reason.MAILING_LIST), ({"list_unsubscribe": "<https://b.sa>"}, Reason.MAILING_LIST),
        ({"precedence": "first-class"}, None),
    ],
)  # fmt: skip
def test_machines_lists_and_bounces_are_told_from_people(given: dict[str, str], reason: Reason | None) -> None:
    assert why_not_a_person(heads(**given), "a@b.sa", "<1@b.sa>", frozenset()) == reason


def test_our_own_addresses_and_messages_are_known() -> None:
    assert why_not_a_person({}, "office@h.sa", "<1@b.sa>", {"office@h.sa"}) == Reason.OWN
    assert why_not_a_person({}, "a@b.sa", "<px123456@px360.invalid>", frozenset()) == Reason.OWN
    assert why_not_a_person({}, "mailer-daemon@b.sa", "", frozenset()) == Reason.BOUNCE
    assert why_not_a_person({}, "", "", frozenset()) == Reason.NO_SENDER
    assert why_not_a_person(heads(return_path="<>"), "", "", frozenset()) == Reason.BOUNCE


def test_the_receiving_servers_verdict_on_the_sender_is_read() -> None:
    assert is_forged(heads(authentication_results="mx.h.sa; spf=pass; dmarc=fail (p=none)"))
    assert not is_forged(heads(authentication_results="mx.h.sa; dmarc=pass"))
    assert not is_forged({})


@pytest.mark.parametrize(
    "history",
    [
        "On Tue, 24 Nov 2026 at 10:00, Office <office@h.sa> wrote:\n> old words\n> more",
        "في الثلاثاء، 24 نوفمبر 2026 في 10:00 ص، كتب المكتب <office@h.sa>:\n> old words",
        "-----Original Message-----\nFrom: Office\nold words",
        "----- الرسالة الأصلية -----\nold words",
        "From: Office <office@h.sa>\nSent: Tuesday\nTo: Noura\nold words",
        "من: المكتب\nتم الإرسال: الثلاثاء\nإلى: نورة\nold words",
        "> old words\n> more",
        "-- \nNoura, old words",
        "Sent from my iPhone\nold words",
        "أُرسلت من الـ iPhone\nold words",
    ],
)
def test_quoted_history_and_signatures_are_cut(history: str) -> None:
    assert own_words(f"{WORDS}\n\n{history}") == WORDS


def test_a_forwarded_letter_without_a_word_of_ones_own_stays_whole() -> None:
    whole = "---------- Forwarded message ----------\nFrom: x\nthe words"
    assert own_words(whole) == whole


def test_words_that_only_look_like_a_mark_are_not_cut() -> None:
    for text in (
        "On Sunday I came and the doctor wrote nothing down.\nThen I waited.",
        "في يوم الأحد كتب الطبيب وصفة خاطئة\nثم انصرف",
    ):
        assert own_words(text) == text


def test_quotes_of_html_are_cut_like_those_of_plain_text() -> None:
    rich = "<div>New words</div><div>On Tuesday the office wrote:</div><blockquote><p>old</p><p>older</p></blockquote>"
    assert own_words(text_of_html(rich)) == "New words"


def test_marks_of_answers_are_taken_off_a_title() -> None:
    assert title_of("Re: FW: رد: شكوى") == "شكوى"


def test_numbers_are_found_in_both_kinds_of_digits_and_behind_the_plus() -> None:
    assert numbers_in("Re: [CMP-2026-000123] and cmp 2026 000124", "شكوى CMP-٢٠٢٦-٠٠٠١٢٥") == [
        "CMP-2026-000123", "CMP-2026-000124", "CMP-2026-000125",
    ]  # fmt: skip
    assert numbers_in("XCMP-2026-000123", "CMP-2026-12") == []
    assert numbers_in(*plus_parts(["office+CMP-2026-000123@h.sa", "other@h.sa"])) == ["CMP-2026-000123"]
    assert our_references(["<pxabc123@px360.invalid>", "<x@example.org>"]) == ["pxabc123"]


def test_an_ordinary_letter_is_read_whole() -> None:
    found = read_letter(letter(files=(("scan.pdf", "application/pdf", b"%PDF-1.7"),), In_Reply_To="<q@w.e>"))

    assert (found.sender, found.sender_name, found.subject) == ("noura@example.org", "Noura", "شكوى")
    assert (found.text.strip(), found.files, found.answers) == (WORDS, (("scan.pdf", b"%PDF-1.7"),), ("<q@w.e>",))
