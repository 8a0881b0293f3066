"""Workflows: the transition table of a record's states, and its only mutator.

The same table draws the buttons, checks pages and API, feeds the litany of states x verbs and prints the diagram.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import event
from sqlalchemy.orm.base import NO_VALUE

from app.core.access.actor import Actor, ActorKind
from app.core.access.policy import authorize, can_on
from app.core.errors import Conflict, NotAllowed
from app.core.time import clock

Guard = Callable[[Any, Actor], Any]

_applying: ContextVar[bool] = ContextVar("px360_workflow_applying", default=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table: what may follow what, who may do it, and what it needs."""

    verb: str
    from_: frozenset[str] | Sequence[str]
    to: str | None  # None: the verb leaves the state as it is
    needs: str | None  # permission; None: only PX360 itself does this
    label: Any = ""
    fields: tuple[str, ...] = ()  # what the form asks for
    guard: Guard | None = None  # gives a message why this row refuses now, or None
    stamps: tuple[str, ...] = ()  # attributes set to the instant of the step
    keeps: str = ""  # attribute that takes the state before the step
    regains: str = ""  # attribute that names the state to go back to; where it is empty, `to` holds
    icon: str = ""
    tone: str = ""  # primary, danger or quiet: how the button looks


class Workflow:
    """The table of one record type. `apply` is the only writer of its state."""

    def __init__(self, name: str, states: type[StrEnum], steps: Iterable[Step], *, field: str = "status") -> None:
        """Build the table; unknown states and verbs given twice for one state are programming errors."""
        self.name = name
        self.states = states
        self.field = field
        self.steps = tuple(steps)
        self._check()
        WORKFLOWS[name] = self

    def _check(self) -> None:
        known = {str(state) for state in self.states}
        seen: set[tuple[str, str]] = set()
        for step in self.steps:
            named = {str(state) for state in step.from_} | ({str(step.to)} if step.to else set())
            if not named <= known:
                raise ValueError(f"{self.name}.{step.verb} names unknown states {named - known}")
            for state in step.from_:
                if (step.verb, str(state)) in seen:
                    raise ValueError(f"{self.name}.{step.verb} stands twice for {state}")
                seen.add((step.verb, str(state)))

    def step(self, verb: str, state: str) -> Step | None:
        """Find the line for a verb in a state; None when the state does not permit it."""
        for step in self.steps:
            if step.verb == verb and state in step.from_:
                return step
        return None

    def step_fields(self, verb: str) -> tuple[str, ...]:
        """Give what a verb asks for, in whatever state."""
        return tuple(dict.fromkeys(name for step in self.steps if step.verb == verb for name in step.fields))

    def apply(self, row: Any, verb: str, *, actor: Actor) -> Step:
        """Move `row`: authorise, then state, then guard; sets the state and the step's instants.

        Raises NotAllowed (right), Conflict (state or guard), ValueError (no such verb at all).
        """
        if not any(step.verb == verb for step in self.steps):
            raise ValueError(f"{self.name} has no verb {verb}")
        step = self.step(verb, getattr(row, self.field))
        for candidate in [step] if step else [each for each in self.steps if each.verb == verb]:
            self._authorize(candidate, row, actor)
        if step is None:
            raise Conflict(_l("This is not possible in the present state."), code="wrong_state", current=row)
        reason = step.guard(row, actor) if step.guard else None
        if reason:
            raise Conflict(reason, code="guard", current=row)
        self._write(row, step)
        return step

    @staticmethod
    def _authorize(step: Step, row: Any, actor: Actor) -> None:
        if step.needs is None:
            if actor.kind not in (ActorKind.SYSTEM, ActorKind.TOKEN):
                raise NotAllowed()
        else:
            authorize(actor, step.needs, row)

    def _write(self, row: Any, step: Step) -> None:
        now = clock.now()
        token = _applying.set(True)
        try:
            if step.keeps:
                setattr(row, step.keeps, getattr(row, self.field))
            back = self._leads_to(row, step)
            if back is not None:
                setattr(row, self.field, back)
            for stamp in step.stamps:
                setattr(row, stamp, now)
        finally:
            _applying.reset(token)

    def _leads_to(self, row: Any, step: Step) -> str | None:
        """Give where a step leads: to what it regains, which must be a state that leads to this one, or to its own state."""
        kept = getattr(row, step.regains) if step.regains else ""
        return kept if kept in self.states_before(step) else step.to

    def states_before(self, step: Step) -> set[str]:
        """Give the states to which a step can lead back, beside the one that it names."""
        if not step.regains:
            return set()
        return {
            str(state)
            for each in self.steps
            if each.keeps == step.regains and each.to in step.from_
            for state in each.from_
        }

    def open_steps(self, row: Any, actor: Actor) -> list[Step]:
        """Give the steps open to this actor now: the buttons of the page."""
        state = getattr(row, self.field)
        return [
            step
            for step in self.steps
            if state in step.from_
            and step.needs is not None
            and can_on(actor, step.needs, row)
            and not (step.guard and step.guard(row, actor))
        ]

    def protect(self, model: Any) -> None:
        """Refuse any other writer of the state column, so that a shortcut fails in its first test."""

        def only_apply(_row: Any, value: Any, before: Any, _initiator: Any) -> Any:
            if before not in (NO_VALUE, None, value) and not _applying.get():
                raise RuntimeError(f"only the workflow {self.name} may change {self.field}")
            return value

        event.listen(getattr(model, self.field), "set", only_apply, retval=True, active_history=True)

    def diagram(self) -> str:
        """Print the table as a Mermaid state diagram for the docs."""
        lines = ["stateDiagram-v2"]
        for step in self.steps:
            for state in sorted(step.from_):
                for after in sorted(self.states_before(step) | {str(step.to or state)}):
                    lines.append(f"    {state} --> {after}: {step.verb}")
        return "\n".join(lines)


def likeliest(steps: Sequence[Step], most: int = 2) -> list[Step]:
    """Give the steps that a person most likely takes next, of those open to them: for the bar of a phone.

    The main steps of the table come first, then the others in its order; what ends a case for good is never among them.
    """
    fitting = [step for step in steps if step.tone != "danger"]
    return sorted(fitting, key=lambda step: step.tone != "primary")[:most]


WORKFLOWS: dict[str, Workflow] = {}
