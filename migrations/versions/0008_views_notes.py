"""The search finds words of notes and of points: both folded, with an index of trigrams each

Revision: 0008_views_notes
Follows: 0008_views
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_views_notes"
down_revision = "0008_views"
branch_labels = None
depends_on = None

FOLDED = {"complaint_notes": "px_fold(body)", "complaint_points": "px_fold(summary || ' ' || answer)"}


def upgrade() -> None:
    for table, folded in FOLDED.items():
        column = sa.Column("folded", sa.Text(collation="C"), sa.Computed(folded, persisted=True), nullable=False)
        op.add_column(table, column)
        op.create_index(
            f"ix_{table}_folded",
            table,
            ["folded"],
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
        )


def downgrade() -> None:
    for table in FOLDED:
        op.drop_index(f"ix_{table}_folded", table)
        op.drop_column(table, "folded")
