"""What the page of one e-mail shows of its content, while that is kept."""

from __future__ import annotations

from dataclasses import dataclass

from app.complaints.mail.models import IncomingMail
from app.complaints.mail.rules.parts import Unreadable, as_plain_text, read_letter
from app.complaints.mail.services.handling import raw_of
from app.complaints.mail.services.polling import SAID
from app.core.keys.fields import Undecipherable, decrypt

SHOWN = 20_000  # signs


@dataclass(frozen=True, slots=True)
class Content:
    """The whole text of an e-mail, quoted history included, and the names of its files (of those a complaint holds: none)."""

    text: str
    files: tuple[str, ...] = ()
    is_longer: bool = False


def content_of(mail: IncomingMail) -> Content | None:
    """Give what an e-mail says; None where it is not kept (any more)."""
    if mail.said is not None:
        try:
            text = decrypt(mail.said, context=SAID).decode()
        except Undecipherable:
            return None
        return Content(text[:SHOWN], (), len(text) > SHOWN)
    try:
        raw = raw_of(mail)
    except Unreadable:
        return None
    try:
        letter = read_letter(raw)
    except Unreadable:
        letter = as_plain_text(raw)
    names = (*(name for name, _data in letter.files), *letter.files_left)
    return Content(letter.text[:SHOWN], names, len(letter.text) > SHOWN)
