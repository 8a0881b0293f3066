"""The life of an inbound event (product.md section 5)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.workflow import Step, Workflow
from app.integrations.enums import EventState as S
from app.integrations.models import InboundEvent
from app.integrations.policy import Perm

INBOUND = Workflow(
    "inbound_event",
    S,
    [
        Step("process", [S.RECEIVED, S.FAILED], S.PROCESSED, None, stamps=("processed_at",)),
        Step("ignore", [S.RECEIVED, S.FAILED], S.IGNORED, None, stamps=("processed_at",)),
        Step("fail", [S.RECEIVED, S.FAILED], S.FAILED, None),
        Step("give_up", [S.RECEIVED, S.FAILED], S.DEAD, None),
        Step(
            "reprocess",
            [S.FAILED, S.IGNORED, S.DEAD],
            S.RECEIVED,
            Perm.EVENT_REPROCESS,
            _l("Process again"),
            icon="refresh",
        ),
        Step(
            "set_aside",
            [S.FAILED, S.DEAD],
            S.IGNORED,
            Perm.EVENT_REPROCESS,
            _l("Set aside"),
            stamps=("processed_at",),
            icon="archive",
        ),
    ],
    field="state",
)
INBOUND.protect(InboundEvent)
