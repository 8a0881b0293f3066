"""Acknowledgements: AA taken, AE an error in the content, AR refused. In the sender's separators, version and charset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.integrations.hl7.reader import UNUSED, Marks, Segment
from app.integrations.hl7.times import written

PLAIN = Marks("|", "^", "~", "\\", "&")
OWN_NAME = "PX360"
_CONTROLS = dict.fromkeys([*range(32), 127])


class Ack(StrEnum):
    """MSA-1."""

    ACCEPTED = "AA"
    ERROR = "AE"
    REJECTED = "AR"


# HL7 table 0357
CODES = {
    "bad_content": ("102", "Data type error"),
    "no_patient": ("101", "Required field missing"),
    "no_encounter": ("101", "Required field missing"),
    "unknown_code": ("103", "Table value not found"),
    "processing_id": ("202", "Unsupported processing id"),
    "version": ("203", "Unsupported version id"),
}
OTHER = ("207", "Application internal error")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a message was not accepted: a code, and the field at fault as in PID-7."""

    code: str
    place: str = ""


def acknowledge(header: Segment | None, ack: Ack, now: datetime, own_id: str, reason: Reason | None = None) -> bytes:
    """Write the acknowledgement of the message with this header (None: there was none that could be read).

    It holds the control id, codes and names of fields, never a value of the message.
    """
    marks = header.marks if header else PLAIN
    version = (header.raw(12) if header else "") or "2.5"
    trigger = header.text(9, 2) if header else ""
    signs = header.raw(2) if header else "^~\\&"
    kind = marks.component.join(part for part in ("ACK", trigger, "ACK" if trigger else "") if part)
    msh = [
        "MSH",
        signs,
        OWN_NAME,
        "",
        header.raw(3) if header else "",
        header.raw(4) if header else "",
        written(now),
        "",
        kind,
        own_id,
        (header.raw(11) if header else "") or "P",
        version,
    ]
    if header and header.raw(18):
        msh += [""] * 5 + [header.raw(18)]
    text = CODES.get(reason.code, OTHER)[1] if reason else ""
    lines = [msh, ["MSA", ack, header.raw(10) if header else "", text]]
    if reason:
        lines.append(_err(reason, marks, version))
    plain = (marks.field.join(line).translate(_CONTROLS) for line in lines)  # an echoed field may hold anything
    return ("\r".join(plain) + "\r").encode("latin-1", "replace")


def _err(reason: Reason, marks: Marks, version: str) -> list[str]:
    number, text = CODES.get(reason.code, OTHER)
    coded = marks.component.join((number, text, "HL70357"))
    segment, _, field = reason.place.partition("-")
    if version.startswith(("2.3", "2.4")):  # ERR-1 held place and code then
        within = marks.subcomponent if marks.subcomponent != UNUSED else PLAIN.subcomponent
        return ["ERR", marks.component.join((segment, "1", field, within.join((number, text))))]
    place = marks.component.join((segment, "1", field)) if reason.place else ""
    return ["ERR", "", place, coded, "E"]
