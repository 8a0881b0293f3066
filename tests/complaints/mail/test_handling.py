"""What becomes of an e-mail: a complaint, words of who complained, a note for the office, or nothing; and who is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.complaints.links.similar import similar_to
from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.mail.services import deciding, handling
from app.complaints.models import Complaint, ComplaintLink, ComplaintNote
from app.complaints.public import hearing, tracking
from app.complaints.services import erasing
from app.core.access.actor import acting_as
from app.core.attachments.models import Attachment
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, NotAllowed, NotFound
from app.core.keys.links import token_for
from app.core.time import clock
from app.notifications.gateways.mail import Smtp
from app.notifications.gateways.sms import Settings
from app.notifications.models import Message, Notification, Provider
from app.notifications.services import compose
from app.organizations.models import Patient
from tests.cast import Cast
from tests.complaints.conftest import received, step
from tests.complaints.mail.conftest import SYSTEM, arrives, every, mails
from tests.complaints.mail.postoffice import SENDER, WORDS, PostOffice, letter

PDF = b"%PDF-1.7\n" + b"0" * 200
PROGRAM = b"MZ" + b"\0" * 500


def notes(complaint: Complaint | Any, kind: str = "") -> list[str]:
    """What stands on a complaint."""
    found = every(ComplaintNote, ComplaintNote.complaint_id == complaint.id)
    return [each.body for each in found if not kind or each.kind == kind]


def opened(office: PostOffice, box: Mailbox, **more: Any) -> Complaint:
    """A complaint that came by e-mail."""
    mail = arrives(office, box, letter(**more))
    return every(Complaint, Complaint.id == mail.complaint_id)[0]


def test_the_complaint_has_words_title_contact_and_files(office: PostOffice, box: Mailbox, cast: Cast) -> None:
    files = (("الفاتورة.pdf", "application/pdf", PDF), ("photo.jpg", "image/jpeg", PROGRAM))
    complaint = opened(office, box, subject="Re: الانتظار", files=files, words=f"{WORDS}\n\n> old\n")

    assert (complaint.hospital_id, complaint.channel, complaint.words) == (cast.a.id, "email", WORDS)
    assert (complaint.title, complaint.language) == ("الانتظار", "ar")
    assert (complaint.contact_name, complaint.contact_email, complaint.contact_phone) == ("Noura", SENDER, "")
    assert [(each.name, each.media_type) for each in every(Attachment)] == [("الفاتورة.pdf", "application/pdf")]
    assert "photo.jpg" in notes(complaint, "note")[0], "a file that lies about what it is is named, not taken"
    assert complaint.assignee_id is not None


def test_its_sender_gets_number_and_link_in_an_answer_that_no_machine_answers(
    office: PostOffice, box: Mailbox, drain: Any
) -> None:
    complaint = opened(office, box, Message_ID="<first@example.org>")
    drain()

    [message] = every(Message)
    assert (message.template, message.channel, message.email) == ("complaints/received", "email", SENDER)
    assert (message.answers, message.reply_to) == ("<first@example.org>", "office@hospital.example")
    with acting_as(SYSTEM):
        text = compose.compose(message)
    assert text is not None
    outgoing = compose.outgoing(text, Provider(settings={"sender": "px@hospital.example"}), message, reference="px1")
    mail = Smtp(Settings("", "", {}, {}))._mail(outgoing)
    assert (mail["Auto-Submitted"], mail["In-Reply-To"]) == ("auto-replied", "<first@example.org>")
    assert (mail["Reply-To"], mail["Message-ID"]) == ("office@hospital.example", "<px1@px360.invalid>")
    assert complaint.reference in mail["Subject"]
    assert token_for(tracking.PURPOSE, complaint.handle) in mail.get_body(("plain",)).get_content()


def test_the_code_of_the_tracking_page_goes_by_email_where_there_is_no_phone(
    office: PostOffice, box: Mailbox, client: FlaskClient
) -> None:
    complaint = opened(office, box)
    answer = client.post(f"/c/{token_for(tracking.PURPOSE, complaint.handle)}/code")

    assert answer.status_code == 200
    [message] = every(Message, Message.template == "complaints/code")
    assert (message.channel, message.email) == ("email", SENDER)


@pytest.mark.parametrize("way", ["subject", "plus", "our message", "own message"])
def test_words_of_who_complained_join_their_complaint(office: PostOffice, box: Mailbox, way: str, cast: Cast) -> None:
    complaint = opened(office, box, Message_ID="<first@example.org>")
    reference = _sent_reference(complaint)
    more: dict[str, str] = {
        "subject": {"subject": f"رد: {complaint.reference}"},
        "plus": {"To": f"office+{complaint.reference}@hospital.example"},
        "our message": {"In_Reply_To": f"<{reference}@px360.invalid>"},
        "own message": {"References": "<other@example.org> <first@example.org>"},
    }[way]
    mail = arrives(office, box, letter("وأضيف أن الطبيب اعتذر", files=(("a.pdf", "application/pdf", PDF),), **more))

    assert (mail.state, mail.complaint_id, mail.raw) == ("threaded", complaint.id, None)
    assert notes(complaint, "added") == ["وأضيف أن الطبيب اعتذر"]
    assert len(every(Complaint)) == len(every(Attachment)) == 1
    assert len(every(Message)) == 1, "only the first e-mail is answered"


def _sent_reference(complaint: Complaint) -> str:
    from app.notifications.models import MessageTry

    [message] = every(Message, Message.about_id == complaint.id)
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(
            MessageTry(message_id=message.id, hospital_id=message.hospital_id, channel="email", reference="pxsent123")
        )
    return "pxsent123"


def test_an_answered_complaint_is_opened_again_by_their_email(office: PostOffice, box: Mailbox, cast: Cast) -> None:
    complaint = opened(office, box)
    for verb in ("activate", "start", "resolve"):
        complaint = step(cast, complaint, verb)
    arrives(office, box, letter("هذا لا يكفي", subject=complaint.reference))

    assert every(Complaint)[0].status == "in_progress"


def test_an_email_about_what_ended_too_long_ago_is_a_new_complaint_linked_with_the_old_one(
    office: PostOffice, box: Mailbox, cast: Cast
) -> None:
    complaint = opened(office, box)
    step(cast, complaint, "cancel")
    mail = arrives(office, box, letter("مرة أخرى", subject=complaint.reference))

    assert mail.state == "opened"
    assert mail.complaint_id != complaint.id
    [link] = every(ComplaintLink)
    assert {link.one_id, link.other_id} == {complaint.id, mail.complaint_id}


def test_words_to_a_merged_complaint_join_the_one_that_goes_on(office: PostOffice, box: Mailbox, cast: Cast) -> None:
    first, second = opened(office, box, words="one"), opened(office, box, words="two")
    step(cast, second, "merge", other=first.reference)
    mail = arrives(office, box, letter("three", subject=second.reference))

    assert (mail.state, mail.complaint_id, notes(first, "added")) == ("threaded", first.id, ["three"])


def test_of_a_patients_complaint_the_address_of_the_file_counts(
    office: PostOffice, box: Mailbox, cast: Cast, patient: Patient
) -> None:
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Patient, patient.id).email = SENDER
    complaint = received(cast, patient_id=patient.id)
    mail = arrives(office, box, letter("من صاحب الشأن", subject=complaint.reference))

    assert (mail.state, notes(complaint, "added")) == ("threaded", ["من صاحب الشأن"])


@pytest.mark.parametrize(
    "more",
    [{"sender": "stranger@example.org"}, {"Authentication_Results": "mx.h.sa; dmarc=fail"}],
)
def test_an_email_of_somebody_else_is_a_note_for_the_office_and_never_answered(
    office: PostOffice, box: Mailbox, more: dict[str, str], drain: Any
) -> None:
    complaint = opened(office, box)
    before = every(Complaint)[0].status
    mail = arrives(office, box, letter("أنا زوجها", subject=complaint.reference, **more))
    drain()

    assert (mail.state, mail.reason, mail.complaint_id) == ("noted", "unproved", complaint.id)
    assert "أنا زوجها" in notes(complaint, "unproved")[0]
    assert notes(complaint, "added") == []
    assert (every(Complaint)[0].status, len(every(Message))) == (before, 1)
    assert "complaints/unproved" in {each.kind for each in every(Notification)}
    from app.complaints import queries

    with acting_as(SYSTEM):
        assert queries.shown_to_complainant(complaint) == []


def test_a_number_of_another_hospital_means_nothing(office: PostOffice, box: Mailbox, cast: Cast) -> None:
    from app.complaints.services import receiving
    from app.complaints.services.receiving import ComplaintFacts

    with acting_as(SYSTEM):
        facts = ComplaintFacts(words="x", contact_email=SENDER)
        other = receiving.receive(hospital_id=cast.b.id, facts=facts, actor=SYSTEM)
    mail = arrives(office, box, letter(subject=other.reference))

    assert mail.state == "opened"
    assert notes(other) == []


def test_an_unnamed_complaint_takes_words_from_no_address(office: PostOffice, box: Mailbox, cast: Cast) -> None:
    complaint = received(cast, is_anonymous=True)
    assert arrives(office, box, letter(subject=complaint.reference)).state == "noted"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"X_Auto_Response_Suppress": "OOF"}, "automatic"),
        ({"Return_Path": "<>"}, "bounce"),
        ({"List_Id": "<news.example.org>"}, "mailing_list"),
        ({"sender": "Office <OFFICE@hospital.example>"}, "own"),
        ({"sender": "px@hospital.example"}, "own"),
        ({"sender": "nobody"}, "no_sender"),
    ],
)
def test_machines_are_kept_with_their_reason_and_never_answered(
    office: PostOffice, box: Mailbox, more: dict[str, str], reason: str, drain: Any
) -> None:
    with acting_as(SYSTEM), unit_of_work():
        db.session.add(
            Provider(
                channel="email",
                kind="smtp",
                name="x",
                receipt_handle="mailmail",
                settings={"sender": "PX <px@hospital.example>"},
            )
        )
    mail = arrives(office, box, letter(**more))
    drain()

    assert (mail.state, mail.reason, mail.raw is not None) == ("ignored", reason, True)
    assert every(Complaint) == every(Message) == []


def test_an_automatic_reply_to_our_answer_starts_no_circle(office: PostOffice, box: Mailbox) -> None:
    complaint = opened(office, box)
    mail = arrives(
        office, box, letter("I am away", subject=f"Auto: {complaint.reference}", Auto_Submitted="auto-replied")
    )

    assert (mail.state, notes(complaint), len(every(Message))) == ("ignored", [], 1)


def test_a_sender_of_many_emails_is_answered_up_to_the_limit_only(
    office: PostOffice, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "PER_HOUR", 3)
    arrives(office, box, *(letter(f"{WORDS} {number}") for number in range(5)))
    assert sorted((each.state, each.reason) for each in mails()) == [("ignored", "too_many")] * 2 + [("opened", "")] * 3

    arrives(office, box, letter(sender="other@example.org"))
    with clock.frozen(clock.now() + timedelta(hours=2)):
        last = arrives(office, box, letter("later"))
    assert [each.state for each in mails()][-2:] == ["opened", "opened"]
    assert last.state == "opened"


def test_the_same_email_through_two_ways_is_one_complaint(office: PostOffice, box: Mailbox) -> None:
    one = letter(Message_ID="<same@example.org>")
    mail = arrives(office, box, one, b"Received: by another way\r\n" + one)

    assert (mail.state, mail.reason, len(every(Complaint))) == ("ignored", "repeat", 1)
    assert mail.complaint_id == every(Complaint)[0].id


@pytest.mark.parametrize(
    ("more", "state", "reason", "words"),
    [
        ({"words": " ", "subject": "انتظار طويل"}, "opened", "", "انتظار طويل"),
        (
            {"words": " ", "subject": "", "files": (("a.pdf", "application/pdf", PDF),)},
            "opened",
            "",
            handling.ONLY_FILES,
        ),
        ({"words": " ", "subject": ""}, "failed", "no_words", ""),
    ],
)
def test_emails_without_text(office: PostOffice, box: Mailbox, more: Any, state: str, reason: str, words: str) -> None:
    mail = arrives(office, box, letter(**more))

    assert (mail.state, mail.reason) == (state, reason)
    assert [each.words for each in every(Complaint)] == ([words] if words else [])


def test_a_failure_undoes_everything_is_tried_again_and_given_up_visibly(
    office: PostOffice, box: Mailbox, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    def fails(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(handling.taking, "take_files", fails)
    mail = arrives(office, box, letter())
    assert (mail.state, mail.attempts, every(Complaint), every(Message)) == ("received", 1, [], [])

    for number in range(handling.MOST_TRIES + 1):
        with clock.frozen(clock.now() + timedelta(hours=number + 1)):
            handling.carry_out_next()
    [mail] = mails()
    assert (mail.state, mail.reason, mail.raw is not None) == ("failed", "gave_up", True)

    monkeypatch.undo()
    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        deciding.try_again(mail.id, actor=officer)
    handling.carry_out_next()
    assert [(each.state, each.attempts) for each in mails()] == [("opened", 1)]


def test_a_message_that_cannot_be_taken_apart_fails_and_a_person_can_make_a_complaint_of_it(
    office: PostOffice, box: Mailbox, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    def breaks(_raw: bytes) -> None:
        raise handling.Unreadable("broken")

    for module in (handling, deciding):
        monkeypatch.setattr(module, "read_letter", breaks)
    mail = arrives(office, box, letter("plain words", subject="x"))
    assert (mail.state, mail.reason) == ("failed", "unreadable")

    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        complaint = deciding.make_complaint(mail.id, actor=officer)
    assert "plain words" in complaint.words


@pytest.mark.parametrize(
    ("more", "answered"),
    [
        ({"List_Id": "<x.y>"}, False),
        ({"sender": "stranger@example.org", "Authentication_Results": "mx.h.sa; dmarc=fail"}, False),
        ({"sender": "stranger@example.org"}, True),
    ],
)
def test_a_person_makes_a_complaint_of_what_no_machine_took(
    office: PostOffice, box: Mailbox, cast: Cast, more: dict[str, str], answered: bool, drain: Any
) -> None:
    first = received(cast)
    mail = arrives(office, box, letter("words of a person", subject=first.reference, **more))
    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        complaint = deciding.make_complaint(mail.id, version=mail.version, actor=officer)
    drain()

    assert (complaint.words, complaint.channel) == ("words of a person", "email")
    [mail] = mails()
    assert (mail.state, mail.complaint_id, mail.handled_by_id) == ("opened", complaint.id, officer.id)
    assert bool(every(Message, Message.about_id == complaint.id)) is answered, (
        "nor a list, nor a machine, nor a forged sender"
    )
    with acting_as(officer), pytest.raises(Conflict):
        deciding.make_complaint(mail.id, actor=officer)


@pytest.mark.parametrize("why", ["gave_up", "unreadable"])
def test_a_machine_whose_email_could_not_be_carried_out_is_not_answered_by_hand_either(
    office: PostOffice, box: Mailbox, cast: Cast, why: str, drain: Any
) -> None:
    mail = arrives(office, box, letter("notice of a machine", Auto_Submitted="auto-generated"))
    with acting_as(SYSTEM), unit_of_work():
        kept = db.session.get_one(IncomingMail, mail.id)
        kept.state, kept.reason = "failed", why
    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        assert deciding.answer_of(mails()[0]) == (False, False)
        with pytest.raises(Conflict) as refusal:
            deciding.make_inquiry(mail.id, actor=officer)
        complaint = deciding.make_complaint(mail.id, actor=officer)
    drain()

    assert refusal.value.code == "no_sender"
    assert every(Message, Message.about_id == complaint.id) == []


def test_an_officer_takes_a_checked_email_as_words_of_who_complained(
    office: PostOffice, box: Mailbox, cast: Cast
) -> None:
    complaint = opened(office, box)
    mail = arrives(office, box, letter("من بريدي الآخر", subject=complaint.reference, sender="other@example.org"))
    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        deciding.accept(mail.id, actor=officer)

    assert notes(complaint, "added") == ["من بريدي الآخر"]
    assert mails(IncomingMail.id == mail.id)[0].state == "threaded"


def test_others_may_not_decide(office: PostOffice, box: Mailbox, cast: Cast) -> None:
    mail = arrives(office, box, letter(List_Id="<x.y>"))
    for name, refusal in (("outsider", NotFound), ("viewer", NotAllowed), ("department_manager", NotAllowed)):
        with acting_as(cast.actor(name)), pytest.raises(refusal):
            deciding.make_complaint(mail.id, actor=cast.actor(name))
    with acting_as(cast.actor("px_coordinator")), pytest.raises(Conflict):
        deciding.try_again(mail.id, actor=cast.actor("px_coordinator"))


def test_content_that_is_not_kept_any_more_cannot_become_a_complaint(
    office: PostOffice, box: Mailbox, cast: Cast
) -> None:
    mail = arrives(office, box, letter(List_Id="<x.y>"))
    with acting_as(SYSTEM), unit_of_work():
        handling.forget(IncomingMail.id == mail.id)
    officer = cast.actor("px_coordinator")
    with acting_as(officer), pytest.raises(Conflict) as refusal:
        deciding.make_complaint(mail.id, actor=officer)
    assert refusal.value.code == "gone"


def test_two_complaints_of_one_address_are_shown_to_each_other(office: PostOffice, box: Mailbox, cast: Cast) -> None:
    first, second = opened(office, box, words="الطعام بارد"), opened(office, box, words="The parking is full")
    with acting_as(cast.actor("px_coordinator")):
        rows = similar_to(second, actor=cast.actor("px_coordinator"))

    assert [(row.complaint.id, row.is_same_email) for row in rows] == [(first.id, True)]


def test_erasing_a_patient_erases_their_emails(office: PostOffice, box: Mailbox, cast: Cast, patient: Patient) -> None:
    complaint = opened(office, box)
    with acting_as(SYSTEM), unit_of_work():
        db.session.get_one(Complaint, complaint.id).patient_id = patient.id
    with acting_as(SYSTEM):
        erasing.forget(patient.id, actor=SYSTEM)

    [mail] = mails()
    [row] = every(Complaint)
    [message] = every(Message)
    assert (mail.sender, mail.subject, mail.said, mail.raw) == ("", "", None, None)
    assert (row.contact_email, row.contact_name) == ("", "")
    assert (message.email, message.answers) == ("", "")


def test_contents_are_encrypted_at_rest(office: PostOffice, box: Mailbox) -> None:
    arrives(office, box, letter("secret words of hers"), letter("another secret", List_Id="<x.y>"))

    assert not any(b"secret" in bytes(each.raw or each.said) for each in mails())


def test_withdrawn_by_page_stays_withdrawn(office: PostOffice, box: Mailbox) -> None:
    complaint = opened(office, box)
    hearing.withdraw(every(Complaint)[0])
    mail = arrives(office, box, letter("again", subject=complaint.reference))

    assert every(Complaint, Complaint.id == complaint.id)[0].status == "cancelled"
    assert mail.complaint_id != complaint.id
