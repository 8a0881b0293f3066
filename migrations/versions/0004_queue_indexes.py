"""The queue's order by one index, and the newest complaints of every hospital by another

Revision: 0004_queue_indexes
Follows: 0004_links
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_queue_indexes"
down_revision = "0004_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_complaints_queue",
        "complaints",
        [sa.text("COALESCE(due_at, '9000-01-01 00:00:00+00'::timestamptz)"), "id"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("ix_complaints_assignee_id", "complaints")
    op.create_index(
        "ix_complaints_assignee_id",
        "complaints",
        ["assignee_id"],
        postgresql_include=["hospital_id", "status", "due_at"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_complaints_received_at", "complaints", ["received_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_complaints_assignee_id", "complaints")
    op.create_index(
        "ix_complaints_assignee_id", "complaints", ["assignee_id"], postgresql_where=sa.text("closed_at IS NULL")
    )
    op.drop_index("ix_complaints_received_at", "complaints")
    op.drop_index("ix_complaints_queue", "complaints")
