"""Making an edition current: points of open complaints follow the mapping, those of ended ones keep class and names."""

from __future__ import annotations

from collections import Counter, defaultdict
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select, update

from app.complaints.models import Complaint, ComplaintPoint, ComplaintSuggestion
from app.complaints.taxonomy.drafts import said, unlocked
from app.complaints.taxonomy.events import ComplaintReclassified
from app.complaints.taxonomy.models import TaxonomyMapping, TaxonomyVersion
from app.complaints.taxonomy.queries import Plan, plan_of
from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict
from app.core.events import record
from app.core.time import clock
from app.core.web.live import touch


@command
def make_current(edition_id: UUID, *, version: int, actor: Actor) -> int:
    """Put a draft in force; gives how many points moved. What was chosen stays on each point as its `names`.

    Conflict: no draft, changed since `version`, without classes, or used classes are neither mapped nor kept (`unmapped`).
    """
    edition = unlocked(edition_id, version=version, actor=actor)
    former = db.session.execute(
        select(TaxonomyVersion).where(TaxonomyVersion.is_current).with_for_update()
    ).scalar_one_or_none()
    plan = plan_of(edition, actor=actor)
    _refuse(plan, edition)
    if former is not None:
        former.is_current = False
        db.session.flush()  # one edition is in force at a time
    edition.is_current, edition.made_current_at, edition.made_current_by_id = True, clock.now(), actor.id
    db.session.flush()
    _keep_mapping(edition, former, plan)
    moved = _move_points(edition, actor)
    _move_suggestions(edition)
    said(edition, "made_current", actor, moved=moved)
    return moved


def _refuse(plan: Plan, edition: TaxonomyVersion) -> None:
    if not plan.has_classes:
        raise Conflict(_("This edition has no class that is in use."), code="empty", current=edition)
    if plan.missing:
        raise Conflict(
            ngettext(
                "One class on complaints is neither mapped nor kept.",
                "%(num)s classes on complaints are neither mapped nor kept.",
                plan.missing,
            ),
            code="unmapped",
            current=edition,
        )


def _keep_mapping(edition: TaxonomyVersion, former: TaxonomyVersion | None, plan: Plan) -> None:
    """Write for every class of every earlier edition what it is now, so that old votes and comparisons find it."""
    now = {line.old.id: line.new.id if line.new else None for line in plan.lines}
    if former is not None:
        earlier = select(TaxonomyMapping.old_class_id, TaxonomyMapping.new_class_id).filter_by(edition_id=former.id)
        now |= {old: now.get(new) if new else None for old, new in db.session.execute(earlier).all()}
    known = {
        row.old_class_id: row
        for row in db.session.execute(select(TaxonomyMapping).filter_by(edition_id=edition.id)).scalars()
    }
    for old_id, new_id in now.items():
        if old_id in known:
            known[old_id].new_class_id = new_id
        else:
            db.session.add(TaxonomyMapping(edition_id=edition.id, old_class_id=old_id, new_class_id=new_id))
    db.session.flush()


def _move_points(edition: TaxonomyVersion, actor: Actor) -> int:
    """Give points of open complaints their class of this edition; their names stay. Each complaint's timeline tells it."""
    moved = db.session.execute(
        update(ComplaintPoint)
        .where(
            ComplaintPoint.class_id == TaxonomyMapping.old_class_id,
            TaxonomyMapping.edition_id == edition.id,
            ComplaintPoint.complaint_id == Complaint.id,
            Complaint.closed_at.is_(None),
        )
        .values(class_id=TaxonomyMapping.new_class_id, version=ComplaintPoint.version + 1, updated_at=clock.now())
        .returning(Complaint.id, Complaint.hospital_id, Complaint.reference)
        .execution_options(synchronize_session=False)
    ).all()
    found: Counter[tuple[UUID, UUID, str]] = Counter((row[0], row[1], row[2]) for row in moved)
    for (complaint_id, hospital_id, reference), count in found.items():
        record(ComplaintReclassified(complaint_id, hospital_id, reference, edition.name, count), actor=actor)
    for hospital_id in {row[1] for row in moved}:
        touch("complaints", hospital_id=hospital_id)
    return len(moved)


def _move_suggestions(edition: TaxonomyVersion) -> None:
    """Let suggestions that nobody judged name the class of this edition; one whose class is gone is ignored."""
    successor = {
        str(old): new
        for old, new in db.session.execute(
            select(TaxonomyMapping.old_class_id, TaxonomyMapping.new_class_id).filter_by(edition_id=edition.id)
        ).all()
    }
    waiting = db.session.execute(
        select(ComplaintSuggestion.id, ComplaintSuggestion.complaint_id, ComplaintSuggestion.value)
        .where(ComplaintSuggestion.what == "class", ComplaintSuggestion.state == "open")
        .order_by(ComplaintSuggestion.confidence.desc(), ComplaintSuggestion.id)
    ).all()
    renamed: dict[str, list[UUID]] = defaultdict(list)
    gone: list[UUID] = []
    taken: set[tuple[UUID, str]] = set()
    for row_id, complaint_id, value in waiting:
        new = successor.get(value)
        if new is None or (complaint_id, str(new)) in taken:
            gone.append(row_id)
            continue
        taken.add((complaint_id, str(new)))
        renamed[str(new)].append(row_id)
    for value, ids in renamed.items():
        _write(ids, value=value)
    if gone:
        _write(gone, state="ignored", judged_at=clock.now())


def _write(ids: list[UUID], **values: object) -> None:
    db.session.execute(
        update(ComplaintSuggestion)
        .where(ComplaintSuggestion.id.in_(ids))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
