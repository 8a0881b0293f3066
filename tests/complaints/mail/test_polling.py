"""Reading mailboxes of a real server: nothing twice and nothing lost, whatever the server or a worker does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask

from app.complaints.mail import gauges, imap, jobs
from app.complaints.mail.imap import Box
from app.complaints.mail.models import Mailbox
from app.complaints.mail.services import mailboxes, polling
from app.complaints.models import Complaint
from app.core.access.actor import acting_as
from app.core.time import clock
from app.notifications.models import Notification
from tests.cast import Cast, sign_in
from tests.complaints.mail.conftest import due, every, facts, mails, poll, work
from tests.complaints.mail.postoffice import PostOffice, letter, running


def state(box: Mailbox) -> Mailbox:
    """The mailbox as it stands now."""
    [row] = every(Mailbox, Mailbox.id == box.id)
    return row


def test_an_email_opens_a_complaint_and_is_marked_as_read(office: PostOffice, box: Mailbox) -> None:
    office.deliver(box.folder, letter())
    work()

    [mail] = mails()
    [complaint] = every(Complaint)
    assert (mail.state, mail.complaint_id) == ("opened", complaint.id)
    assert office.unseen(box.folder) == 0
    assert complaint.received_at == clock.now() - timedelta(minutes=30), "its clocks run since it arrived at the server"


def test_a_second_poll_finds_nothing_new(office: PostOffice, box: Mailbox) -> None:
    office.deliver(box.folder, letter(), letter())
    work()
    work()

    assert len(mails()) == len(every(Complaint)) == 2
    assert state(box).last_uid == max(each.uid for each in mails())


def test_what_an_officer_read_first_in_a_mail_program_comes_in_too(office: PostOffice, box: Mailbox) -> None:
    work()
    office.deliver(box.folder, letter())
    office.read_all(box.folder)
    work()

    assert [each.state for each in mails()] == ["opened"]


def test_old_read_mail_of_a_new_mailbox_is_left_alone_and_unread_mail_is_taken(
    office: PostOffice, box: Mailbox
) -> None:
    office.deliver(box.folder, letter(subject="old"), flags="(\\Seen)")
    office.deliver(box.folder, letter(subject="waits"))
    work()
    work()

    assert [each.subject for each in mails()] == ["waits"]


def test_a_worker_that_dies_before_marking_repeats_nothing(
    office: PostOffice, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.deliver(box.folder, letter())
    monkeypatch.setattr(Box, "mark_seen", lambda _box, uids: (_ for _ in ()).throw(KeyboardInterrupt) if uids else None)
    with pytest.raises(KeyboardInterrupt):
        poll()
    monkeypatch.undo()
    assert (len(mails()), office.unseen(box.folder)) == (1, 1), "it is kept, and the server does not know"

    assert polling.poll_next() is False, "the lease of the dead worker holds"
    with clock.frozen(clock.now() + polling.LEASE + timedelta(seconds=1)):
        work()

    assert (len(mails()), len(every(Complaint)), office.unseen(box.folder)) == (1, 1, 0)


def test_a_worker_that_dies_before_the_commit_loses_nothing(
    office: PostOffice, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.deliver(box.folder, letter())
    monkeypatch.setattr(polling, "touch", lambda *_args, **_more: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        poll()
    monkeypatch.undo()
    assert mails() == []
    assert office.unseen(box.folder) == 1

    with clock.frozen(clock.now() + polling.LEASE + timedelta(seconds=1)):
        work()
    assert [each.state for each in mails()] == ["opened"]


def test_a_server_that_counts_anew_brings_no_complaint_twice(office: PostOffice, box: Mailbox) -> None:
    first, second = letter(subject="one"), letter(subject="two")
    office.deliver(box.folder, first)
    work()
    office.count_anew(box.folder)
    office.deliver(box.folder, first, flags="(\\Seen)")
    office.deliver(box.folder, second)
    work()

    assert len({each.uidvalidity for each in mails()}) == 2
    assert len(every(Complaint)) == 2
    assert sorted((each.subject, each.state, each.reason) for each in mails()) == [
        ("one", "ignored", "repeat"), ("one", "opened", ""), ("two", "opened", ""),
    ]  # fmt: skip
    assert state(box).uidvalidity == mails()[-1].uidvalidity


def test_another_server_with_the_same_numbers_loses_nothing(
    office: PostOffice, box: Mailbox, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap.Folder, "__init__", lambda self, _validity, uidnext: _set(self, uidnext))
    office.deliver(box.folder, letter(subject="on the old server"))
    work()
    admin, folder = cast.actor("hospital_admin"), office.folder()
    with acting_as(admin):
        mailboxes.change(box.id, facts(office, folder), version=state(box).version, actor=admin)
    office.deliver(folder, letter(subject="on the new server"))
    work()

    assert {each.uid for each in mails()} == {mails()[0].uid}, (
        "both servers gave the same UID, as a test of this should"
    )
    assert [each.subject for each in mails()] == ["on the old server", "on the new server"]


def _set(folder: Any, uidnext: int) -> None:
    """Open every folder with the UIDVALIDITY 1, as some servers do."""
    object.__setattr__(folder, "uidvalidity", 1)
    object.__setattr__(folder, "uidnext", uidnext)


def test_a_server_that_is_down_is_asked_ever_less_often_and_read_when_it_is_back(reference_data: Cast) -> None:
    with running() as server:
        admin = reference_data.actor("hospital_admin")
        with acting_as(admin):
            row = mailboxes.create(hospital_id=reference_data.a.id, facts=facts(server, "INBOX"), actor=admin)
        version = row.version
        server.stop()
        for _number in range(3):
            due()
            assert polling.poll_next()
        down = state(row)
        assert (down.error, down.failures, down.succeeded_at) == ("unreachable", 3, None)
        assert down.next_poll_at == clock.now() + timedelta(minutes=4)
        assert down.version == version, "an administrator's form is not made stale by polls"

        server.start()
        server.deliver("INBOX", letter())
        assert polling.poll_next() is False, "its time has not come"
        with clock.frozen(clock.now() + timedelta(minutes=4)):
            work()
            assert (state(row).error, state(row).failures) == ("", 0)
    assert [each.state for each in mails()] == ["opened"]


def test_a_paused_mailbox_is_not_read(office: PostOffice, box: Mailbox, cast: Cast) -> None:
    office.deliver(box.folder, letter())
    with acting_as(cast.actor("hospital_admin")):
        mailboxes.set_active(box.id, False, actor=cast.actor("hospital_admin"))
    poll()
    assert mails() == []

    with acting_as(cast.actor("hospital_admin")):
        mailboxes.set_active(box.id, True, actor=cast.actor("hospital_admin"))
    poll()
    assert len(mails()) == 1


def test_many_waiting_emails_come_in_bites(office: PostOffice, box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "MOST_AT_ONCE", 2)
    office.deliver(box.folder, *(letter(subject=f"{number}") for number in range(5)))

    assert [polling.poll_next() for _number in range(4)] == [True, True, True, False]
    assert sorted(each.subject for each in mails()) == ["0", "1", "2", "3", "4"]


def test_of_a_huge_email_the_beginning_is_read(
    office: PostOffice, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "MOST_BYTES", 20_000)
    monkeypatch.setattr(imap, "BEGINNING", 5_000)
    office.deliver(box.folder, letter(files=(("film.mp4", "video/mp4", b"x" * 40_000),)))
    work()

    [mail] = mails()
    assert (mail.state, mail.is_cut, mail.size > 40_000) == ("opened", True, True)
    assert "كبيرة جدًا" in _notes(mail)


def _notes(mail: Any) -> str:
    from app.complaints.models import ComplaintNote

    return "\n".join(each.body for each in every(ComplaintNote, ComplaintNote.complaint_id == mail.complaint_id))


def test_a_server_that_gives_one_email_not_out_leaves_a_failed_row(
    office: PostOffice, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Box, "fetch", lambda _box, _uid: None)
    office.deliver(box.folder, letter())
    work()

    assert [(each.state, each.reason, each.raw) for each in mails()] == [("failed", "not_given", None)]


def test_the_periodic_job_reads_and_wakes_the_next_one(app: APIFlask, office: PostOffice, box: Mailbox) -> None:
    office.deliver(box.folder, letter())
    jobs.poll_mailboxes()
    jobs.carry_out_mail()

    assert [each.state for each in mails()] == ["opened"]


def test_what_is_personal_goes_after_the_set_time_and_what_became_of_it_stays(office: PostOffice, box: Mailbox) -> None:
    office.deliver(box.folder, letter(), letter(Auto_Submitted="auto-replied"))
    work()
    jobs.forget_old_mail()
    assert [bool(each.raw or each.said) for each in mails()] == [True, True]

    with clock.frozen(clock.now() + timedelta(days=91)):
        jobs.forget_old_mail()
    assert [(each.state, each.raw, each.said, each.sender, each.subject) for each in mails()] == [
        ("opened", None, None, "", ""), ("ignored", None, None, "", ""),
    ]  # fmt: skip


def bells(kind: str) -> list[Notification]:
    """The lines of one kind on everybody's bell."""
    return every(Notification, Notification.kind == kind)


