"""The queue of actions as a place whose filters can be kept: which there are, and the values that are valid."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, pgettext

from app.core.i18n import named
from app.core.saved_views.columns import columns_filter
from app.core.saved_views.places import Filter, Place, QueueColumn, declare
from app.core.web.orders import LABELS
from app.organizations import queries as organizations
from app.px_action_center.enums import ActionStatus, Severity
from app.px_action_center.policy import Perm


def tab_labels() -> dict[str, Any]:
    """Give the tabs of the queue with their words."""
    return {
        "mine": pgettext("queue", "My"),
        "unassigned": pgettext("queue", "Unassigned"),
        "due_soon": pgettext("queue", "Due soon"),
        "overdue": pgettext("queue", "Overdue"),
        "to_approve": pgettext("queue", "To approve"),
        "open": pgettext("queue", "All open"),
        "all": pgettext("queue", "All"),
    }


def statuses() -> dict[str, Any]:
    """Give the states that an action rests in, with their words."""
    return {each.value: each.label for each in ActionStatus if each is not ActionStatus.APPROVED}


COLUMNS = (
    QueueColumn("number", _l("Number"), is_fixed=True),
    QueueColumn("what", _l("What"), is_fixed=True),
    QueueColumn("patient", _l("Patient"), is_usual=False, is_under=True),
    QueueColumn("source", _l("Opened because"), is_usual=False, is_under=True),
    QueueColumn("department", _l("Department")),
    QueueColumn("status", _l("Status")),
    QueueColumn("severity", _l("Severity"), orders=("severity",)),
    QueueColumn("opened", _l("Opened"), is_usual=False, orders=("newest", "oldest")),
    QueueColumn("deadline", _l("Deadline"), orders=("deadline",)),
    QueueColumn("owner", _l("Owner")),
)

PLACE = declare(
    Place(
        "actions",
        _l("Actions"),
        "actions.queue",
        Perm.READ,
        {
            "tab": Filter(lazy_pgettext("queue", "Tab"), lambda _actor: tab_labels()),
            "severity": Filter(_l("Severity"), lambda _actor: {each.value: each.label for each in Severity}),
            "status": Filter(_l("Status"), lambda _actor: statuses()),
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
