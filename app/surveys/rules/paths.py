"""The path tester: walks every way through a survey and tells which questions nobody would ever see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from app.surveys.rules.logic import Comparator, VisitContext, is_shown
from app.surveys.rules.logic_check import references
from app.surveys.rules.questions import Answer, Question, Value, in_order

MOST_STATES = 500
_OTHER = "\x00other"  # a fact that no condition names

Variable = tuple[str, str]  # ("question", code), ("stage", code) or ("context", name)
State = tuple[tuple[Variable, Value | None], ...]  # a stage that did not happen is None
Lengths = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PathReport:
    """What the walk found. `shortest` and `longest` count questions seen; not `is_complete`: the bound cut the walk."""

    never_shown: tuple[str, ...]
    shortest: int
    longest: int
    is_complete: bool


def reachable(questions: tuple[Question, ...] | list[Question], *, limit: int = MOST_STATES) -> PathReport:
    """Walk all ways through `questions`, whose logic passed `validate_logic`.

    Ways differ only by answers, stages and facts that a later question still asks for; at most `limit` such ways are
    kept side by side. When there are more, the report is not complete: what it calls never shown may be shown.
    """
    walk = _Walk(in_order(questions), limit)
    shortest, longest = walk.through()
    never = tuple(question.code for question in walk.ordered if question.code not in walk.shown)
    return PathReport(never, shortest, longest, not walk.was_cut)


class _Walk:
    """Goes question by question, carrying each different state of what still matters with the least and most seen."""

    def __init__(self, ordered: tuple[Question, ...], limit: int) -> None:
        self.ordered = ordered
        self.limit = limit
        self.shown: set[str] = set()
        self.was_cut = False
        self.facts = _fact_values(ordered)
        self.asks = [_asked_for(question) for question in ordered]

    def through(self) -> Lengths:
        """Give the least and the most questions that any patient sees."""
        states: dict[State, Lengths] = {(): (0, 0)}
        for place, question in enumerate(self.ordered):
            needed = frozenset[Variable]().union(*self.asks[place + 1 :])
            following: dict[State, Lengths] = {}
            for state, seen in states.items():
                for reached, step in self._steps(question, self.asks[place], needed, state):
                    self._keep(following, reached, (seen[0] + step, seen[1] + step))
            states = following
        return min(low for low, _high in states.values()), max(high for _low, high in states.values())

    def _keep(self, following: dict[State, Lengths], reached: State, seen: Lengths) -> None:
        known = following.get(reached)
        if known is None and len(following) >= self.limit:
            self.was_cut = True
            return
        low, high = known or seen
        following[reached] = (min(low, seen[0]), max(high, seen[1]))

    def _steps(
        self, question: Question, asks: frozenset[Variable], needed: frozenset[Variable], state: State
    ) -> Iterator[tuple[State, int]]:
        """Decide what the question asks for and is not decided, then answer it where a later question wants to know."""
        decided = dict(state)
        open_ = sorted(variable for variable in asks - decided.keys() if variable[0] != "question")
        itself = ("question", question.code)
        for chosen in product(*(self._domain(variable) for variable in open_)):
            facts = {**decided, **dict(zip(open_, chosen, strict=True))}
            kept = {variable: value for variable, value in facts.items() if variable in needed}
            if not _is_seen(question, facts):
                yield tuple(sorted(kept.items())), 0
                continue
            self.shown.add(question.code)
            for value in (*(question.values or ("text",)), None) if itself in needed else (None,):
                answered = {**kept, itself: value} if itself in needed else kept
                yield tuple(sorted(answered.items())), 1

    def _domain(self, variable: Variable) -> tuple[Value | None, ...]:
        kind, name = variable
        return (name, None) if kind == "stage" else (*self.facts[name], None)


def _is_seen(question: Question, facts: Mapping[Variable, Value | None]) -> bool:
    known = {variable: value for variable, value in facts.items() if value is not None}
    answers = {name: Answer(name, value) for (kind, name), value in known.items() if kind == "question"}
    stages = frozenset(name for kind, name in known if kind == "stage")
    context = VisitContext(stages, {name: value for (kind, name), value in known.items() if kind == "context"})
    return is_shown(question, answers, context)


def _asked_for(question: Question) -> frozenset[Variable]:
    """Give all that decides whether a question is seen."""
    named = {("question", code) for code in references(question.show_if)}
    for leaf in _visit_leaves(question.show_if):
        kind = "stage" if "stage" in leaf else "context"
        named.add((kind, leaf[kind]))
    if question.stage:
        named.add(("stage", question.stage))
    return frozenset(named)


def _visit_leaves(condition: Any) -> Iterator[Mapping[str, Any]]:
    """Give the parts of a valid condition that ask about the visit."""
    if not condition:
        return
    for part in (*condition.get("all", ()), *condition.get("any", ())):
        yield from _visit_leaves(part)
    yield from _visit_leaves(condition.get("not"))
    if "context" in condition or "stage" in condition:
        yield condition


def _fact_values(ordered: tuple[Question, ...]) -> dict[str, list[Value]]:
    """Give for each fact the values at which a condition may turn: those named, their neighbours, and another."""
    found: dict[str, set[Value]] = {}
    for question in ordered:
        for leaf in _visit_leaves(question.show_if):
            if "context" in leaf:
                found.setdefault(leaf["context"], set()).update(_around(leaf))
    return {name: sorted(values, key=str) for name, values in found.items()}


def _around(leaf: Mapping[str, Any]) -> set[Value]:
    if leaf["op"] == Comparator.ANSWERED:
        return {_OTHER}
    wanted = leaf["value"] if isinstance(leaf["value"], (list, tuple)) else [leaf["value"]]
    around: set[Value] = set()
    for value in wanted:
        around |= {value - 1, value, value + 1} if isinstance(value, int) else {value, _OTHER}
    return around
