"""Sending HL7 as a hospital system does, over HTTP, and reading what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.keys.fields import decrypt
from app.integrations.models import InboundEvent
from app.integrations.services import intake, processing

SYSTEM = system_actor("test")
ADDRESS = "/api/integrations/hl7/"


@dataclass(frozen=True)
class Said:
    """An acknowledgement: MSA-1, the control id it answers, and the segments as text."""

    code: str
    control: str
    text: str


def said(answer: bytes) -> Said:
    """Read an acknowledgement."""
    segments = answer.decode("latin-1").rstrip("\r").split("\r")
    assert segments[0].startswith("MSH"), answer
    mark = segments[0][3]
    msa = next(line for line in segments if line.startswith("MSA")).split(mark)
    return Said(msa[1], msa[2], "\n".join(segments))


def post(client: Any, key: str, message: str | bytes, **headers: str) -> Said:
    """Send a message with the source's key; the answer is an acknowledgement, whatever was sent."""
    raw = message.encode() if isinstance(message, str) else message
    answer = client.post(ADDRESS, data=raw, headers={"Authorization": f"Bearer {key}", **headers})
    assert answer.status_code == 200, (answer.status_code, answer.get_data())
    assert answer.content_type == "application/hl7-v2"
    return said(answer.get_data())


def rows(model: type) -> list[Any]:
    """Every row of a table, oldest first, as it stands now."""
    with acting_as(SYSTEM):
        query = sa.select(model).order_by(model.created_at, model.id).execution_options(populate_existing=True)
        return list(db.session.execute(query).unique().scalars())


def events() -> list[InboundEvent]:
    """Every inbound event."""
    return rows(InboundEvent)


def kept(event: InboundEvent) -> str:
    """What is kept of a message, in plain."""
    return decrypt(event.raw or b"", context=intake.RAW_CONTEXT).decode("latin-1")


def work() -> None:
    """Carry out what is due, as the worker does."""
    while processing.process_due():
        pass
