"""Inquiries and actions keep in which state they were cancelled, so that it can be taken back

Revision: 0016_cancelled_from
Follows: 0015_columns
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_cancelled_from"
down_revision = "0015_columns"
branch_labels = None
depends_on = None

COLUMN = "status_before_cancel"
TABLES = ("inquiries", "px_actions")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column(COLUMN, sa.String(20), nullable=False, server_default=""))
        op.alter_column(table, COLUMN, server_default=None)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, COLUMN)
