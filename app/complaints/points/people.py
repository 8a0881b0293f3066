"""People named on a point: physicians and employees of the complaint's hospital, found by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, func, select

from app.complaints.events import PointChanged
from app.complaints.models import Complaint, ComplaintPoint
from app.complaints.points.models import PointPerson
from app.complaints.points.services import find
from app.complaints.services.working import open_case
from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import record
from app.core.text.fold import fold
from app.core.web.live import touch
from app.organizations.models import Employee, Physician

MOST = 10
OFFERED = 10  # of each kind
Person = Physician | Employee
KINDS: tuple[type[Any], ...] = (Physician, Employee)


@command
def name(complaint_id: UUID, point_id: UUID, person_id: UUID, *, actor: Actor) -> PointPerson:
    """Name a physician or an employee on a point; again is harmless.

    NotFound, NotAllowed. Invalid: nobody of this hospital. Conflict: the complaint ended, or the point names enough people.
    """
    complaint = open_case(complaint_id, version=None, actor=actor)
    point = find(complaint, point_id)
    who: Person | None = db.session.get(Physician, person_id) or db.session.get(Employee, person_id)
    if who is None or who.hospital_id != complaint.hospital_id or who.archived_at is not None:
        raise Invalid(person_id=_("Choose a person of this hospital."))
    held = db.session.execute(select(PointPerson).where(PointPerson.point_id == point.id)).scalars().all()
    known = next((each for each in held if person_id in (each.physician_id, each.employee_id)), None)
    if known is not None:
        return known
    if len(held) >= MOST:
        raise Conflict(_("A point names at most %(most)s people.", most=MOST), code="too_many_people")
    row = PointPerson(hospital_id=complaint.hospital_id, point_id=point.id, named_by_id=actor.id)
    setattr(row, "physician_id" if isinstance(who, Physician) else "employee_id", who.id)
    db.session.add(row)
    db.session.flush()
    _say(complaint, point, person_id, "person_named", actor)
    return row


@command
def take_off(complaint_id: UUID, point_id: UUID, person_id: UUID, *, actor: Actor) -> None:
    """Take a person off a point. NotFound: not named there. Conflict: the complaint ended."""
    complaint = open_case(complaint_id, version=None, actor=actor)
    point = find(complaint, point_id)
    rows = db.session.execute(select(PointPerson).where(PointPerson.point_id == point.id)).scalars()
    row = next((each for each in rows if person_id in (each.physician_id, each.employee_id)), None)
    if row is None:
        raise NotFound()
    db.session.delete(row)
    db.session.flush()
    _say(complaint, point, person_id, "person_removed", actor)


def offered(hospital_id: UUID, text: str) -> Sequence[Person]:
    """Give people of a hospital whose name in either script holds every word that was typed, physicians first."""
    words = fold(text[:100]).split()
    found: list[Person] = []
    for kind in KINDS:
        names = func.px_fold(kind.name_en + " " + kind.name_ar)
        query = select(kind).where(
            kind.hospital_id == hospital_id,
            kind.archived_at.is_(None),
            and_(True, *(names.contains(word, autoescape=True) for word in words)),
        )
        found += db.session.execute(query.order_by(kind.name_en, kind.id).limit(OFFERED)).scalars()
    return found


def accounts_of(points: Iterable[ComplaintPoint]) -> dict[UUID, str]:
    """Give the accounts of those named on points, each with the point that names them first."""
    found: dict[UUID, str] = {}
    for point in points:
        for each in point.people:
            if each.who is not None and each.who.user_id is not None:
                found.setdefault(each.who.user_id, point.summary)
    return found


def _say(complaint: Complaint, point: ComplaintPoint, person_id: UUID, what: str, actor: Actor) -> None:
    record(
        PointChanged(complaint.id, complaint.hospital_id, complaint.reference, point.id, what, person_id), actor=actor
    )
    touch("complaints", hospital_id=complaint.hospital_id)
