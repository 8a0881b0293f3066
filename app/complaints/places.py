"""The queue of complaints as a place whose filters can be kept: which there are, and the values that are valid."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, pgettext

from app.complaints.enums import ComplaintStatus
from app.complaints.policy import Perm
from app.complaints.sources.known import Labels
from app.core.i18n import named
from app.core.saved_views.columns import columns_filter
from app.core.saved_views.places import Filter, Place, QueueColumn, declare
from app.core.severity import Severity
from app.core.web.orders import LABELS
from app.organizations import queries as organizations


def tab_labels() -> dict[str, Any]:
    """Give the tabs of the queue with their words."""
    return {
        "mine": pgettext("complaints", "My"),
        "new": pgettext("queue", "New"),
        "unassigned": pgettext("complaints", "Unassigned"),
        "due_soon": pgettext("queue", "Due soon"),
        "overdue": pgettext("queue", "Overdue"),
        "open": pgettext("queue", "All open"),
        "all": pgettext("queue", "All"),
    }


COLUMNS = (
    QueueColumn("number", _l("Number"), is_fixed=True),
    QueueColumn("what", _l("What"), is_fixed=True),
    QueueColumn("patient", _l("Patient"), is_usual=False, is_under=True),
    QueueColumn("department", _l("Department"), is_usual=False, is_under=True),
    QueueColumn("channel", _l("How it came"), is_usual=False, is_under=True),
    QueueColumn("status", _l("Status")),
    QueueColumn("severity", _l("Severity"), orders=("severity",)),
    QueueColumn("received", _l("Received"), is_usual=False, orders=("newest", "oldest")),
    QueueColumn("deadline", _l("Deadline"), orders=("deadline",)),
    QueueColumn("owner", _l("Owner")),
)

PLACE = declare(
    Place(
        "complaints",
        _l("Complaints"),
        "complaints.queue",
        Perm.READ,
        {
            "tab": Filter(lazy_pgettext("queue", "Tab"), lambda _actor: tab_labels()),
            "severity": Filter(_l("Severity"), lambda _actor: {each.value: each.label for each in Severity}),
            "status": Filter(_l("Status"), lambda _actor: {each.value: each.label for each in ComplaintStatus}),
            "channel": Filter(_l("How it came"), lambda _actor: Labels("complaint")),
            "department": Filter(
                _l("Department"),
                lambda actor: {str(row.id): named(row) for row in organizations.options_departments(actor=actor)},
            ),
            "sort": Filter(_l("Order"), lambda _actor: LABELS),
            "columns": columns_filter(COLUMNS),
        },
        COLUMNS,
    )
)
