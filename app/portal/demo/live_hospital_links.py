"""Playing a made-up hospital: the links that there are, and its messages sent over them at their time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.core.db import db
from app.core.time import clock
from app.integrations.hl7.frames import framed
from app.integrations.models import MllpLink, SourceSystem
from app.organizations.models import Hospital, Physician
from app.portal.demo.live_hospital_model import Step, Ward, message

ANSWER_SECONDS = 30.0
ZONE = ZoneInfo("Asia/Riyadh")


def wards_of(host: str) -> list[Ward]:
    """Give every link in use with its hospital's physicians, in the order of their ports."""
    rows = db.session.execute(
        select(MllpLink, Hospital)
        .join(SourceSystem, SourceSystem.id == MllpLink.source_id)
        .join(Hospital, Hospital.id == MllpLink.hospital_id)
        .where(MllpLink.is_active, MllpLink.archived_at.is_(None))
        .where(SourceSystem.is_active, SourceSystem.archived_at.is_(None))
        .order_by(MllpLink.port)
    ).all()
    return [Ward(host, link.port, hospital.code, _physicians(hospital)) for link, hospital in rows]


def _physicians(hospital: Hospital) -> tuple[tuple[str, str], ...]:
    query = (
        select(Physician.license_number, Physician.name_en)
        .where(Physician.hospital_id == hospital.id, Physician.archived_at.is_(None))
        .order_by(Physician.license_number)
        .limit(50)
    )
    return tuple((number, name) for number, name in db.session.execute(query))


def play(steps: Iterable[Step], *, speed: float) -> Iterator[str]:
    """Send each message at its minute, `speed` times as fast as in a hospital, and tell what was answered.

    Raises OSError when a link can not be reached.
    """
    begun = time.monotonic()
    with ExitStack() as opened:
        lines: dict[tuple[str, int], socket.socket] = {}
        for step in steps:
            time.sleep(max(0.0, begun + step.at * 60 / speed - time.monotonic()))
            where = (step.ward.host, step.ward.port)
            if where not in lines:
                lines[where] = opened.enter_context(socket.create_connection(where, timeout=ANSWER_SECONDS))
            answer = _ask(lines[where], message(step, clock.now().astimezone(ZONE)).encode())
            yield f"{step.ward.facility} {step.visit} {step.trigger} {step.section or step.place}: {answer}"


def _ask(line: socket.socket, raw: bytes) -> str:
    """Send one message and give MSA-1 of its answer."""
    line.sendall(framed(raw))
    got = b""
    while not got.endswith(b"\x1c\r"):
        piece = line.recv(4096)
        if not piece:
            return "no answer"
        got += piece
    return got.partition(b"MSA|")[2][:2].decode("ascii", "replace")
