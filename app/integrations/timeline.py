"""The words with which events of the intake stand in timelines."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.events.timeline import describe
from app.integrations.events import (
    InboundGivenUp,
    InboundReprocessed,
    InboundSetAside,
    SourceKeyRotated,
    SourceOldKeyStopped,
)

describe(SourceKeyRotated.kind, _l("A new key was given"), "key")
describe(SourceOldKeyStopped.kind, _l("The old key was stopped"), "lock")
describe(InboundReprocessed.kind, _l("Somebody sent it through again"), "refresh")
describe(InboundSetAside.kind, _l("Somebody set it aside"), "archive")
describe(InboundGivenUp.kind, _l("It was given up after the last try"), "alert-circle")
