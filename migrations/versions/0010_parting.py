"""The state that a merged complaint had, so that it is regained when the merge is undone

Revision: 0010_parting
Follows: 0009_taxonomy
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.access.wall import passage

revision = "0010_parting"
down_revision = "0009_taxonomy"
branch_labels = None
depends_on = None

# those that are merged already: the newest step of merging says it
FROM_THE_LOG = """
UPDATE complaints SET status_before_merge = COALESCE(
    (SELECT log.data ->> 'before' FROM event_log AS log
      WHERE log.subject_id = complaints.id AND log.kind = 'complaints.complaint.moved' AND log.data ->> 'verb' = 'merge'
      ORDER BY log.at DESC, log.id DESC LIMIT 1), '')
 WHERE status = 'duplicate'
"""


def upgrade() -> None:
    op.add_column(
        "complaints", sa.Column("status_before_merge", sa.String(length=20), nullable=False, server_default="")
    )
    with passage("a migration fills a column of every hospital's rows"):
        op.execute(FROM_THE_LOG)
    op.alter_column("complaints", "status_before_merge", server_default=None)


def downgrade() -> None:
    op.drop_column("complaints", "status_before_merge")
