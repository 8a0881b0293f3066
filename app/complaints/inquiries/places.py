"""The queue of inquiries as a place whose filters can be kept: which there are, and the values that are valid."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, pgettext

from app.complaints.inquiries import queries
from app.complaints.inquiries.enums import InquiryStatus
from app.complaints.policy import Perm
from app.complaints.sources.known import Labels
from app.core.i18n import named
from app.core.saved_views.columns import columns_filter
from app.core.saved_views.places import Filter, Place, QueueColumn, declare
from app.core.web.orders import LABELS
from app.organizations import queries as organizations


def tab_labels() -> dict[str, Any]:
    """Give the tabs of the queue with their words."""
    return {
        "mine": pgettext("inquiries", "My"),
        "new": pgettext("inquiries", "New"),
        "unassigned": pgettext("inquiries", "Unassigned"),
        "due_soon": pgettext("queue", "Due soon"),
        "overdue": pgettext("queue", "Overdue"),
        "open": pgettext("queue", "All open"),
        "all": pgettext("queue", "All"),
    }


COLUMNS = (
    QueueColumn("number", _l("Number"), is_fixed=True),
    QueueColumn("what", _l("Question"), is_fixed=True),
    QueueColumn("patient", _l("Patient"), is_usual=False, is_under=True),
    QueueColumn("department", _l("Department"), is_usual=False, is_under=True),
    QueueColumn("channel", _l("How it came"), is_usual=False, is_under=True),
    QueueColumn("category", _l("Category")),
    QueueColumn("status", _l("Status")),
    QueueColumn("received", _l("Received"), is_usual=False, orders=("newest", "oldest")),
    QueueColumn("deadline", _l("Deadline"), orders=("deadline",)),
    QueueColumn("owner", _l("Owner")),
)

PLACE = declare(
    Place(
        "inquiries",
        _l("Inquiries"),
        "inquiries.queue",
        Perm.INQUIRY_READ,
        {
            "tab": Filter(lazy_pgettext("queue", "Tab"), lambda _actor: tab_labels()),
            "category": Filter(
                _l("Category"),
                lambda actor: {str(row.id): named(row) for row in queries.options_categories(actor=actor)},
            ),
            "status": Filter(_l("Status"), lambda _actor: {each.value: each.label for each in InquiryStatus}),
            "channel": Filter(_l("How it came"), lambda _actor: Labels("inquiry")),
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
