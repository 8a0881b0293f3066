"""The same change to many complaints: said beforehand for each, refused by each for itself, taken back for two minutes.

One table, `DEEDS`, holds what is particular to a change; everything else is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.enums import FINAL
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.queries import Row, list_chosen
from app.complaints.services import stepping, working
from app.complaints.workflow import COMPLAINT
from app.core.access.actor import Actor
from app.core.access.policy import can_on, require
from app.core.errors import Invalid, Refusal
from app.core.severity import Severity
from app.core.web import chosen
from app.core.web.chosen import Done, Outcome, Verdict

MOST = 200
PLACE = "complaints"
REFUSALS: dict[str, Any] = {
    "not_allowed": _l("You may not change this one."),
    "ended": _l("It has ended."),
    "not_resolved": _l("It is not resolved."),
    "same": _l("It is so already."),
    "conflict": _l("Somebody changed it in the meantime."),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What one complaint is to be changed to, and the version that was seen of it."""

    value: str
    version: int


Change = Callable[[Mapping[UUID, Wish], Actor], Mapping[UUID, Complaint | Refusal]]


@dataclass(frozen=True, slots=True)
class Deed:
    """A change that may be made to many: when a state refuses it, how it is made, and how it is taken back."""

    label: Any
    refusal: Callable[[Complaint], str]
    before: Callable[[Complaint], str]
    make: Change
    undo: Change
    value: str = ""  # the field that says what it is changed to


def _ended(complaint: Complaint) -> str:
    return "ended" if complaint.status in FINAL else ""


def _unresolved(complaint: Complaint) -> str:
    return "" if COMPLAINT.step("close", complaint.status) else _ended(complaint) or "not_resolved"


def _hand_back(complaint_id: UUID, before: str, version: int, actor: Actor) -> Complaint:
    return working.hand_back(complaint_id, to=UUID(before) if before else None, version=version, actor=actor)


def _judge(complaint_id: UUID, severity: str, version: int, actor: Actor) -> Complaint:
    return working.change_severity(complaint_id, severity, version=version, actor=actor)


def _judge_back(complaint_id: UUID, severity: str, version: int, actor: Actor) -> Complaint:
    return working.change_severity(complaint_id, severity, version=version, actor=actor, is_undo=True)


def _each(change: Callable[[UUID, str, int, Actor], Complaint]) -> Change:
    """Make a command on one complaint the change of many, each in a transaction of its own."""

    def change_all(wishes: Mapping[UUID, Wish], actor: Actor) -> Mapping[UUID, Complaint | Refusal]:
        return chosen.one_by_one(
            wishes, lambda row_id: change(row_id, wishes[row_id].value, wishes[row_id].version, actor)
        )

    return change_all


def _step(verb: str) -> Change:
    """Take a step of the workflow with all of them at once."""

    def take(wishes: Mapping[UUID, Wish], actor: Actor) -> Mapping[UUID, Complaint | Refusal]:
        return stepping.move_many({row_id: wish.version for row_id, wish in wishes.items()}, verb, actor=actor)

    return take


DEEDS: Mapping[str, Deed] = {
    "assign": Deed(
        _l("Hand over"),
        _ended,
        lambda row: str(row.assignee_id or ""),
        _each(_hand_back),
        _each(_hand_back),
        "assignee_id",
    ),
    "severity": Deed(
        _l("Change the severity"), _ended, lambda row: row.severity, _each(_judge), _each(_judge_back), "severity"
    ),
    "close": Deed(_l("Close"), _unresolved, lambda row: "", _step("close"), _step("unclose")),
}


def preview(deed: str, rows: Sequence[Row], *, actor: Actor) -> list[Verdict]:
    """Say of each complaint what would refuse the change: a code of `REFUSALS`, or nothing. No statement of its own."""
    require(actor, Perm.WORK)
    return [Verdict(row.complaint, _refusal(DEEDS[deed], row.complaint, actor)) for row in rows]


def _refusal(deed: Deed, complaint: Complaint, actor: Actor) -> str:
    return deed.refusal(complaint) if can_on(actor, Perm.WORK, complaint) else "not_allowed"


def run(deed: str, versions: dict[UUID, int], value: str, *, actor: Actor) -> tuple[str, list[Outcome]]:
    """Make the change to every complaint that allows it.

    `versions` are those that the preview showed: what somebody changed since is left alone. Gives the token by which
    the actor may take it back, and what became of each. Invalid: there is no such change, or `value` is none of it.
    """
    if deed not in DEEDS:
        raise Invalid(verb=_("Choose one of the listed codes."))
    _check(DEEDS[deed].value, value)
    rows = list_chosen(list(versions)[:MOST], actor=actor)
    before = {row.complaint.id: DEEDS[deed].before(row.complaint) for row in rows}

    def refusal(verdict: Verdict) -> str:
        is_same = DEEDS[deed].value and before[verdict.row.id] == value
        return verdict.refusal or ("same" if is_same else "")

    def change(ids: list[UUID]) -> dict[UUID, Outcome | Refusal]:
        became = DEEDS[deed].make({row_id: Wish(value, versions[row_id]) for row_id in ids}, actor)
        return {row_id: _outcome(each, before[row_id]) for row_id, each in became.items()}

    verdicts = [Verdict(each.row, refusal(each)) for each in preview(deed, rows, actor=actor)]
    outcomes = chosen.carry_out(verdicts, change)
    return chosen.remember(PLACE, deed, outcomes, actor=actor), outcomes


def _outcome(became: Complaint | Refusal, before: str = "") -> Outcome | Refusal:
    """Give what is remembered of a changed complaint; a refusal stays one."""
    return became if isinstance(became, Refusal) else Outcome(str(became.id), before=before, version=became.version)


def _check(field: str, value: str) -> None:
    if field == "severity" and value not in set(Severity):
        raise Invalid(severity=_("Choose one of the listed codes."))
    if field == "assignee_id" and not _is_id(value):
        raise Invalid(assignee_id=_("Choose a person."))


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def undo(token: str, *, actor: Actor) -> list[Outcome] | None:
    """Take a run back, once, where nobody changed the complaint since; None when it is too late or none of the actor's."""
    done: Done | None = chosen.recall(PLACE, token, actor=actor, forget=True)
    if done is None or not done.may_be_undone:
        return None
    changed = {UUID(each.id): each for each in done.changed}
    rows = list_chosen(list(changed), actor=actor)

    def take_back(ids: list[UUID]) -> dict[UUID, Outcome | Refusal]:
        wishes = {row_id: Wish(changed[row_id].before, changed[row_id].version) for row_id in ids}
        became = DEEDS[done.deed].undo(wishes, actor)
        return {row_id: _outcome(each) for row_id, each in became.items()}

    return chosen.carry_out([Verdict(row.complaint) for row in rows], take_back)
