"""Facts for the KPIs: kind of visit, first closing and reopening, first escalation, and the call after a survey

Revision: 0007_kpis
Follows: 0006_inquiries
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.access.wall import passage

revision = "0007_kpis"
down_revision = "0006_inquiries"
branch_labels = None
depends_on = None

# what the log already says of complaints that are here; their kind of visit and calls about surveys nobody recorded
FROM_THE_LOG = """
UPDATE complaints SET {column} = said.at
FROM (
    SELECT log.subject_id, min(log.at) AS at FROM event_log AS log
    WHERE log.subject_type = 'complaint' AND {said} GROUP BY log.subject_id
) AS said
WHERE said.subject_id = complaints.id
"""
SAID = {
    "first_closed_at": "log.kind = 'complaints.complaint.moved' AND log.data ->> 'verb' IN ('close', 'close_silent')",
    "first_reopened_at": "log.kind = 'complaints.complaint.moved' AND log.data ->> 'verb' = 'reopen'"
    " AND log.data ->> 'before' = 'closed'",
    "escalated_at": "log.kind = 'core.clock.escalated'",
}


def upgrade() -> None:
    op.add_column("complaints", sa.Column("visit_kind", sa.String(length=12), nullable=False, server_default=""))
    op.alter_column("complaints", "visit_kind", server_default=None)
    for column, said in SAID.items():
        op.add_column("complaints", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
        with passage("a migration fills a new column of every hospital from the log"):
            op.execute(FROM_THE_LOG.format(column=column, said=said))
    op.create_index("ix_complaints_first_closed_at", "complaints", ["hospital_id", "first_closed_at"])
    op.create_index("ix_complaints_first_resolved_at", "complaints", ["hospital_id", "first_resolved_at"])
    op.add_column("survey_instances", sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_survey_instances_arrived_at",
        "survey_instances",
        ["hospital_id", sa.text("coalesce(delivered_at, opened_at)")],
    )
    op.create_index("ix_sla_clocks_kind_due_at", "sla_clocks", ["kind", "due_at"])


def downgrade() -> None:
    op.drop_index("ix_sla_clocks_kind_due_at", "sla_clocks")
    op.drop_index("ix_survey_instances_arrived_at", "survey_instances")
    op.drop_column("survey_instances", "followed_up_at")
    op.drop_index("ix_complaints_first_resolved_at", "complaints")
    op.drop_index("ix_complaints_first_closed_at", "complaints")
    for column in ("escalated_at", "first_reopened_at", "first_closed_at", "visit_kind"):
        op.drop_column("complaints", column)
