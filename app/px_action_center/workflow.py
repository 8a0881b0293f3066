"""The life of a PX action (product.md section 5)."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.bulk.steps import just_ended
from app.core.workflow import Step, Workflow
from app.px_action_center.enums import ActionStatus as S
from app.px_action_center.models import PxAction
from app.px_action_center.policy import Perm


def _has_owner(action: PxAction, _actor: Actor) -> Any:
    return None if action.assignee_id else _l("Name an owner first.")


def _not_own_work(action: PxAction, actor: Actor) -> Any:
    own = actor.id is not None and actor.id in (action.submitted_by_id, action.assignee_id)
    return _l("Nobody approves their own work.") if own else None


ACTION = Workflow(
    "action",
    S,
    [
        Step("start", [S.OPEN], S.IN_PROGRESS, Perm.WORK, _l("Start work"), icon="player-play", tone="primary"),
        Step(
            "submit",
            [S.IN_PROGRESS],
            S.PENDING_APPROVAL,
            Perm.WORK,
            _l("Ask for approval"),
            fields=("outcome",),
            guard=_has_owner,
            stamps=("submitted_at",),
            icon="send",
            tone="primary",
        ),
        Step(
            "approve",
            [S.PENDING_APPROVAL],
            S.APPROVED,
            Perm.APPROVE,
            _l("Approve"),
            guard=_not_own_work,
            stamps=("approved_at",),
            icon="check",
            tone="primary",
        ),
        Step(
            "return",
            [S.PENDING_APPROVAL],
            S.IN_PROGRESS,
            Perm.APPROVE,
            _l("Return"),
            fields=("reason",),
            guard=_not_own_work,
            icon="arrow-back-up",
        ),
        Step("close", [S.APPROVED], S.CLOSED, None, _l("Close"), stamps=("closed_at",)),
        Step(
            "cancel",
            [S.OPEN, S.IN_PROGRESS],
            S.CANCELLED,
            Perm.ASSIGN,
            _l("Cancel"),
            fields=("reason",),
            stamps=("closed_at",),
            keeps="status_before_cancel",
            icon="x",
            tone="danger",
        ),
        Step(
            "uncancel",
            [S.CANCELLED],
            S.OPEN,
            Perm.ASSIGN,
            _l("Take the cancellation back"),
            guard=just_ended,
            regains="status_before_cancel",
            icon="arrow-back-up",
        ),
    ],
)
ACTION.protect(PxAction)
