"""The words with which events of surveys stand in timelines."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.events.timeline import describe
from app.surveys.events import (
    ContactRuleChanged,
    SurveyCallbackChosen,
    SurveyClosed,
    SurveyCompleted,
    SurveyInvited,
    SurveyOpened,
    SurveyPlanned,
    SurveyResent,
    SurveySkipped,
    SurveyTemplateChanged,
    SurveyTriggerChanged,
    SurveyWithdrawn,
)

describe(SurveyPlanned.kind, _l("The survey was planned"), "calendar-time")
describe(SurveySkipped.kind, _l("The survey was not sent"), "ban")
describe(SurveyInvited.kind, _l("The invitation was handed to the messages"), "send")
describe(SurveyResent.kind, _l("The invitation was sent again"), "refresh")
describe(SurveyOpened.kind, _l("The link was opened"), "eye")
describe(SurveyCompleted.kind, _l("The survey was answered"), "circle-check")
describe(SurveyCallbackChosen.kind, _l("The person said whether they want to be called"), "phone")
describe(SurveyClosed.kind, _l("The link ran out"), "clock")
describe(SurveyWithdrawn.kind, _l("The survey was withdrawn"), "x")
describe(SurveyTemplateChanged.kind, _l("The survey template was changed"), "edit")
describe(SurveyTriggerChanged.kind, _l("What the survey follows was changed"), "edit")
describe(ContactRuleChanged.kind, _l("The days between surveys were changed"), "edit")
