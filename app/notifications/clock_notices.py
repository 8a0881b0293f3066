"""What clocks have to say reaches people by the bell."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.access.actor import system_actor
from app.core.events import Entry, on
from app.core.sla import notices
from app.core.sla.events import ClockExtensionMoved
from app.core.sla.kinds import KINDS
from app.notifications.services import bell

bell.kind(
    notices.SUMMARY,
    _l(
        "Deadlines that you were not told of at their time. Reminders: %(reminded)s, overdue: %(breached)s, "
        "escalated to you: %(escalated)s"
    ),
)
notices.send_with(bell.notify)

bell.kind("clocks/asked", _l("More time is asked for: %(reference)s"))
bell.kind("clocks/granted", _l("More time was granted: %(reference)s"))
bell.kind("clocks/refused", _l("More time was refused: %(reference)s"))


@on(ClockExtensionMoved)
def tell_of_more_time(entry: Entry) -> None:
    """Tell who decides that more time is asked for, and who asked what was decided."""
    kind, what = KINDS.get(entry.data["clock"]), entry.data["what"]
    if kind is None or entry.hospital_id is None or what == "withdrawn":
        return
    asked_by = entry.uuid("asked_by_id")
    told = list(kind.deciders(entry.subject_id)) if what == "asked" and kind.deciders else [asked_by]
    people = [each for each in told if each is not None and each != entry.actor_id]
    case = kind.names([entry.subject_id]).get(entry.subject_id)
    if people and case is not None:
        bell.notify(
            people,
            f"clocks/{what}",
            about=(entry.subject_type, entry.subject_id),
            url=f"/clocks/{entry.data['clock_id']}#more-time",
            params={"reference": case.reference},
            once=f"{entry.id}:clocks/{what}",
            hospital_id=entry.hospital_id,
            actor=system_actor("a clock tells of more time", entry.hospital_id),
        )
