"""The words with which events of the webhooks stand in timelines."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.events.timeline import describe
from app.integrations.outbound.events import (
    DeliveryRedelivered,
    EndpointChanged,
    EndpointGaveOut,
    EndpointOldSecretStopped,
    EndpointSecretRotated,
    EndpointTested,
)

describe(EndpointChanged.kind, _l("The webhook was changed"), "edit")
describe(EndpointSecretRotated.kind, _l("A new secret was given"), "key")
describe(EndpointOldSecretStopped.kind, _l("The old secret was stopped"), "lock")
describe(EndpointGaveOut.kind, _l("It was paused by itself: nothing arrived"), "alert-triangle")
describe(EndpointTested.kind, _l("A test event was sent"), "test-pipe")
describe(DeliveryRedelivered.kind, _l("Somebody sent an event again"), "refresh")
