"""What the health page shows of incoming e-mail."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.complaints.mail import queries
from app.core.health import Gauge, gauges
from app.core.time import clock


@gauges
def incoming_mail() -> list[Gauge]:
    """Give the lines of the reader's hospitals; the wall narrows them. One statement."""
    failing, failed, since = queries.failing_and_failed()
    minutes = int((clock.now() - since).total_seconds()) // 60 if since else 0
    return [
        Gauge(_l("Mailboxes that can not be read"), failing, failing == 0),
        Gauge(_l("Longest time that a mailbox could not be read, minutes"), minutes, failing == 0),
        Gauge(_l("Incoming e-mails that failed"), failed, failed == 0),
    ]
