"""What the subjects of events are called and where they lead: domains declare theirs, the audit log reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.access.actor import Actor
from app.core.access.policy import can


@dataclass(frozen=True, slots=True)
class SubjectType:
    """One type of subject: its words, its page, and the right without which before and after values are hidden."""

    code: str
    label: Any
    url: Callable[[UUID], str] | None = None
    values_need: str | None = None


SUBJECTS: dict[str, SubjectType] = {}

# fields whose values no page ever shows, whoever asks
SECRET = ("secret", "password", "hash", "token", "digest", "sealed", "key")


def declare(code: str, label: Any, url: Callable[[UUID], str] | None = None, values_need: str | None = None) -> None:
    """Name a type of subject."""
    SUBJECTS[code] = SubjectType(code, label, url, values_need)


def label_of(code: str) -> Any:
    """Give the words of a type of subject; its code where no domain named it."""
    return SUBJECTS[code].label if code in SUBJECTS else code


def url_of(code: str, subject_id: UUID) -> str:
    """Give the page of a subject; nothing where it has none."""
    known = SUBJECTS.get(code)
    return known.url(subject_id) if known and known.url else ""


def may_see_values(code: str, field: str, actor: Actor) -> bool:
    """Tell whether the actor may read what a field held before and after."""
    if any(part in field.lower() for part in SECRET):
        return False
    known = SUBJECTS.get(code)
    return known is None or known.values_need is None or can(actor, known.values_need)
