"""Writing what became of an e-mail, and the words that it holds."""

from __future__ import annotations

from uuid import UUID

from app.complaints.inquiries.models import Inquiry
from app.complaints.mail.enums import MailState, Reason
from app.complaints.mail.models import IncomingMail
from app.complaints.mail.queries import own_addresses
from app.complaints.mail.rules.parts import Letter
from app.complaints.mail.rules.senders import is_forged, why_not_a_person
from app.complaints.mail.rules.wording import own_words, title_of
from app.complaints.mail.services.polling import SAID
from app.complaints.models import Complaint
from app.core.db import db
from app.core.keys.fields import encrypt
from app.core.time import clock
from app.core.web.live import touch

MOST_WORDS = 10_000
ONLY_FILES = "الرسالة مرفقات فقط، دون نص. / The e-mail holds files only, no text."


def words_of(letter: Letter) -> str:
    """Give the words of an e-mail: its own text, else its subject; with files alone a line that says so."""
    words = own_words(letter.text)[:MOST_WORDS].strip() or title_of(letter.subject)
    return words or (ONLY_FILES if letter.files or letter.files_left else "")


def is_of_a_person(mail: IncomingMail, letter: Letter) -> bool:
    """Tell whether a person seems to have written an e-mail, who can be answered."""
    own = own_addresses(mail.hospital_id)
    return why_not_a_person(letter.heads, letter.sender, letter.message_id, own) is None


def may_be_answered(mail: IncomingMail, letter: Letter) -> bool:
    """Tell whether PX360 itself may answer an e-mail: never a machine, and never whom the receiving server calls forged."""
    return not is_forged(letter.heads) and is_of_a_person(mail, letter)


def no_words(mail: IncomingMail) -> None:
    """Let an e-mail fail that holds no words and no files."""
    settle(mail, MailState.FAILED, Reason.TOO_LARGE if mail.is_cut else Reason.NO_WORDS)


def settle(
    mail: IncomingMail,
    state: MailState,
    reason: Reason | None = None,
    *,
    case: Complaint | Inquiry | None = None,
    letter: Letter | None = None,
    by: UUID | None = None,
) -> None:
    """Write what became of an e-mail. With a `letter` a case holds it: its bytes go, its whole text stays for a time."""
    mail.state, mail.reason = state, reason or ""
    mail.handled_at, mail.handled_by_id, mail.next_try_at = clock.now(), by, None
    if case is not None:
        mail.complaint_id, mail.inquiry_id = (None, case.id) if isinstance(case, Inquiry) else (case.id, None)
    if letter is not None:
        mail.raw, mail.said = None, encrypt(letter.text.encode(), context=SAID)
    db.session.flush()
    touch("incoming_mail", hospital_id=mail.hospital_id)
