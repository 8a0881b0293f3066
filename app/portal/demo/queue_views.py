"""The demo's saved views: what each hospital's administrator shares at the queues."""

from __future__ import annotations

from app.core.saved_views.events import SavedViewChanged
from app.core.saved_views.models import SavedView
from app.core.time import clock
from app.portal.demo.bulk import Sheets
from app.portal.demo.log import Log
from app.portal.demo.organization import Group

SHARED = (
    ("complaints", "خطيرة ومتأخرة", {"tab": "overdue", "severity": "critical"}),
    ("complaints", "من وزارة الصحة", {"tab": "open", "channel": "moh"}),
    ("inquiries", "بلا مسؤول", {"tab": "unassigned"}),
    (
        "actions",
        "بانتظار الاعتماد",
        {"tab": "to_approve", "sort": "severity", "columns": "patient.department.severity.opened.owner"},
    ),
)


def share(sheets: Sheets, log: Log, group: Group) -> None:
    """Let each hospital's first administrator have shared them this morning."""
    now = clock.now()
    for hospital in group.hospitals:
        for position, (place, name, filters) in enumerate(SHARED):
            row = sheets.add(
                SavedView, now, hospital_id=hospital.id, owner_id=hospital.admins[0], place=place, name=name,
                filters=filters, is_shared=True, position=position,
            )  # fmt: skip
            for what in ("kept", "shared"):
                log.say(SavedViewChanged(row["id"], hospital.id, place, what), now, by=hospital.admins[0])
