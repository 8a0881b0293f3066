"""The life of one survey: the state only rises and may skip steps (product.md section 5)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.time import clock
from app.core.workflow import Step, Workflow
from app.surveys.enums import InstanceState as S
from app.surveys.enums import may_rise
from app.surveys.models import SurveyInstance
from app.surveys.policy import Perm


def _from(to: S) -> list[S]:
    return [state for state in S if may_rise(state, to)]


INSTANCE = Workflow(
    "survey",
    S,
    [
        Step("send", _from(S.SENT), S.SENT, None, stamps=("sent_at",)),
        Step("fail", _from(S.FAILED), S.FAILED, None),
        Step("deliver", _from(S.DELIVERED), S.DELIVERED, None, stamps=("delivered_at",)),
        Step("open", _from(S.OPENED), S.OPENED, None, stamps=("opened_at",)),
        Step("start", _from(S.IN_PROGRESS), S.IN_PROGRESS, None, stamps=("started_at",)),
        Step("complete", _from(S.COMPLETED), S.COMPLETED, None, stamps=("completed_at",)),
        Step("abandon", _from(S.ABANDONED), S.ABANDONED, None),
        Step("expire", _from(S.EXPIRED), S.EXPIRED, None),
        Step("skip", [S.PENDING], S.CANCELLED, None),
        Step(
            "cancel",
            _from(S.CANCELLED),
            S.CANCELLED,
            Perm.SEND,
            _l("Withdraw"),
            icon="x",
            tone="danger",
            stamps=("revoked_at",),
        ),
    ],
    field="state",
)
INSTANCE.protect(SurveyInstance)


LATE = {"send": "sent_at", "deliver": "delivered_at"}  # rates count these, so that a late receipt still leaves its time


def rise(instance: SurveyInstance, verb: str, *, actor: object) -> bool:
    """Apply a step if it raises the state, else leave it: receipts and sightings come in any order. Tells which."""
    if INSTANCE.step(verb, instance.state) is None:
        if verb in LATE and getattr(instance, LATE[verb]) is None:
            setattr(instance, LATE[verb], clock.now())
        return False
    INSTANCE.apply(instance, verb, actor=actor)  # type: ignore[arg-type]
    return True
