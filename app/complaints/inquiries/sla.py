"""The clock of an inquiry: it runs while somebody waits for the answer; a question that is opened again starts a new cycle."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.rungs import people_on_rung
from app.complaints.inquiries.models import Inquiry
from app.complaints.policy import Perm
from app.complaints.sources.known import Labels
from app.core.access.actor import Actor, Role
from app.core.access.policy import load
from app.core.db import db
from app.core.sla import clocks, extensions, many
from app.core.sla.kinds import CaseName, ClockKind, declare
from app.core.sla.seeds import Target

INQUIRY = "inquiry"  # whose clock it is
ANSWER = "inquiry.answer"
TARGETS = (Target(8),)  # starting value of product.md section 6


def start(inquiry: Inquiry, *, actor: Actor, started_at: datetime | None = None) -> None:
    """Start the clock from an instant (None: now), and copy its due time to the inquiry, for lists."""
    clock = clocks.start(ANSWER, _subject_of(inquiry), actor=actor, started_at=started_at)
    inquiry.due_at = clock.due_at if clock else None


def stop(inquiries: Sequence[Inquiry]) -> None:
    """End the clocks of these inquiries where they run."""
    if inquiries:
        many.stop([inquiry.id for inquiry in inquiries], [ANSWER])


def regain(inquiries: Sequence[Inquiry], *, actor: Actor) -> None:
    """Let the clocks of inquiries that go on again count from their original start, as though they had never been stopped."""
    if not inquiries:
        return
    found = many.newest_of([inquiry.id for inquiry in inquiries], ANSWER)
    many.regain(found.values(), "uncancelled", actor=actor)
    for inquiry in inquiries:
        if inquiry.id in found:
            inquiry.due_at = found[inquiry.id].due_at


def revise(inquiry: Inquiry, cause: str, *, actor: Actor) -> None:
    """Count the open clock anew after the source changed; a later due time waits for a second person."""
    clock = clocks.open_clock(inquiry.id, ANSWER)
    if clock is not None:
        extensions.revise(clock, _subject_of(inquiry), cause, actor=actor)
        inquiry.due_at = clock.due_at


def _subject_of(inquiry: Inquiry) -> clocks.Subject:
    return clocks.Subject(INQUIRY, inquiry.id, inquiry.hospital_id, source=inquiry.channel)


def take_due_time(inquiry: Inquiry) -> None:
    """Copy the open clock's due time to the inquiry."""
    clock = clocks.open_clock(inquiry.id, ANSWER)
    if clock is not None:
        inquiry.due_at = clock.due_at


def _find(inquiry_id: UUID, actor: Actor) -> Inquiry:
    return load(Inquiry, inquiry_id, actor=actor, needs=Perm.INQUIRY_READ)


def _names(ids: Collection[UUID]) -> dict[UUID, CaseName]:
    rows = db.session.execute(select(Inquiry.id, Inquiry.reference).where(Inquiry.id.in_(ids)))
    return {row.id: CaseName(row.reference, f"/inquiries/{row.id}") for row in rows}


def _deciders(inquiry_id: UUID) -> list[UUID]:
    inquiry = db.session.get_one(Inquiry, inquiry_id)
    return people_on_rung(Role.HOSPITAL_ADMIN, inquiry.hospital_id, [])


declare(
    ClockKind(
        ANSWER,
        _l("Inquiry: answer"),
        find=_find,
        names=_names,
        asks=Perm.INQUIRY_WORK,
        grants=Perm.INQUIRY_CONVERT,  # the office
        deciders=_deciders,
        sources=Labels("inquiry"),
    )
)
