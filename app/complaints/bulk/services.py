"""The same change to many complaints: hand over, judge anew, close; `app/core/bulk` says how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.complaints.enums import FINAL
from app.complaints.models import Complaint
from app.complaints.policy import Perm
from app.complaints.queue import list_chosen
from app.complaints.services import stepping, working
from app.complaints.workflow import COMPLAINT
from app.core.access.actor import Actor
from app.core.bulk.deeds import REFUSALS, SEVERITY, Bulk, Change, Deed, Wish, handing_over, judging, versions_of
from app.core.severity import Severity


def _ended(complaint: Complaint) -> str:
    return "ended" if complaint.status in FINAL else ""


def _unresolved(complaint: Complaint) -> str:
    return "" if COMPLAINT.step("close", complaint.status) else _ended(complaint) or "not_resolved"


def _judge(wishes: Mapping[UUID, Wish], actor: Actor) -> Mapping[UUID, Any]:
    return working.judge_many(wishes, actor=actor)


def _judge_back(wishes: Mapping[UUID, Wish], actor: Actor) -> Mapping[UUID, Any]:
    return working.judge_many(wishes, actor=actor, is_undo=True)


def _step(verb: str) -> Change:
    """Take a step of the workflow with all of them at once."""

    def take(wishes: Mapping[UUID, Wish], actor: Actor) -> Mapping[UUID, Any]:
        return stepping.move_many(versions_of(wishes), verb, actor=actor)

    return take


BULK = Bulk(
    place="complaints",
    needs=Perm.WORK,
    deeds={
        "assign": handing_over(_ended, working.hand_over),
        SEVERITY: judging(_ended, _judge, _judge_back),
        "close": Deed(_l("Close"), _unresolved, _step("close"), _step("unclose"), icon="lock"),
    },
    list_chosen=list_chosen,
    row_of=lambda line: line.complaint,
    codes={SEVERITY: frozenset(Severity)},
    refusals={**REFUSALS, "not_resolved": _l("It is not resolved.")},
)
