"""What of a message may be kept: only fields that the portal reads or that tell people apart.

Results, reports, diagnoses, allergies and drugs are gone before the first write. A table of what stays is safer than one of
what goes: a segment that a site invents (Z..) may hold anything, so it goes too. Works on bytes, since a message that can
not be decoded is kept as well. Source: issue 3 section 5; SDAIA rules on health data (domain.md 1.4).
"""

from __future__ import annotations

import re

from app.integrations.hl7.frames import unframed

ALL: frozenset[int] | None = None
KEPT: dict[bytes, frozenset[int] | None] = {
    b"MSH": ALL,
    b"EVN": ALL,
    b"PID": ALL,
    b"PD1": ALL,
    b"NK1": ALL,
    b"MRG": ALL,
    b"PV1": ALL,
    b"ORC": frozenset({1, 2, 3, 5, 9}),
    b"OBR": frozenset({1, 2, 3, 22, 24, 25}),  # not what was ordered, and not why
    b"SCH": frozenset({1, 2, 11, 25}),  # not the reason of the appointment
    b"RXD": frozenset({3}),
    b"RXA": frozenset({3}),
}
_BREAKS = re.compile(rb"\r\n|\r|\n")
_SEGMENT = re.compile(rb"[A-Z][A-Z0-9]{2}$")


def blanked(raw: bytes) -> bytes:
    """Give the message with everything blanked that may not be stored; segments keep their places and names."""
    body = unframed(raw)
    mark = body[3:4] or b"|"
    lines: list[bytes] = []
    is_kept = True
    for line in _BREAKS.split(body):
        name = line.split(mark, 1)[0]
        if not _SEGMENT.match(name):
            if is_kept and lines and mark not in line:  # the rest of a text field with a bare line break in it
                lines[-1] += b" " + line
            continue  # anything longer may be a segment in disguise (lower case, a blank before it): never kept
        is_kept = name in KEPT and KEPT[name] is ALL
        lines.append(_line(line, name, mark))
    return b"\r".join(lines)


def _line(line: bytes, name: bytes, mark: bytes) -> bytes:
    kept = KEPT.get(name, frozenset())
    if kept is None:
        return line
    fields = line.split(mark)
    return mark.join(field if place == 0 or place in kept else b"" for place, field in enumerate(fields)).rstrip(mark)
