"""Points of a complaint: each matter is classified, judged and answered by itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import selectinload

from app.complaints.enums import FINDINGS, HARM
from app.complaints.events import PointChanged
from app.complaints.models import Complaint, ComplaintPoint, Explanation, TaxonomyClass, TaxonomyVersion
from app.complaints.points.models import PointPerson
from app.complaints.services.working import open_case
from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import Change, record
from app.core.web.live import touch
from app.organizations import queries as organizations

MOST = 12
LEVELS = ("domain", "category", "subcategory", "name")


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What is said of a point."""

    summary: str
    class_id: UUID | None = None
    department_id: UUID | None = None
    harm: int | None = None
    finding: str = ""
    answer: str = ""


@command
def add(complaint_id: UUID, facts: PointFacts, *, actor: Actor) -> ComplaintPoint:
    """Add a point; its department is concerned from now on and sees the complaint. Invalid, Conflict (ended, too many)."""
    complaint = open_case(complaint_id, version=None, actor=actor)
    held = db.session.execute(
        select(func.count(), func.coalesce(func.max(ComplaintPoint.position), 0)).where(
            ComplaintPoint.complaint_id == complaint.id
        )
    ).one()
    if held[0] >= MOST:
        raise Conflict(_("A complaint has at most %(most)s points.", most=MOST), code="too_many_points")
    names = _checked(complaint, facts, None)
    point = ComplaintPoint(
        hospital_id=complaint.hospital_id,
        complaint_id=complaint.id,
        position=held[1] + 1,
        names=names,
        **asdict(facts),
    )
    db.session.add(point)
    db.session.flush()
    db.session.refresh(point, ["people"])
    _say(complaint, point, "added", actor)
    return point


@command
def change(complaint_id: UUID, point_id: UUID, facts: PointFacts, *, version: int, actor: Actor) -> ComplaintPoint:
    """Classify, judge or answer a point. Invalid by field; Conflict: ended, or somebody changed the point meanwhile."""
    complaint = open_case(complaint_id, version=None, actor=actor)
    point = find(complaint, point_id)
    if point.version != version:
        raise Conflict(current=point)
    point.names = _checked(complaint, facts, point)
    for name, value in asdict(facts).items():
        setattr(point, name, value)
    _say(complaint, point, "changed", actor, Change.of(point))
    return point


@command
def remove(complaint_id: UUID, point_id: UUID, *, version: int, actor: Actor) -> None:
    """Take a point back that was entered in error. Conflict: somebody was asked to explain it, or it changed meanwhile."""
    complaint = open_case(complaint_id, version=None, actor=actor)
    point = find(complaint, point_id)
    if point.version != version:
        raise Conflict(current=point)
    asked = select(Explanation.id).where(Explanation.point_id == point.id).limit(1)
    if db.session.execute(asked).first() is not None:
        raise Conflict(_("Somebody was asked to explain this point, so it stays."), code="explained")
    db.session.execute(delete(PointPerson).where(PointPerson.point_id == point.id))
    db.session.delete(point)
    db.session.flush()
    _say(complaint, point, "removed", actor)


def find(complaint: Complaint, point_id: UUID) -> ComplaintPoint:
    """Give a point of a complaint that was loaded through the actor. NotFound."""
    point = db.session.execute(
        select(ComplaintPoint)
        .where(ComplaintPoint.id == point_id, ComplaintPoint.complaint_id == complaint.id)
        .options(selectinload(ComplaintPoint.people))
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if point is None:
        raise NotFound()
    return point


def _checked(complaint: Complaint, facts: PointFacts, point: ComplaintPoint | None) -> dict[str, Any]:
    """Check what was given and give the class's names as they are now.

    A class of an earlier edition may stay, with the names of its time; one that moved with its edition gets its names anew.
    """
    wrong: dict[str, Any] = {}
    if not facts.summary.strip():
        wrong["summary"] = _("Say in a few words what this point is.")
    if facts.harm is not None and facts.harm not in HARM:
        wrong["harm"] = _("Choose one of the listed codes.")
    if facts.finding and facts.finding not in FINDINGS:
        wrong["finding"] = _("Choose one of the listed codes.")
    if facts.finding and not facts.answer.strip():
        wrong["answer"] = _("A finding needs its answer.")
    if facts.department_id and not organizations.is_department_of(complaint.hospital_id, facts.department_id):
        wrong["department_id"] = _("Choose a department of this hospital.")
    names = _names(facts.class_id, point, wrong)
    if wrong:
        raise Invalid(**wrong)
    return names


def _names(class_id: UUID | None, point: ComplaintPoint | None, wrong: dict[str, Any]) -> dict[str, Any]:
    if class_id is None:
        return {}
    chosen = db.session.execute(
        select(TaxonomyClass)
        .join(TaxonomyVersion, TaxonomyVersion.id == TaxonomyClass.taxonomy_id)
        .where(TaxonomyClass.id == class_id, TaxonomyClass.retired_at.is_(None), TaxonomyVersion.is_current)
        .with_for_update(read=True, of=TaxonomyVersion)  # no other edition becomes current before this is written
    ).scalar_one_or_none()
    if chosen is None and point is not None and point.class_id == class_id:
        return point.names
    if chosen is None:
        wrong["class_id"] = _("Choose a classification of the current edition.")
        return {}
    names = {
        f"{level}_{language}": getattr(chosen, f"{level}_{language}") for level in LEVELS for language in ("en", "ar")
    }
    return {"code": chosen.code, **names}


def _say(complaint: Complaint, point: ComplaintPoint, what: str, actor: Actor, change: Change | None = None) -> None:
    concern(complaint)
    record(
        PointChanged(complaint.id, complaint.hospital_id, complaint.reference, point.id, what),
        actor=actor,
        change=change,
    )
    touch("complaints", hospital_id=complaint.hospital_id)


def concern(complaint: Complaint) -> None:
    """Write anew which departments are concerned: the one that leads, those of the points, those that were asked."""
    db.session.flush()
    of_points = select(ComplaintPoint.department_id).where(ComplaintPoint.complaint_id == complaint.id)
    of_requests = select(Explanation.department_id).where(Explanation.complaint_id == complaint.id)
    found = set(db.session.execute(of_points.union(of_requests)).scalars()) | {complaint.department_id}
    complaint.department_ids = sorted((each for each in found if each is not None), key=str)
