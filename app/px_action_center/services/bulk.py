"""The same change to many actions: hand over, judge anew, cancel with a reason; `app/core/bulk` says how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.bulk.deeds import REASON, REFUSALS, SEVERITY, Bulk, Deed, Wish, handing_over, judging, versions_of
from app.px_action_center.enums import FINAL, Severity
from app.px_action_center.models import PxAction
from app.px_action_center.policy import Perm
from app.px_action_center.queries import list_chosen
from app.px_action_center.services import working
from app.px_action_center.workflow import ACTION


def _ended(action: PxAction) -> str:
    return "ended" if action.status in FINAL else ""


def _uncancellable(action: PxAction) -> str:
    return "" if ACTION.step("cancel", action.status) else _ended(action) or "waits"


def _judge(wishes: Mapping[UUID, Wish], actor: Actor) -> Mapping[UUID, Any]:
    return working.judge_many(wishes, actor=actor)


def _cancel(wishes: Mapping[UUID, Wish], actor: Actor) -> Mapping[UUID, Any]:
    reason = next((wish.given[REASON] for wish in wishes.values()), "-")
    return working.cancel_many(versions_of(wishes), reason, actor=actor)


def _uncancel(wishes: Mapping[UUID, Wish], actor: Actor) -> Mapping[UUID, Any]:
    return working.uncancel_many(versions_of(wishes), actor=actor)


BULK = Bulk(
    place="actions",
    needs=Perm.ASSIGN,
    deeds={
        "assign": handing_over(_ended, working.hand_over),
        SEVERITY: judging(_ended, _judge, _judge),
        "cancel": Deed(_l("Cancel"), _uncancellable, _cancel, _uncancel, (REASON,), icon="x", tone="danger"),
    },
    list_chosen=list_chosen,
    row_of=lambda line: line.action,
    codes={SEVERITY: frozenset(Severity)},
    refusals={**REFUSALS, "waits": _l("It awaits approval: approve it or return it.")},
)
