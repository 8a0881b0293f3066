"""What becomes of an e-mail that asks: an inquiry with its files, words of who asked, or something for the office to check."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.complaints.inquiries.models import Inquiry, InquiryNote
from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.mail.services import deciding, handling
from app.complaints.models import Complaint, ComplaintNote
from app.complaints.services import erasing
from app.core.access.actor import acting_as
from app.core.attachments.models import Attachment
from app.core.db import db, unit_of_work
from app.core.errors import Conflict
from app.notifications.models import Message, MessageTry, Notification
from tests.cast import Cast, bearer, sign_in
from tests.complaints.inquiring import take
from tests.complaints.mail.conftest import SYSTEM, arrives, every
from tests.complaints.mail.postoffice import SENDER, PostOffice, letter

PDF = b"%PDF-1.7\n" + b"0" * 200
PAPER = (("form.pdf", "application/pdf", PDF),)
QUESTION = "متى يكون التقرير جاهزا؟"


@pytest.fixture
def asks(box: Mailbox) -> Mailbox:
    """A mailbox of hospital A whose e-mails become inquiries."""
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Mailbox, box.id).opens = "inquiry"
    return box


def asked(office: PostOffice, box: Mailbox, **more: Any) -> Inquiry:
    """An inquiry that came by e-mail."""
    mail = arrives(office, box, letter(QUESTION, subject="سؤال", **more))
    return every(Inquiry, Inquiry.id == mail.inquiry_id)[0]


def notes(inquiry: Inquiry, kind: str) -> list[str]:
    """What stands on an inquiry."""
    return [each.body for each in every(InquiryNote, InquiryNote.inquiry_id == inquiry.id) if each.kind == kind]


def test_a_mailbox_for_questions_opens_inquiries_with_words_contact_and_files(
    office: PostOffice, asks: Mailbox, cast: Cast
) -> None:
    files = (*PAPER, ("photo.jpg", "image/jpeg", b"MZ" + b"\0" * 500))
    inquiry = asked(office, asks, files=files)

    assert (inquiry.hospital_id, inquiry.channel, inquiry.words, inquiry.status) == (
        cast.a.id,
        "email",
        QUESTION,
        "open",
    )
    assert (inquiry.contact_name, inquiry.contact_email) == ("Noura", SENDER)
    assert [(each.name, each.about_type, each.added_by_id) for each in every(Attachment)] == [
        ("form.pdf", "inquiry", None)
    ]
    assert "photo.jpg" in notes(inquiry, "note")[0], "a file that lies about what it is is named, not taken"
    [mail] = every(IncomingMail)
    assert (mail.state, mail.complaint_id, mail.raw) == ("opened", None, None)
    assert every(Complaint) == []


def test_its_sender_gets_its_number_in_an_answer_to_the_mailbox(office: PostOffice, asks: Mailbox, drain: Any) -> None:
    inquiry = asked(office, asks, Message_ID="<first@example.org>")
    drain()

    [message] = every(Message)
    assert (message.template, message.channel, message.email, message.language) == (
        "inquiries/received", "email", SENDER, "ar",
    )  # fmt: skip
    assert (message.answers, message.reply_to) == ("<first@example.org>", "office@hospital.example")
    assert message.params["reference"] == inquiry.reference and message.about_id == inquiry.id


def test_a_sender_whom_the_receiving_server_calls_forged_gets_no_answer(
    office: PostOffice, asks: Mailbox, box: Mailbox, drain: Any
) -> None:
    asked(office, asks, Authentication_Results="mx.h.sa; dmarc=fail")
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Mailbox, box.id).opens = "complaint"
    arrives(
        office, box, letter("شكوى أخرى", Message_ID="<b@example.org>", Authentication_Results="mx.h.sa; dmarc=fail")
    )
    drain()

    assert len(every(Inquiry)) == len(every(Complaint)) == 1 and every(Message) == []


@pytest.mark.parametrize("way", ["subject", "plus", "our message", "own message"])
def test_words_of_who_asked_join_their_inquiry_with_their_files(
    office: PostOffice, asks: Mailbox, way: str, cast: Cast, drain: Any
) -> None:
    inquiry = asked(office, asks, Message_ID="<first@example.org>")
    take(cast, inquiry, "respond", way="email")
    reference = _sent_reference()
    more: dict[str, str] = {
        "subject": {"subject": f"رد: {inquiry.reference}"},
        "plus": {"To": f"office+{inquiry.reference}@hospital.example"},
        "our message": {"In_Reply_To": f"<{reference}@px360.invalid>"},
        "own message": {"References": "<other@example.org> <first@example.org>"},
    }[way]
    mail = arrives(office, asks, letter("شكرا، وهذا النموذج", files=PAPER, **more))
    drain()

    assert (mail.state, mail.inquiry_id, mail.complaint_id) == ("threaded", inquiry.id, None)
    assert notes(inquiry, "added") == ["شكرا، وهذا النموذج"]
    assert every(Inquiry)[0].status == "in_progress", "an answered inquiry is opened again"
    assert len(every(Inquiry)) == len(every(Attachment)) == 1
    assert every(Notification, Notification.kind == "inquiries/added")


def _sent_reference() -> str:
    [message] = every(Message, Message.template == "inquiries/answered")
    facts = {"message_id": message.id, "hospital_id": message.hospital_id, "channel": "email", "reference": "pxsent123"}
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(MessageTry(**facts))
    return "pxsent123"


def test_what_ended_without_an_answer_is_followed_by_a_new_inquiry(
    office: PostOffice, asks: Mailbox, cast: Cast
) -> None:
    inquiry = asked(office, asks)
    take(cast, inquiry, "cancel")
    mail = arrives(office, asks, letter("مرة أخرى", subject=inquiry.reference))

    assert (mail.state, len(every(Inquiry))) == ("opened", 2)
    follower = every(Inquiry, Inquiry.id == mail.inquiry_id)[0]
    assert inquiry.reference in notes(follower, "note")[0]


def test_an_email_about_an_inquiry_that_became_a_complaint_joins_the_complaint(
    office: PostOffice, asks: Mailbox, cast: Cast
) -> None:
    inquiry = asked(office, asks)
    complaint_id = take(cast, inquiry, "convert").complaint_id
    mail = arrives(office, asks, letter("وأضيف", subject=inquiry.reference, files=PAPER))

    assert (mail.state, mail.complaint_id, mail.inquiry_id) == ("threaded", complaint_id, None)
    assert [each.body for each in every(ComplaintNote) if each.kind == "added"] == ["وأضيف"]
    assert [each.about_id for each in every(Attachment)] == [complaint_id]


def test_somebody_elses_words_wait_for_the_office_which_takes_them_in(
    office: PostOffice, asks: Mailbox, cast: Cast, client: FlaskClient
) -> None:
    inquiry = asked(office, asks)
    stranger = letter("أنا أخوها", sender="Ali <ali@example.org>", subject=inquiry.reference, files=PAPER)
    mail = arrives(office, asks, stranger)
    assert (mail.state, mail.inquiry_id, every(Attachment)) == ("noted", inquiry.id, [])
    assert notes(inquiry, "added") == [] and "ali@example.org" in notes(inquiry, "unproved")[0]

    sign_in(client, cast["px_coordinator"])
    page = client.get(f"/complaints/mail/{mail.id}").get_data(as_text=True)
    assert inquiry.reference in page
    actor = cast.actor("px_coordinator")
    with acting_as(actor):
        deciding.accept(mail.id, actor=actor)
    assert notes(inquiry, "added") == ["أنا أخوها"]
    assert [each.about_id for each in every(Attachment)] == [inquiry.id]


def test_an_officer_makes_an_inquiry_of_what_was_ignored(
    office: PostOffice, box: Mailbox, cast: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "PER_HOUR", 0)
    mail = arrives(office, box, letter(QUESTION, files=PAPER))
    assert (mail.state, mail.reason) == ("ignored", "too_many")
    keys = bearer(cast["px_coordinator"])
    made = client.post(f"/api/complaints/mail/{mail.id}/inquiry/", json={}, headers=keys)

    assert (made.status_code, made.json["state"], made.json["complaint_id"]) == (200, "opened", None)
    [inquiry] = every(Inquiry)
    assert made.json["inquiry_id"] == str(inquiry.id)
    assert [each.about_id for each in every(Attachment)] == [inquiry.id]
    again = client.post(f"/api/complaints/mail/{mail.id}/inquiry/", json={}, headers=keys)
    assert (again.status_code, len(every(Inquiry))) == (409, 1)


def test_the_same_email_once_more_is_a_repeat_of_the_inquiry(office: PostOffice, asks: Mailbox) -> None:
    raw = letter(QUESTION, Message_ID="<one@example.org>")
    arrives(office, asks, raw)
    mail = arrives(office, asks, raw)
    assert (mail.state, mail.reason, mail.inquiry_id) == ("ignored", "repeat", every(Inquiry)[0].id)


def test_an_email_of_another_hospital_does_not_join(office: PostOffice, asks: Mailbox, cast: Cast) -> None:
    inquiry = asked(office, asks)
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Inquiry, inquiry.id).hospital_id = cast.b.id
    mail = arrives(office, asks, letter("مرة أخرى", subject=inquiry.reference))
    assert (mail.state, mail.inquiry_id == inquiry.id) == ("opened", False)


def test_what_an_erased_patient_wrote_is_gone(office: PostOffice, asks: Mailbox, cast: Cast) -> None:
    inquiry = asked(office, asks)
    with acting_as(SYSTEM), unit_of_work():
        erasing.forget_of_cases([inquiry.id], actor=SYSTEM)
    [mail] = every(IncomingMail)
    assert (mail.said, mail.sender, mail.sender_name, mail.subject) == (None, "", "", "")


@pytest.mark.parametrize(
    ("more", "reason"), [({"sender": "Nobody"}, "no_sender"), ({"Auto_Submitted": "auto-replied"}, "automatic")]
)
def test_an_email_that_no_person_sent_makes_no_inquiry(
    office: PostOffice, box: Mailbox, cast: Cast, client: FlaskClient, more: dict[str, str], reason: str
) -> None:
    mail = arrives(office, box, letter(QUESTION, **more))
    assert (mail.state, mail.reason) == ("ignored", reason)
    actor = cast.actor("px_coordinator")
    with acting_as(actor), pytest.raises(Conflict) as refusal:
        deciding.make_inquiry(mail.id, actor=actor)
    assert refusal.value.code == "no_sender"
    sign_in(client, cast["px_coordinator"])
    page = client.get(f"/complaints/mail/{mail.id}").get_data(as_text=True)
    assert f"{mail.id}/complaint" in page and f"{mail.id}/inquiry" not in page


def test_a_reply_joins_the_newest_case_of_its_conversation(office: PostOffice, box: Mailbox) -> None:
    complained = arrives(office, box, letter("تأخر التقرير", Message_ID="<first@example.org>"))
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Mailbox, box.id).opens = "inquiry"
    asking = arrives(office, box, letter(QUESTION, Message_ID="<second@example.org>"))
    both = {"References": "<first@example.org> <second@example.org>"}
    mail = arrives(office, box, letter("ومتى أحضر؟", subject="رد", **both))

    assert complained.complaint_id is not None and asking.inquiry_id is not None
    assert (mail.state, mail.complaint_id, mail.inquiry_id) == ("threaded", None, asking.inquiry_id)
