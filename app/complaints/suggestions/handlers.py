"""Reactions around a complaint's words: suggestions are made after its receipt, and people's choices judge them."""

from __future__ import annotations

from app.complaints.enums import FINAL, ComplaintStatus
from app.complaints.events import ComplaintMoved, ComplaintReceived, ComplaintSeverityChanged, PointChanged
from app.complaints.suggestions import judging
from app.complaints.suggestions import services as suggesting
from app.core.access.actor import Actor, system_actor
from app.core.events import Entry, on


def _actor(entry: Entry) -> Actor:
    return system_actor("PX360 suggests what a complaint may be", entry.hospital_id)


@on(ComplaintReceived)
def suggest_what_it_is(entry: Entry) -> None:
    """Make the suggestions of a new complaint."""
    suggesting.suggest(entry.subject_id, actor=_actor(entry))


@on(PointChanged)
def follow_choice_of_points(entry: Entry) -> None:
    """Hold the suggestions against what was chosen for the points."""
    judging.follow_points(entry.subject_id, by=entry.actor_id, at=entry.at, actor=_actor(entry))


@on(ComplaintSeverityChanged)
def follow_choice_of_severity(entry: Entry) -> None:
    """Hold the suggestion against the severity that was chosen."""
    judging.follow_severity(entry.subject_id, entry.data["after"], by=entry.actor_id, at=entry.at, actor=_actor(entry))


@on(ComplaintMoved)
def leave_what_nobody_judged(entry: Entry) -> None:
    """Close the suggestions of a complaint that was answered or has ended."""
    if entry.data["after"] in FINAL or entry.data["after"] == ComplaintStatus.RESOLVED:
        judging.leave_open_ones(entry.subject_id, by=entry.actor_id, at=entry.at, actor=_actor(entry))
