"""The words with which events of actions and their clocks stand in timelines."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.events.timeline import describe
from app.core.sla.events import ClockBreached, ClockEscalated, ClockReminded
from app.px_action_center.events import (
    ActionAssigned,
    ActionJoined,
    ActionMoved,
    ActionNoted,
    ActionOpened,
    ActionPassedOn,
    ActionRuleChanged,
    ActionSeverityChanged,
    ActionsExported,
)

describe(ActionOpened.kind, _l("The action was opened"), "plus")
describe(ActionAssigned.kind, _l("It was handed over"), "user-check")
describe(ActionJoined.kind, _l("Another signal joined it"), "phone")
describe(ActionMoved.kind, _l("It took a step"), "arrow-right")
describe(ActionNoted.kind, _l("A note was written"), "message")
describe(ActionSeverityChanged.kind, _l("Its severity was changed"), "alert-triangle")
describe(ActionsExported.kind, _l("Actions were taken out as a file"), "download")
describe(ActionPassedOn.kind, _l("The next level was told"), "arrow-up")
describe(ActionRuleChanged.kind, _l("The rule was changed"), "edit")
describe(ClockReminded.kind, _l("A reminder was due"), "alarm")
describe(ClockBreached.kind, _l("The deadline passed"), "urgent")
describe(ClockEscalated.kind, _l("It was escalated"), "arrow-up")
