"""The life of a delivery."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.workflow import Step, Workflow
from app.integrations.outbound.enums import ENDED
from app.integrations.outbound.enums import HookState as S
from app.integrations.outbound.models import WebhookDelivery
from app.integrations.policy import Perm

DELIVERY = Workflow(
    "webhook_delivery",
    S,
    [
        Step("take", [S.WAITING, S.RETRYING], S.SENDING, None, stamps=("tried_at",)),
        Step("deliver", [S.SENDING], S.DELIVERED, None, stamps=("delivered_at",)),
        Step("fail", [S.SENDING], S.RETRYING, None),
        Step("give_up", [S.WAITING, S.RETRYING, S.SENDING], S.DEAD, None),
        Step("redeliver", list(ENDED), S.WAITING, Perm.SETUP, _l("Send again"), icon="refresh"),
    ],
    field="state",
)
DELIVERY.protect(WebhookDelivery)
