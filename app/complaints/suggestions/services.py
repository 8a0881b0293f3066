"""Suggesting: what a new complaint may be, whom it may concern and how grave it may be. Nothing is applied here."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.complaints import queries
from app.complaints.enums import FINAL, ComplaintStatus
from app.complaints.links.similar import LEAST_SIGNS
from app.complaints.models import Complaint, ComplaintPoint, ComplaintSuggestion
from app.complaints.rules import red_flags
from app.complaints.rules.guessing import Guess, by_words, joined, votes
from app.complaints.seeds import SOURCE
from app.complaints.taxonomy import queries as taxonomy
from app.core.access.actor import Actor
from app.core.db import command, db
from app.core.severity import Severity
from app.organizations import queries as organizations

NEIGHBOURS = 12
LOOKS_BACK = timedelta(days=730)
LEAST = {"class": 0.25, "department": 0.3, "severity": 0.5}  # confidence below which nothing is said
MOST = {"class": 3, "department": 1, "severity": 1}
BY_FLAG = 0.9
UNJUDGED = (
    ComplaintStatus.NEW,
    ComplaintStatus.CANCELLED,
    ComplaintStatus.DUPLICATE,
)  # nobody has said yet what they are


@command
def suggest(complaint_id: UUID, *, actor: Actor) -> int:
    """Keep what is suggested for a complaint, once; nothing for one that has ended. Gives how many suggestions.

    From earlier cases of its hospital in near words, from the words of the classes, and from its red flags.
    """
    complaint = db.session.get(Complaint, complaint_id, with_for_update=True)
    if complaint is None or complaint.status in FINAL or _is_done(complaint_id):
        return 0
    near = _near_cases(complaint)
    found = {
        "class": _classes(complaint, near),
        "department": _departments(complaint, near),
        "severity": _severity(complaint, near),
    }
    rows = [
        ComplaintSuggestion(
            hospital_id=complaint.hospital_id,
            complaint_id=complaint.id,
            what=what,
            value=guess.value,
            confidence=round(guess.confidence, 3),
            made_from=_made_from(complaint, what, guess),
        )
        for what, guesses in found.items()
        for guess in guesses[: MOST[what]]
        if guess.confidence >= LEAST[what]
    ]
    db.session.add_all(rows)
    db.session.flush()
    return len(rows)


def _is_done(complaint_id: UUID) -> bool:
    made = select(ComplaintSuggestion.id).where(ComplaintSuggestion.complaint_id == complaint_id).limit(1)
    return db.session.execute(made).first() is not None


def _near_cases(complaint: Complaint) -> list[tuple[Complaint, float]]:
    """The nearest cases of the hospital that somebody has worked on, with their likeness."""
    if len(complaint.folded) < LEAST_SIGNS:
        return []
    likeness = func.similarity(Complaint.folded, complaint.folded)
    query = (
        select(Complaint, likeness)
        .where(
            Complaint.hospital_id == complaint.hospital_id,
            Complaint.id != complaint.id,
            Complaint.folded.bool_op("%")(complaint.folded),
            Complaint.status.not_in(UNJUDGED),
            Complaint.received_at > complaint.received_at - LOOKS_BACK,
        )
        .order_by(likeness.desc(), Complaint.received_at.desc())
        .limit(NEIGHBOURS)
    )
    return [(row[0], float(row[1])) for row in db.session.execute(query)]


def _classes(complaint: Complaint, near: Sequence[tuple[Complaint, float]]) -> list[Guess]:
    current = {str(each.id): each for each in queries.options_classes()}
    phrases = {
        class_id: [each.name_en, each.name_ar, *class_words().get(each.code, ())] for class_id, each in current.items()
    }
    known = [(class_id, likeness) for class_id, likeness in _class_votes(near, current) if class_id in current]
    return joined(votes(known), by_words(complaint.words, phrases))


def _class_votes(near: Sequence[tuple[Complaint, float]], current: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Give the classes of near cases; one of an earlier edition votes for what it became."""
    told = [(str(point.class_id), likeness) for point, likeness in _points_of(near) if point.class_id]
    if all(class_id in current for class_id, _likeness in told):
        return told
    now = {str(old): str(new) for old, new in taxonomy.successors().items()}
    return [(now.get(class_id, class_id), likeness) for class_id, likeness in told]


@lru_cache(maxsize=1)
def class_words() -> dict[str, list[str]]:
    """Give how people say it: phrases by the code of a class, in both languages."""
    found: dict[str, list[str]] = defaultdict(list)
    with (SOURCE.parent / "class-words.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            found[line["code"]].append(line["phrase"])
    return dict(found)


def _points_of(near: Sequence[tuple[Complaint, float]]) -> list[tuple[ComplaintPoint, float]]:
    likeness = {each.id: value for each, value in near}
    if not likeness:
        return []
    query = select(ComplaintPoint).where(ComplaintPoint.complaint_id.in_(likeness))
    return [(point, likeness[point.complaint_id]) for point in db.session.execute(query).scalars()]


def _departments(complaint: Complaint, near: Sequence[tuple[Complaint, float]]) -> list[Guess]:
    """Those concerned by near cases; one that is concerned already needs no word."""
    guesses = votes((str(each), likeness) for case, likeness in near for each in case.department_ids)
    other = next((each for each in guesses if UUID(each.value) not in complaint.department_ids), None)
    if other is None or not organizations.is_department_of(complaint.hospital_id, UUID(other.value)):
        return []
    return [other]


def _severity(complaint: Complaint, near: Sequence[tuple[Complaint, float]]) -> list[Guess]:
    """A flag says graver, never less grave; without one near cases vote."""
    grave = red_flags.severity_of(complaint.red_flags)
    order = list(Severity)
    if grave is not None:
        is_graver = order.index(grave) < order.index(Severity(complaint.severity))
        return [Guess(grave, BY_FLAG)] if is_graver else []
    best = next(iter(votes((case.severity, likeness) for case, likeness in near)), None)
    return [best] if best is not None and best.value != complaint.severity else []


def _made_from(complaint: Complaint, what: str, guess: Guess) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if guess.cases:
        told["cases"] = guess.cases
    if guess.phrase:
        told["phrase"] = guess.phrase
    if what == "severity" and complaint.red_flags:
        told["flags"] = complaint.red_flags
    return told
