"""The life of a complaint and of a request to explain (product.md section 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from app.complaints.enums import ComplaintStatus as S
from app.complaints.enums import ExplanationStatus as E
from app.complaints.models import Complaint, Explanation
from app.complaints.policy import Perm
from app.core.access.actor import Actor
from app.core.bulk.steps import soon_after_the_end
from app.core.time import clock
from app.core.workflow import Step, Workflow

PART_WITHIN = timedelta(days=30)
_ENDABLE = [S.NEW, S.ACTIVATED, S.IN_PROGRESS, S.WAITING_PATIENT, S.PARTIALLY_RESOLVED]


def _in_time_to_reopen(complaint: Complaint, _actor: Actor) -> Any:
    late = complaint.reopens_until is not None and clock.now() > complaint.reopens_until
    return _l("It ended more than 30 days ago. Enter a new complaint.") if late else None


def _in_time_to_part(complaint: Complaint, _actor: Actor) -> Any:
    late = complaint.closed_at is not None and clock.now() - complaint.closed_at > PART_WITHIN
    return _l("It was merged more than 30 days ago.") if late else None


def _points_are_judged(complaint: Complaint, _actor: Actor) -> Any:
    unjudged = any(not point.finding for point in complaint.points)
    return _l("Give each point its finding first.") if unjudged else None


COMPLAINT = Workflow(
    "complaint",
    S,
    [
        Step(
            "activate",
            [S.NEW],
            S.ACTIVATED,
            Perm.WORK,
            _l("Activate"),
            fields=("way", "statement"),
            stamps=("activated_at",),
            icon="player-play",
            tone="primary",
        ),
        Step("start", [S.ACTIVATED], S.IN_PROGRESS, Perm.WORK, _l("Start work"), icon="arrow-right", tone="primary"),
        Step(
            "wait",
            [S.IN_PROGRESS],
            S.WAITING_PATIENT,
            Perm.WORK,
            _l("Wait for the patient"),
            fields=("wait_reason", "until", "reason"),
            icon="hourglass",
        ),
        Step("resume", [S.WAITING_PATIENT], S.IN_PROGRESS, Perm.WORK, _l("Go on"), icon="arrow-right", tone="primary"),
        Step(
            "resolve_partly",
            [S.IN_PROGRESS],
            S.PARTIALLY_RESOLVED,
            Perm.WORK,
            _l("Partially resolved"),
            fields=("reason",),
            icon="progress-check",
        ),
        Step("go_on", [S.PARTIALLY_RESOLVED], S.IN_PROGRESS, Perm.WORK, _l("Go on"), icon="arrow-right"),
        Step(
            "resolve",
            [S.IN_PROGRESS, S.PARTIALLY_RESOLVED],
            S.RESOLVED,
            Perm.WORK,
            _l("Resolve"),
            fields=("category", "resolution"),
            guard=_points_are_judged,
            stamps=("resolved_at",),
            icon="check",
            tone="primary",
        ),
        Step("close", [S.RESOLVED], S.CLOSED, Perm.WORK, _l("Close"), stamps=("closed_at",), icon="lock"),
        Step(
            "unclose",
            [S.CLOSED],
            S.RESOLVED,
            Perm.WORK,
            _l("Take the closing back"),
            guard=soon_after_the_end(_l("A closing can be taken back for three minutes only. Reopen the complaint.")),
            icon="arrow-back-up",
        ),
        Step("close_silent", [S.RESOLVED], S.CLOSED, None, _l("Close"), stamps=("closed_at",)),
        Step(
            "reopen",
            [S.RESOLVED, S.CLOSED],
            S.IN_PROGRESS,
            Perm.WORK,
            _l("Reopen"),
            fields=("reason",),
            guard=_in_time_to_reopen,
            icon="arrow-back-up",
        ),
        Step(
            "cancel",
            _ENDABLE,
            S.CANCELLED,
            Perm.WORK,
            _l("Cancel"),
            fields=("cancel_reason", "reason"),
            stamps=("closed_at",),
            icon="x",
            tone="danger",
        ),
        Step(
            "merge",
            _ENDABLE,
            S.DUPLICATE,
            Perm.WORK,
            _l("Merge into another"),
            fields=("other",),
            stamps=("closed_at",),
            keeps="status_before_merge",
            icon="arrow-merge",
        ),
        Step(
            "part",
            [S.DUPLICATE],
            S.IN_PROGRESS,
            Perm.WORK,
            _l("Undo the merge"),
            guard=_in_time_to_part,
            regains="status_before_merge",
            icon="arrow-back-up",
        ),
    ],
)
COMPLAINT.protect(Complaint)

EXPLANATION = Workflow(
    "explanation",
    E,
    [
        Step(
            "answer",
            [E.REQUESTED],
            E.ANSWERED,
            Perm.ANSWER,
            _l("Send the answer"),
            fields=("answer",),
            stamps=("answered_at",),
            icon="send",
            tone="primary",
        ),
        Step(
            "accept",
            [E.ANSWERED],
            E.ACCEPTED,
            Perm.ASK,
            _l("Accept"),
            stamps=("closed_at",),
            icon="check",
            tone="primary",
        ),
        Step("return", [E.ANSWERED], E.REQUESTED, Perm.ASK, _l("Return"), fields=("reason",), icon="arrow-back-up"),
        Step(
            "cancel",
            [E.REQUESTED, E.ANSWERED],
            E.CANCELLED,
            Perm.ASK,
            _l("Take back"),
            stamps=("closed_at",),
            icon="x",
            tone="danger",
        ),
    ],
)
EXPLANATION.protect(Explanation)
