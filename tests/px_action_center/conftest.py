"""What tests of the action center share: a signal that says a survey went badly, and actions opened by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.access.actor import acting_as, system_actor
from app.core.events import Signal
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening
from tests.cast import Cast

SYSTEM = system_actor("a test of actions")
Open = Callable[..., PxAction]


def signal(cast: Cast, cause: str = "survey:1", **changed: Any) -> Signal:
    """A low score of the emergency department."""
    facts: dict[str, Any] = {
        "kind": "survey_low_score", "cause_key": cause, "severity": "medium", "value": 40.0,
        "hospital_id": cast.a.id, "department_id": cast.er.id, **changed,
    }  # fmt: skip
    return Signal(**facts)


def open_for(said: Signal) -> PxAction | None:
    """Let a signal open what the rules want."""
    with acting_as(SYSTEM):
        return opening.open_from_signal(said, source_id=uuid4(), actor=SYSTEM)


@pytest.fixture
def opened(reference_data: Cast) -> Open:
    """Give `opened(...)`: an action of hospital A, by hand of the PX office unless told otherwise."""

    def make(
        title: str = "ترتيب الانتظار", severity: str = "high", by: str = "px_coordinator", **where: UUID | None
    ) -> PxAction:
        actor = reference_data.actor(by)
        place = {"hospital_id": reference_data.a.id, "department_id": reference_data.er.id, **where}
        with acting_as(actor):
            return opening.open_by_hand(
                title=title, severity=severity, patient_id=None, actor=actor,
                hospital_id=place["hospital_id"] or reference_data.a.id, department_id=place["department_id"],
            )  # fmt: skip

    return make
