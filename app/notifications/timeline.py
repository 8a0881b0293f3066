"""The words with which events of messages stand in timelines."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.events.timeline import describe
from app.notifications.events import (
    ContactRuleChanged,
    MessageDelivered,
    MessageFailed,
    MessageQueued,
    MessageSent,
    MessageTemplateChanged,
    MessageUnknown,
    ProviderChanged,
)

describe(MessageQueued.kind, _l("A message was decided"), "message")
describe(MessageSent.kind, _l("The provider took the message"), "send")
describe(MessageDelivered.kind, _l("The message arrived"), "circle-check")
describe(MessageFailed.kind, _l("The message failed"), "alert-circle")
describe(MessageUnknown.kind, _l("Nobody knows whether the message arrived"), "help-circle")
describe(MessageTemplateChanged.kind, _l("The text was changed"), "edit")
describe(ProviderChanged.kind, _l("The provider was changed or tried"), "edit")
describe(ContactRuleChanged.kind, _l("Quiet hours or channels were changed"), "edit")
