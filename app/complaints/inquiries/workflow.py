"""The life of an inquiry (product.md section 5). What can be answered on the spot need not be started first."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.complaints.inquiries.enums import InquiryStatus as S
from app.complaints.inquiries.models import Inquiry
from app.complaints.policy import Perm
from app.core.bulk.steps import just_ended
from app.core.workflow import Step, Workflow

RESPOND, CONVERT = "respond", "convert"
UNCLOSE, UNCANCEL = "unclose", "uncancel"
OF_THEIR_OWN = frozenset({RESPOND, CONVERT})  # verbs with a command and an address of their own

INQUIRY = Workflow(
    "inquiry",
    S,
    [
        Step("start", [S.OPEN], S.IN_PROGRESS, Perm.INQUIRY_WORK, _l("Start work"), icon="arrow-right", tone="primary"),
        Step(
            RESPOND,
            [S.OPEN, S.IN_PROGRESS],
            S.ANSWERED,
            Perm.INQUIRY_WORK,
            _l("Answer"),
            fields=("way", "answer"),
            stamps=("answered_at",),
            icon="send",
            tone="primary",
        ),
        Step("close", [S.ANSWERED], S.CLOSED, Perm.INQUIRY_WORK, _l("Close"), stamps=("closed_at",), icon="lock"),
        Step(
            UNCLOSE,
            [S.CLOSED],
            S.ANSWERED,
            Perm.INQUIRY_WORK,
            _l("Take the closing back"),
            guard=just_ended,
            icon="arrow-back-up",
        ),
        Step("close_silent", [S.ANSWERED], S.CLOSED, None, _l("Close"), stamps=("closed_at",)),
        Step(
            "reopen",
            [S.ANSWERED, S.CLOSED],
            S.IN_PROGRESS,
            Perm.INQUIRY_WORK,
            _l("Reopen"),
            fields=("reason",),
            icon="arrow-back-up",
        ),
        Step(
            CONVERT,
            [S.OPEN, S.IN_PROGRESS, S.ANSWERED],
            S.CONVERTED,
            Perm.INQUIRY_CONVERT,
            _l("Make it a complaint"),
            fields=("severity",),
            stamps=("closed_at",),
            icon="speakerphone",
        ),
        Step(
            "cancel",
            [S.OPEN, S.IN_PROGRESS],
            S.CANCELLED,
            Perm.INQUIRY_WORK,
            _l("Cancel"),
            fields=("cancel_reason", "reason"),
            stamps=("closed_at",),
            keeps="status_before_cancel",
            icon="x",
            tone="danger",
        ),
        Step(
            UNCANCEL,
            [S.CANCELLED],
            S.OPEN,
            Perm.INQUIRY_WORK,
            _l("Take the cancellation back"),
            guard=just_ended,
            regains="status_before_cancel",
            icon="arrow-back-up",
        ),
    ],
)
INQUIRY.protect(Inquiry)


def is_plain_verb(verb: str) -> bool:
    """Tell whether people may take a step of this name by the common command."""
    return verb not in OF_THEIR_OWN and any(step.verb == verb and step.needs for step in INQUIRY.steps)
