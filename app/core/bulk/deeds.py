"""What may be done to many rows of a queue: said beforehand for each, refused by each for itself, taken back for two minutes.

A table of deeds holds what is particular to a change; everything else is the same for every queue.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.access.policy import can_on, require
from app.core.errors import Invalid, Refusal
from app.core.web import chosen
from app.core.web.chosen import Outcome, Verdict

MOST = 200
OWNER = "assignee_id"
REASON = "reason"
SEVERITY = "severity"
REFUSALS: Mapping[str, Any] = {
    "not_allowed": _l("You may not change this one."),
    "ended": _l("It has ended."),
    "same": _l("It is so already."),
    "conflict": _l("Somebody changed it in the meantime."),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What one row is to be changed to, field by field, and the version that was seen of it."""

    version: int | None  # None: any
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def owner_id(self) -> UUID | None:
        """The person to whom it is to be handed over; None: to nobody."""
        return UUID(self.given[OWNER]) if self.given.get(OWNER) else None


Change = Callable[[Mapping[UUID, Wish], Actor], Mapping[UUID, Any]]  # of each the row as it is now, or a Refusal


def _nothing(_row: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Deed:
    """A change that may be made to many: when a state refuses it, how it is made, and how it is taken back."""

    label: Any
    refusal: Callable[[Any], str]  # a code of the refusals, or nothing
    make: Change
    undo: Change  # its wishes give the first field as it was before
    fields: tuple[str, ...] = ()  # what it asks for
    before: Callable[[Any], str] = _nothing  # gives the first of them as it is
    icon: str = "checks"
    tone: str = "primary"
    help: Any = ""


def handing_over(refusal: Callable[[Any], str], hand_over: Callable[..., Mapping[UUID, Any]]) -> Deed:
    """Give the deed that hands rows over; `hand_over(wishes, actor=)` makes it and takes it back."""

    def change(wishes: Mapping[UUID, Wish], actor: Actor) -> Mapping[UUID, Any]:
        return hand_over(wishes, actor=actor)

    label = _l("Hand over")
    return Deed(label, refusal, change, change, (OWNER,), lambda row: str(row.assignee_id or ""), icon="user-check")


def judging(refusal: Callable[[Any], str], make: Change, undo: Change) -> Deed:
    """Give the deed that changes the severity of rows."""
    label, said = _l("Change the severity"), _l("Every deadline counts anew from the start.")
    return Deed(label, refusal, make, undo, (SEVERITY,), lambda row: str(row.severity), help=said)


def versions_of(wishes: Mapping[UUID, Wish]) -> dict[UUID, int | None]:
    """Give the version that was seen of each row, for a change that is the same for all."""
    return {row_id: wish.version for row_id, wish in wishes.items()}


@dataclass(frozen=True, slots=True)
class Bulk:
    """What is particular to the changes of one queue; `list_chosen(ids, actor=)` gives its lines, `row_of` the row of a line."""

    place: str
    needs: str  # the right over each row
    deeds: Mapping[str, Deed]
    list_chosen: Callable[..., Sequence[Any]]
    row_of: Callable[[Any], Any]
    codes: Mapping[str, Collection[str]] = field(default_factory=dict)  # which codes a field takes
    refusals: Mapping[str, Any] = field(default_factory=lambda: REFUSALS)

    def preview(self, verb: str, lines: Sequence[Any], *, actor: Actor) -> list[Verdict]:
        """Say of each line what would refuse the change: a code of `refusals`, or nothing. No statement of its own."""
        require(actor, self.needs)
        rows = [self.row_of(line) for line in lines]
        return [Verdict(row, self._refusal(self.deeds[verb], row, actor)) for row in rows]

    def _refusal(self, deed: Deed, row: Any, actor: Actor) -> str:
        return deed.refusal(row) if can_on(actor, self.needs, row) else "not_allowed"

    def run(
        self, verb: str, versions: Mapping[UUID, int], given: Mapping[str, str], *, actor: Actor
    ) -> tuple[str, list[Outcome]]:
        """Make the change to every row that allows it, at most `MOST`.

        `versions` are those that the preview showed: what somebody changed since is left alone. Gives the token by which
        the actor may take it back, and what became of each. Invalid: there is no such change, or a field of it is wrong.
        """
        if verb not in self.deeds:
            raise Invalid(verb=_("Choose one of the listed codes."))
        deed = self.deeds[verb]
        given = {name: given.get(name, "").strip() for name in deed.fields}
        self._check(given)
        lines = self.list_chosen(list(versions)[:MOST], actor=actor)
        verdicts = self.preview(verb, lines, actor=actor)
        before = {each.row.id: deed.before(each.row) for each in verdicts}
        wanted = given[deed.fields[0]] if deed.fields else None

        def change(ids: list[UUID]) -> dict[UUID, Outcome | Refusal]:
            became = deed.make({row_id: Wish(versions[row_id], given) for row_id in ids}, actor)
            return {row_id: _outcome(each, before[row_id]) for row_id, each in became.items()}

        judged = [
            Verdict(each.row, each.refusal or ("same" if before[each.row.id] == wanted else "")) for each in verdicts
        ]
        outcomes = chosen.carry_out(judged, change)
        return chosen.remember(self.place, verb, outcomes, actor=actor), outcomes

    def _check(self, given: Mapping[str, str]) -> None:
        wrong: dict[str, Any] = {}
        for name, value in given.items():
            if name == OWNER and not _is_id(value):
                wrong[name] = _("Choose a person.")
            elif name == REASON and not value:
                wrong[name] = _("Say why.")
            elif name in self.codes and value not in self.codes[name]:
                wrong[name] = _("Choose one of the listed codes.")
        if wrong:
            raise Invalid(**wrong)

    def undo(self, token: str, *, actor: Actor) -> list[Outcome] | None:
        """Take a run back, once, where nobody changed the row since; None when it is too late or none of the actor's."""
        done = chosen.recall(self.place, token, actor=actor, forget=True)
        if done is None or not done.may_be_undone or done.deed not in self.deeds:
            return None
        deed = self.deeds[done.deed]
        changed = {UUID(each.id): each for each in done.changed}
        lines = self.list_chosen(list(changed), actor=actor)

        def take_back(ids: list[UUID]) -> dict[UUID, Outcome | Refusal]:
            wishes = {
                row_id: Wish(changed[row_id].version, dict.fromkeys(deed.fields[:1], changed[row_id].before))
                for row_id in ids
            }
            return {row_id: _outcome(each) for row_id, each in deed.undo(wishes, actor).items()}

        return chosen.carry_out([Verdict(self.row_of(line)) for line in lines], take_back)


def _outcome(became: Any, before: str = "") -> Outcome | Refusal:
    """Give what is remembered of a changed row; a refusal stays one."""
    return became if isinstance(became, Refusal) else Outcome(str(became.id), before=before, version=became.version)


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
