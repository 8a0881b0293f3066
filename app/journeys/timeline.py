"""The words with which events of visits stand in timelines."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.events.timeline import describe
from app.journeys.events import (
    JourneyCancelled,
    JourneyChanged,
    JourneyCompleted,
    JourneyMoved,
    JourneyReopened,
    JourneyStarted,
    JourneyTemplateChanged,
    StageCompleted,
)

describe(JourneyStarted.kind, _l("The visit became known"), "route")
describe(StageCompleted.kind, _l("A stage was completed"), "check")
describe(JourneyCompleted.kind, _l("The visit ended"), "circle-check")
describe(JourneyCancelled.kind, _l("The visit was cancelled"), "x")
describe(JourneyReopened.kind, _l("The end of the visit was taken back"), "refresh")
describe(JourneyMoved.kind, _l("The visit moved to another patient record"), "link")
describe(JourneyTemplateChanged.kind, _l("The template was changed"), "edit")
describe(JourneyChanged.kind, _l("The visit was corrected"), "edit")
