"""Carrying out what came: each e-mail opens a case, joins one, or is kept with its reason; state and effect are one commit.

Every try is counted before it begins, so that a message which kills its worker is given up after a few.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_, update

from app.complaints.events import ComplaintNoted
from app.complaints.inquiries.models import Inquiry
from app.complaints.inquiries.services import hearing as asked
from app.complaints.links import services as linking
from app.complaints.mail.enums import MailState, Reason
from app.complaints.mail.models import IncomingMail, Mailbox
from app.complaints.mail.queries import own_addresses
from app.complaints.mail.rules.parts import Letter, Unreadable, read_letter
from app.complaints.mail.rules.senders import is_forged, why_not_a_person
from app.complaints.mail.rules.wording import title_of
from app.complaints.mail.services import asking, finding, taking
from app.complaints.mail.services.polling import RAW
from app.complaints.mail.services.settling import ONLY_FILES, may_be_answered, no_words, settle, words_of
from app.complaints.models import Complaint
from app.complaints.public import hearing, tracking
from app.complaints.services import receiving
from app.complaints.services.receiving import OLDEST, ComplaintFacts
from app.complaints.services.writing import write
from app.core.access.actor import Actor, acting_as, system_actor
from app.core.db import db, take_turn, unit_of_work
from app.core.events import record
from app.core.keys.fields import Undecipherable, decrypt
from app.core.logging import get_logger
from app.core.time import clock
from app.core.web.live import touch

log = get_logger(__name__)

MOST_TRIES = 5
PAUSE = timedelta(minutes=2)  # doubled with each try; longer than a try takes
PER_HOUR, PER_DAY = 10, 30  # e-mails of one address; what is beyond is kept and never answered
UNPROVED = "unproved"  # the kind of note


def carry_out_next() -> bool:
    """Carry out the e-mail that waits longest; False when none is due."""
    with acting_as(system_actor("carry out incoming e-mail")), unit_of_work():
        taken = _claim()
    if taken is None:
        return False
    mail_id, hospital_id = taken
    actor = system_actor("an e-mail came in", hospital_id)
    with acting_as(actor):
        try:
            with unit_of_work():
                carry_out(mail_id, actor=actor)
        except Exception as problem:
            log.error("mail_failed", mail=str(mail_id), problem=type(problem).__name__, exc_info=True)
    return True


def _claim() -> tuple[UUID, UUID] | None:
    """Take the next message for the time of one try; one that had all its tries is given up."""
    row = db.session.execute(
        select(IncomingMail)
        .where(IncomingMail.next_try_at <= clock.now())
        .order_by(IncomingMail.next_try_at, IncomingMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        return None
    if row.attempts >= MOST_TRIES:
        settle(row, MailState.FAILED, Reason.GAVE_UP)
    else:
        row.attempts += 1
        row.next_try_at = clock.now() + PAUSE * 2 ** (row.attempts - 1)
    db.session.flush()
    return row.id, row.hospital_id


def carry_out(mail_id: UUID, *, actor: Actor) -> None:
    """Decide about one message and do it, within the caller's transaction; nothing where it is decided already."""
    mail = db.session.get_one(IncomingMail, mail_id, with_for_update=True, populate_existing=True)
    if mail.state != MailState.RECEIVED:
        return
    try:
        letter = read_letter(raw_of(mail))
    except Unreadable:
        settle(mail, MailState.FAILED, Reason.UNREADABLE)
        return
    box = db.session.get_one(Mailbox, mail.mailbox_id)
    reason = why_not_a_person(letter.heads, letter.sender, letter.message_id, own_addresses(mail.hospital_id))
    reason = reason or _too_often(mail)
    if reason is not None:
        settle(mail, MailState.IGNORED, reason)
        return
    case = finding.case_of(mail, letter)
    if case is None and box.opens == "inquiry":
        asking.open_inquiry(mail, letter, box, actor=actor)
    elif case is None:
        open_case(mail, letter, box, actor=actor)
    elif not finding.is_from_who_speaks(case, letter.sender) or is_forged(letter.heads):
        note(mail, letter, case, actor=actor)
    elif isinstance(case, Inquiry):
        asking.add(mail, letter, box, case, actor=actor)
    else:
        add(mail, letter, box, case, actor=actor)


