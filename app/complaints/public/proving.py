"""Proving who follows a complaint: a code to the phone on file (else by e-mail), or that of who stays unnamed; then a proof.

Nothing is stored: codes and proofs are derived from the link key, the complaint and the time. Tries are counted.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.complaints.casework.contact import recipient_of
from app.complaints.models import Complaint
from app.complaints.public.tracking import PURPOSE
from app.core import throttle
from app.core.access.actor import acting_as, system_actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import in_language, named
from app.core.keys.links import handle_of, keyed_digest
from app.core.text.digits import western_digits
from app.core.time import clock
from app.notifications.enums import Channel, MessageClass
from app.notifications.services import messages
from app.organizations.models import Hospital

CODE = "complaints/code"
GOOD_FOR = timedelta(minutes=10)  # a code; taken until twice as long, so that no slow message makes it useless
PROOF_FOR = timedelta(minutes=30)
CODE_SIGNS = 6
UNNAMED_SIGNS = 8


def found_by(token: str) -> Complaint:
    """Give the complaint of a tracking link. NotFound: no link of ours."""
    handle = handle_of(PURPOSE, token)
    if handle is None:
        raise NotFound()
    with acting_as(system_actor("somebody follows a complaint by its link")):
        row = db.session.execute(select(Complaint).where(Complaint.handle == handle)).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


@command
def send_code(token: str) -> str:
    """Send a code to the phone on file, else by e-mail; gives the last digits of that phone, or an empty text.

    Nothing is sent for an unnamed complaint. NotFound; Conflict (`unreachable`): there is nowhere to send to; TooMany.
    """
    complaint = found_by(token)
    if complaint.is_anonymous:
        return ""
    actor = system_actor("who complained asks for a code", complaint.hospital_id)
    with acting_as(actor):
        to = recipient_of(complaint)
        if to is None or not (to.phone or to.email):
            raise Conflict(_("We have no phone to send a code to. Please call the office."), code="unreachable")
        throttle.hit("complaint.code_sent", complaint.handle)
        with in_language(to.language):
            words = {
                "hospital": named(db.session.get_one(Hospital, complaint.hospital_id)),
                "code": _codes(complaint)[0],
            }
        messages.send(
            CODE,
            to=to,
            params=words,
            once=f"{CODE}:{complaint.id}:{int(clock.now().timestamp())}",
            hospital_id=complaint.hospital_id,
            about=("complaint", complaint.id),
            message_class=MessageClass.SECURITY,
            channels=[Channel.SMS if to.phone else Channel.EMAIL],
            actor=actor,
        )
    return to.phone[-3:]


def prove(token: str, code: str) -> str:
    """Give the proof for a right code. NotFound; Invalid (`code`): it is wrong or old; TooMany after a few tries."""
    complaint = found_by(token)
    throttle.hit("complaint.code", complaint.handle)
    given = "".join(western_digits(code).split())
    known = [unnamed_code(complaint)] if complaint.is_anonymous else _codes(complaint)
    if not any(hmac.compare_digest(given.encode(), each.encode()) for each in known):
        raise Invalid(code=_("This code is wrong or too old."))
    throttle.forget("complaint.code", complaint.handle)
    return _proof(complaint, int((clock.now() + PROOF_FOR).timestamp()))


def proved(token: str, proof: str) -> Complaint:
    """Give the complaint to who proved to be the complainant. NotFound; Conflict (`proof_over`): the half hour is over."""
    complaint = found_by(token)
    until = proof.partition(".")[0]
    good = until.isascii() and until.isdigit() and len(until) < 12 and int(until) > clock.now().timestamp()
    if not good or not hmac.compare_digest(_proof(complaint, int(until)).encode(), proof.encode()):
        raise Conflict(_("Please ask for a new code."), code="proof_over")
    return complaint


def unnamed_code(complaint: Complaint) -> str:
    """Give the tracking code of an unnamed complaint, which is shown once, when it was sent."""
    return _digits(f"unnamed:{complaint.handle}", UNNAMED_SIGNS)


def _codes(complaint: Complaint) -> list[str]:
    """Give the code of now and the one before it."""
    span = int(clock.now().timestamp() // GOOD_FOR.total_seconds())
    return [_digits(f"{complaint.handle}:{each}", CODE_SIGNS) for each in (span, span - 1)]


def _digits(said: str, signs: int) -> str:
    number = int.from_bytes(keyed_digest("complaint code", said.encode())[:8], "big")
    return f"{number % 10**signs:0{signs}d}"


def _proof(complaint: Complaint, until: int) -> str:
    return f"{until}.{keyed_digest('complaint proof', f'{complaint.handle}:{until}'.encode()).hex()[:32]}"
