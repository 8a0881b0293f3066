"""Drawing letters and case packs: the template with everything that it says, as a page and as a PDF."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app.complaints.models import Complaint, ComplaintPaper
from app.complaints.papers import services as papers
from app.complaints.show import case_of
from app.complaints.sources.known import kept
from app.core.access.actor import Actor
from app.core.attachments import keeping
from app.core.attachments.keeping import About, Incoming
from app.core.attachments.models import Attachment
from app.core.db import command, db
from app.core.events.models import EventLog, EventSeal
from app.core.i18n import direction, in_language, named
from app.core.logging import get_logger
from app.core.paper import NoPaper, pdf_of
from app.notifications import queries as notifications
from app.organizations.models import Hospital

log = get_logger(__name__)
BATCH = 20


def page_of(paper: ComplaintPaper, actor: Actor, sheet: str = "css/paper.css") -> str:
    """Give a paper as an HTML page in its own language; the caller has found its complaint through the actor.

    `sheet` is the address of the style sheet: within the static folder for the PDF, of the portal for a browser.
    """
    complaint = db.session.get_one(Complaint, paper.complaint_id)
    hospital = db.session.get_one(Hospital, paper.hospital_id)
    more: dict[str, Any] = _whole_case(paper, actor) if paper.kind == papers.PACK else {}
    with in_language(paper.language):
        # no request stands behind a job: what the frame of pages asks of one is not needed here
        return current_app.jinja_env.get_template(f"complaints/papers/{paper.kind}.html").render(
            named=named,
            paper=paper,
            complaint=complaint,
            hospital=hospital,
            spoken=paper.language,
            direction=direction(paper.language),
            sheet=sheet,
            **more,
        )


def _whole_case(paper: ComplaintPaper, actor: Actor) -> dict[str, Any]:
    with in_language(paper.language), kept():
        case = case_of(paper.complaint_id, actor)
    messages = notifications.sent_outside(paper.complaint_id)
    sealed = db.session.execute(
        select(EventLog.at, EventLog.kind, EventSeal.position, EventSeal.digest)
        .outerjoin(EventSeal, EventSeal.event_id == EventLog.id)
        .where(EventLog.subject_id == paper.complaint_id)
        .order_by(EventLog.at, EventLog.id)
        .limit(500)
    ).all()
    return {
        "case": case,
        "letters": [each for each in papers.papers_of(paper.complaint_id) if each.kind == papers.LETTER],
        "messages": messages,
        "numbers": {message.id: f"M{number}" for number, (message, _tries) in enumerate(messages, 1)},
        "files": keeping.of_case(paper.complaint_id),
        "sealed": sealed,
        "fingerprint": hashlib.sha256(b"".join(bytes(row.digest) for row in sealed if row.digest)).hexdigest(),
    }


def draw_waiting(actor: Actor) -> int:
    """Draw the papers that wait, each in a transaction of its own; gives how many were tried."""
    waiting = db.session.execute(
        select(ComplaintPaper.id)
        .where(ComplaintPaper.state == "waiting")
        .order_by(ComplaintPaper.created_at)
        .limit(BATCH)
    ).scalars()
    found = waiting.all()
    for paper_id in found:
        draw(paper_id, actor=actor)
    return len(found)


@command
def draw(paper_id: UUID, *, actor: Actor) -> None:
    """Draw one paper and hang its file on the complaint; one that somebody else draws is left alone."""
    paper = db.session.execute(
        select(ComplaintPaper)
        .where(ComplaintPaper.id == paper_id, ComplaintPaper.state == "waiting")
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    if paper is None:
        return
    try:
        data = pdf_of(page_of(paper, actor))
    except NoPaper as problem:
        log.warning("no_paper", problem=str(problem)[:200])
        paper.state = "failed"
        return
    reference = db.session.get_one(Complaint, paper.complaint_id).reference
    name = f"{reference}-{paper.kind}-{paper.number}-{paper.language}.pdf"
    incoming = Incoming(name, "application/pdf", data, hashlib.sha256(data).hexdigest())
    about = About("complaint", paper.complaint_id, paper.hospital_id)
    paper.attachment_id, paper.state = keeping.keep(about, [incoming], actor=actor).rows[0].id, "ready"
    db.session.get_one(Attachment, paper.attachment_id).added_by_id = paper.made_by_id
