"""What PX actions say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event
from app.core.events.lists import ListExported


@dataclass(frozen=True)
class ActionEvent(Event):
    """Base: the action is the subject."""

    subject_type: ClassVar[str] = "action"
    reference: str
    department_id: UUID | None


@dataclass(frozen=True)
class ActionOpened(ActionEvent):
    """Something must be put right."""

    kind: ClassVar[str] = "actions.action.opened"
    severity: str
    source_kind: str
    assignee_id: UUID | None


@dataclass(frozen=True)
class ActionAssigned(ActionEvent):
    """The action has another owner."""

    kind: ClassVar[str] = "actions.action.assigned"
    assignee_id: UUID | None  # None: it was taken back to nobody
    previous_id: UUID | None


@dataclass(frozen=True)
class ActionMoved(ActionEvent):
    """The action took a step of its workflow."""

    kind: ClassVar[str] = "actions.action.moved"
    verb: str
    before: str
    after: str


@dataclass(frozen=True)
class ActionNoted(ActionEvent):
    """Somebody wrote on the action."""

    kind: ClassVar[str] = "actions.action.noted"
    note_id: UUID


@dataclass(frozen=True)
class ActionSeverityChanged(ActionEvent):
    """The action was judged graver or less grave; its deadline counts anew from the original start."""

    kind: ClassVar[str] = "actions.action.severity_changed"
    before: str
    after: str


@dataclass(frozen=True)
class ActionJoined(ActionEvent):
    """Another signal of the same cause joined the action: a wish to be called back after a low score, for example."""

    kind: ClassVar[str] = "actions.action.joined"
    signal_kind: str
    assignee_id: UUID | None


@dataclass(frozen=True)
class ActionPassedOn(ActionEvent):
    """A rung of the ladder was empty: nobody holds the role now, so the next level was told."""

    kind: ClassVar[str] = "actions.action.passed_on"
    level: int
    to: str


@dataclass(frozen=True)
class ActionsExported(ListExported):
    """Somebody took a list of actions out as a file."""

    kind: ClassVar[str] = "actions.actions.exported"
    subject_type: ClassVar[str] = "user"


@dataclass(frozen=True)
class ActionRuleChanged(Event):
    """A rule by which signals open actions was made, changed or archived; the rule is the subject."""

    kind: ClassVar[str] = "actions.rule.changed"
    subject_type: ClassVar[str] = "action_rule"
    what: str  # created, changed, archived
