"""The demo's bells: who was told of which case, as the handlers tell; what is older than two days has been read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.time import clock
from app.notifications.models import Notification
from app.portal.demo.bulk import Sheets
from app.portal.demo.organization import Group

KEPT = timedelta(days=45)
READ_AFTER = timedelta(days=2)


def plural(of: str) -> str:
    """Give the name of a sort of case as addresses and kinds of bells have it."""
    return f"{of.removesuffix('y')}ies" if of.endswith("y") else f"{of}s"


class Bells:
    """Rings for people; knows who stands on each rung of a department's ladder."""

    def __init__(self, sheets: Sheets, group: Group) -> None:
        """Know the people of the group."""
        self.sheets, self.now = sheets, clock.now()
        self.rungs: dict[tuple[UUID, str], list[UUID]] = {}
        for hospital in group.hospitals:
            for code, department_id in hospital.departments.items():
                self.rungs[department_id, "department_manager"] = [hospital.managers[code]]
                self.rungs[department_id, "hospital_admin"] = hospital.admins
                self.rungs[department_id, "px_admin"] = [group.px_admin]

    def ring(
        self,
        case: dict[str, Any],
        kind: str,
        people: Iterable[UUID],
        at: datetime,
        event_id: UUID,
        *,
        is_urgent: bool = False,
        percent: str = "",
        of: str = "action",
    ) -> None:
        """Tell each of these people of a case."""
        if at < self.now - KEPT:
            return
        is_read = at < self.now - READ_AFTER or self.sheets.rng.random() < 0.3
        for user_id in dict.fromkeys(people):
            self.sheets.add(
                Notification, at, hospital_id=case["hospital_id"], user_id=user_id, kind=kind,
                params={"reference": case["reference"], "percent": percent}, url=f"/{plural(of)}/{case['id']}",
                about_type=of, about_id=case["id"], once=f"{event_id}:{kind}", is_urgent=is_urgent,
                read_at=at + timedelta(minutes=20) if is_read and at + timedelta(minutes=20) < self.now else None,
            )  # fmt: skip