def _too_often(mail: IncomingMail) -> Reason | None:
    """Find what is here already, and senders (machines mostly) that send one e-mail after the other."""
    take_turn(mail.sender_digest.hex(), 367)  # of one sender one at a time
    others = (IncomingMail.hospital_id == mail.hospital_id, IncomingMail.id != mail.id)
    if mail.message_digest:
        same = select(IncomingMail.complaint_id, IncomingMail.inquiry_id).where(
            *others,
            IncomingMail.message_digest == mail.message_digest,
            IncomingMail.content_digest == mail.content_digest,
            IncomingMail.state != MailState.RECEIVED,
        )
        case_first = func.coalesce(IncomingMail.complaint_id, IncomingMail.inquiry_id).is_(None)
        known = db.session.execute(same.order_by(case_first).limit(1)).first()
        if known is not None:
            mail.complaint_id, mail.inquiry_id = known
            return Reason.REPEAT
    hour, day = db.session.execute(
        select(
            func.count().filter(IncomingMail.received_at > mail.received_at - timedelta(hours=1)),
            func.count(),
        ).where(
            *others,
            IncomingMail.sender_digest == mail.sender_digest,
            IncomingMail.received_at > mail.received_at - timedelta(days=1),
            tuple_(IncomingMail.received_at, IncomingMail.id) < (mail.received_at, mail.id),
        )
    ).one()
    return Reason.TOO_MANY if hour >= PER_HOUR or day >= PER_DAY else None


def open_case(
    mail: IncomingMail, letter: Letter, box: Mailbox, *, actor: Actor, earlier: Complaint | None = None
) -> Complaint | None:
    """Register a complaint with the words and files of an e-mail; a sender who may be answered gets number and tracking link.

    None where it holds nothing: it failed then. `earlier` is a complaint that it names and that can not go on.
    """
    words = words_of(letter)
    if not words:
        no_words(mail)
        return None
    facts = ComplaintFacts(
        words=words,
        channel="email",
        title=title_of(letter.subject)[:90],
        contact_name=letter.sender_name,
        contact_email=letter.sender,
        received_at=mail.arrived_at if mail.arrived_at > clock.now() - OLDEST else None,
    )
    complaint = receiving.receive(hospital_id=mail.hospital_id, facts=facts, actor=actor)
    taking.take_files(mail, letter, complaint, actor=actor)
    if earlier is not None:
        linking.link(complaint.id, earlier.reference, kind=linking.RELATED, actor=actor)
    if may_be_answered(mail, letter):
        tracking.acknowledge(complaint, answers=letter.message_id, reply_to=box.address, actor=actor)
    settle(mail, MailState.OPENED, case=complaint, letter=letter)
    return complaint


def add(mail: IncomingMail, letter: Letter, box: Mailbox, complaint: Complaint, *, actor: Actor) -> None:
    """Add an e-mail of who complained to their complaint; one that can not go on any more is followed by a new one."""
    if not hearing.may_add(complaint):
        open_case(mail, letter, box, actor=actor, earlier=complaint)
        return
    words = words_of(letter)
    if not words:
        no_words(mail)
        return
    hearing.add_words(complaint, words, through="an e-mail")
    taking.take_files(mail, letter, complaint, actor=actor)
    settle(mail, MailState.THREADED, case=complaint, letter=letter)


def note(mail: IncomingMail, letter: Letter, case: Complaint | Inquiry, *, actor: Actor) -> None:
    """Keep what somebody wrote who may not be who turned to the office: for it to check, never shown to the sender."""
    words = words_of(letter) or letter.subject or ONLY_FILES
    said = f"{letter.sender}\n\n{words}"
    if isinstance(case, Inquiry):
        asked.keep(case, said, kind=UNPROVED, actor=actor)
    else:
        written = write(case, said, kind=UNPROVED, actor=actor)
        record(ComplaintNoted(case.id, case.hospital_id, case.reference, written.id, written.kind), actor=actor)
        touch("complaints", hospital_id=case.hospital_id)
    settle(mail, MailState.NOTED, Reason.UNPROVED, case=case)


def raw_of(mail: IncomingMail) -> bytes:
    """Give the bytes of an e-mail. Unreadable: they are not kept any more, or no key opens them."""
    if mail.raw is None:
        raise Unreadable("gone")
    try:
        return decrypt(mail.raw, context=RAW)
    except Undecipherable as problem:
        raise Unreadable("undecipherable") from problem


def forget_old(*, actor: Actor, most: int = 200) -> int:
    """Remove what is personal of e-mails whose time has passed; what became of them stays. Gives how many."""
    due = select(IncomingMail.id).where(IncomingMail.raw_until <= clock.now()).limit(most)
    with unit_of_work():
        ids = db.session.execute(due).scalars().all()
        forget(IncomingMail.id.in_(ids))
    return len(ids)


def forget(which: Any) -> None:
    """Remove what is personal of e-mails, within the caller's transaction."""
    db.session.execute(
        update(IncomingMail)
        .where(which)
        .values(raw=None, said=None, raw_until=None, sender="", sender_name="", subject="")
        .execution_options(synchronize_session=False)
    )
