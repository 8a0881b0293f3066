"""What clocks have to say reaches people by the bell."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.sla import notices
from app.notifications.services import bell

bell.kind(
    notices.SUMMARY,
    _l(
        "Deadlines that you were not told of at their time. Reminders: %(reminded)s, overdue: %(breached)s, "
        "escalated to you: %(escalated)s"
    ),
)
notices.send_with(bell.notify)