def fail(times: int) -> None:
    """Poll a server that is down so many times."""
    for _number in range(times):
        due()
        assert polling.poll_next()


def test_administrators_are_told_once_that_a_mailbox_stays_down_and_once_that_it_is_read_again(
    reference_data: Cast, drain: Any
) -> None:
    admin = reference_data.actor("hospital_admin")
    with running() as server:
        with acting_as(admin):
            row = mailboxes.create(hospital_id=reference_data.a.id, facts=facts(server, "INBOX"), actor=admin)
        server.stop()
        fail(polling.TOLD_AFTER - 1)
        drain()
        assert bells("mailboxes/stays_down") == [], "a server that starts anew is no news"
        with clock.frozen(clock.now() + timedelta(minutes=15)):
            fail(3)
            drain()
            assert [(each.user_id, each.url) for each in bells("mailboxes/stays_down")] == [
                (admin.id, f"/admin/mailboxes/{row.id}")
            ]
            with acting_as(admin):
                assert [(each.value, each.is_good) for each in gauges.incoming_mail()][:2] == [(1, False), (15, False)]
            with acting_as(reference_data.actor("outsider")):
                assert [each.value for each in gauges.incoming_mail()][:2] == [0, 0]

        server.start()
        for _number in range(2):
            poll()
        drain()
        assert [each.user_id for each in bells("mailboxes/read_again")] == [admin.id]
        assert (state(row).failures, state(row).failing_since, state(row).told_at) == (0, None, None)

        server.stop()
        fail(polling.TOLD_AFTER)
        drain()
        assert len(bells("mailboxes/stays_down")) == 2, "another outage is told of again"


def test_a_mailbox_that_was_down_only_for_a_moment_says_nothing(reference_data: Cast, drain: Any) -> None:
    admin = reference_data.actor("hospital_admin")
    with running() as server:
        with acting_as(admin):
            mailboxes.create(hospital_id=reference_data.a.id, facts=facts(server, "INBOX"), actor=admin)
        server.stop()
        fail(polling.TOLD_AFTER - 1)
        server.start()
        poll()
        drain()
        assert bells("mailboxes/stays_down") == bells("mailboxes/read_again") == []


def test_who_looks_at_the_page_of_a_mailbox_that_is_down_reads_since_when(reference_data: Cast, client: Any) -> None:
    admin = reference_data.actor("hospital_admin")
    with running() as server:
        with acting_as(admin):
            row = mailboxes.create(hospital_id=reference_data.a.id, facts=facts(server, "INBOX"), actor=admin)
        server.stop()
        fail(1)
    client.set_cookie("px_lang", "en")
    page = sign_in(client, reference_data["hospital_admin"]).get(f"/admin/mailboxes/{row.id}").text
    assert "Not read since" in page
