"""Letters and case packs: asked for by a person, drawn by a job, kept as files of the complaint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from app.complaints.enums import FINDINGS, PAPER_WORDS, ComplaintStatus
from app.complaints.events import ComplaintPaperMade
from app.complaints.models import Complaint, ComplaintPaper
from app.complaints.policy import Perm
from app.complaints.queries import with_points
from app.core.access.actor import Actor
from app.core.access.policy import authorize
from app.core.attachments.models import Attachment
from app.core.db import after_commit, command, db
from app.core.errors import Conflict, Invalid
from app.core.events import record
from app.core.i18n import LANGUAGES, in_language
from app.core.jobs import nudge_once
from app.core.time import clock
from app.core.web.live import touch

LETTER, PACK = "letter", "pack"
ENDED_OTHERWISE = (ComplaintStatus.CANCELLED, ComplaintStatus.DUPLICATE)


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a letter says around its points, and who signs it; `language` is that of the letter."""

    language: str
    opening: str
    closing: str
    signatory_name: str
    signatory_title: str


def why_no_letter(complaint: Complaint) -> Any:
    """Say why no letter can be issued now, or None: every point needs its finding and its answer."""
    if complaint.status in ENDED_OTHERWISE:
        return _("This complaint has ended without an answer.")
    if not complaint.points:
        return _("Split the complaint into its points first.")
    if any(not point.finding or not point.answer.strip() for point in complaint.points):
        return _("Give each point its finding and its answer first.")
    return None


def starting_words(language: str) -> tuple[str, str]:
    """Give the opening and the closing that a letter starts with, for the officer to change."""
    return PAPER_WORDS["ar" if language == "ar" else "en"]


@command
def issue_letter(complaint_id: UUID, facts: LetterFacts, *, version: int, actor: Actor) -> ComplaintPaper:
    """Issue the answer as a letter; its file follows within seconds.

    Invalid: by field. Conflict: a point lacks its finding or answer (`not_ready`), or somebody changed it since `version`.
    """
    complaint = _found(complaint_id, actor, version)
    wrong: dict[str, Any] = {
        name: _("This field is required.") for name, text in asdict(facts).items() if not str(text).strip()
    }
    if facts.language not in LANGUAGES:
        wrong["language"] = _("Choose one of the listed codes.")
    if wrong:
        raise Invalid(**wrong)
    why_not = why_no_letter(complaint)
    if why_not:
        raise Conflict(why_not, code="not_ready", current=complaint)
    with in_language(facts.language):
        points = [
            {"summary": point.summary, "finding": str(FINDINGS[point.finding]), "answer": point.answer}
            for point in complaint.points
        ]
    return _make(complaint, LETTER, facts.language, {**asdict(facts), "points": points}, actor)


@command
def make_pack(complaint_id: UUID, language: str, *, actor: Actor) -> ComplaintPaper:
    """Put the whole case together as a file: words, points, timeline, letters, deliveries, deadlines, hashes. Invalid."""
    if language not in LANGUAGES:
        raise Invalid(language=_("Choose one of the listed codes."))
    return _make(_found(complaint_id, actor, None), PACK, language, {}, actor)


def _found(complaint_id: UUID, actor: Actor, version: int | None) -> Complaint:
    complaint = with_points(complaint_id, actor=actor, version=version)
    authorize(actor, Perm.WORK, complaint)
    return complaint


def _make(complaint: Complaint, kind: str, language: str, says: dict[str, Any], actor: Actor) -> ComplaintPaper:
    last = db.session.execute(
        select(func.max(ComplaintPaper.number)).where(
            ComplaintPaper.complaint_id == complaint.id, ComplaintPaper.kind == kind
        )
    ).scalar_one()
    paper = ComplaintPaper(
        hospital_id=complaint.hospital_id,
        complaint_id=complaint.id,
        kind=kind,
        number=(last or 0) + 1,
        language=language,
        says=says,
        made_by_id=actor.id,
        made_at=clock.now(),
    )
    db.session.add(paper)
    db.session.flush()
    record(
        ComplaintPaperMade(complaint.id, complaint.hospital_id, complaint.reference, paper.id, kind, language),
        actor=actor,
    )
    touch("complaints", hospital_id=complaint.hospital_id)
    after_commit(_nudge)
    return paper


def _nudge() -> None:
    from app.complaints.jobs import draw_papers

    nudge_once(draw_papers)


def papers_of(complaint_id: UUID) -> Sequence[ComplaintPaper]:
    """Give the papers of a complaint with their files, newest first; the caller has found the complaint."""
    query = (
        select(ComplaintPaper)
        .outerjoin(Attachment, Attachment.id == ComplaintPaper.attachment_id)
        .options(contains_eager(ComplaintPaper.attachment))
        .where(ComplaintPaper.complaint_id == complaint_id)
        .order_by(ComplaintPaper.made_at.desc())
    )
    return db.session.execute(query).scalars().all()


def letters_of(complaint_id: UUID) -> list[ComplaintPaper]:
    """Give the letters that who complained may take: issued and drawn."""
    return [each for each in papers_of(complaint_id) if each.kind == LETTER and each.state == "ready"]
