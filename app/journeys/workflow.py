"""What may follow what, for a visit and for its stages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.workflow import Step, Workflow
from app.journeys.enums import JourneyStatus, StageStatus
from app.journeys.models import Journey, Stage
from app.journeys.policy import Perm

J, S = JourneyStatus, StageStatus

JOURNEY = Workflow(
    "journey",
    JourneyStatus,
    [
        Step("complete", [J.ACTIVE], J.COMPLETED, Perm.WORK, _l("End the visit"), icon="check"),
        Step("cancel", [J.ACTIVE], J.CANCELLED, Perm.WORK, _l("Cancel the visit"), icon="x", tone="danger"),
        Step("reopen", [J.COMPLETED, J.CANCELLED], J.ACTIVE, Perm.WORK, _l("Take the end back"), icon="rotate"),
    ],
)

STAGE = Workflow(
    "stage",
    StageStatus,
    [
        Step("enter", [S.PENDING, S.SKIPPED], S.IN_PROGRESS, Perm.WORK, _l("Begin")),
        Step("complete", [S.PENDING, S.IN_PROGRESS, S.SKIPPED, S.CANCELLED], S.COMPLETED, Perm.WORK, _l("Complete")),
        Step("skip", [S.PENDING, S.IN_PROGRESS], S.SKIPPED, Perm.WORK, _l("Mark as missing")),
        Step("cancel", [S.PENDING, S.IN_PROGRESS, S.SKIPPED], S.CANCELLED, Perm.WORK, _l("Cancel")),
        Step("restore", [S.SKIPPED, S.CANCELLED], S.PENDING, Perm.WORK, _l("May still come")),
        Step("take_back", [S.COMPLETED], S.PENDING, Perm.WORK, _l("Take the completion back")),
        Step("leave", [S.IN_PROGRESS], S.PENDING, Perm.WORK, _l("Not yet")),
    ],
)

JOURNEY.protect(Journey)
STAGE.protect(Stage)
