"""What may follow what in the life of a message. Receipts only raise the state; `RANK` decides that.

A receipt may find the message `queued` again (a repeat, or the next channel): what arrived needs no second sending.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.workflow import Step, Workflow
from app.notifications.enums import MessageClass, Reason
from app.notifications.enums import MessageStatus as M
from app.notifications.models import Message
from app.notifications.policy import Perm

_LEFT = [M.SENDING, M.UNKNOWN, M.SENT]


def _may_retry(message: Message, _actor: Actor) -> Any:
    if message.message_class == MessageClass.SECURITY:
        return _l("A security message is not sent again by hand; the person asks for a new one.")
    if message.reason == Reason.NO_ADDRESS or not (message.phone or message.email):
        return _l("There is no address for this channel.")
    return None


MESSAGE = Workflow(
    "message",
    M,
    [
        Step("take", [M.QUEUED], M.SENDING, None),
        Step("accept", [M.SENDING, M.UNKNOWN, M.QUEUED], M.SENT, None),
        Step("lose", [M.SENDING], M.UNKNOWN, None),
        Step("requeue", [M.SENDING, M.UNKNOWN], M.QUEUED, None),
        Step("fail", [M.QUEUED, *_LEFT], M.FAILED, None),
        Step("deliver", [M.QUEUED, *_LEFT, M.FAILED], M.DELIVERED, None, stamps=("delivered_at",)),
        Step("read", [M.QUEUED, *_LEFT, M.FAILED, M.DELIVERED], M.READ, None),
        Step("suppress", [M.QUEUED], M.SUPPRESSED, None),
        Step("fall_back", [M.SENDING, M.SENT, M.UNKNOWN], M.QUEUED, None),
        Step("retry", [M.FAILED], M.QUEUED, Perm.RETRY, _l("Send again"), guard=_may_retry, icon="refresh"),
    ],
)
MESSAGE.protect(Message)
