"""Queues can be put in other orders, each by one index, and people choose which columns they show

Revision: 0015_columns
Follows: 0014_sturdiness
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.core.db.install import grant_rights

revision = "0015_columns"
down_revision = "0014_sturdiness"
branch_labels = None
depends_on = None

TABLE = "chosen_columns"
DUE = sa.text("COALESCE(due_at, '9000-01-01 00:00:00+00'::timestamptz)")
RANK = sa.text("strpos('critical high medium low', severity)")
OPEN = sa.text("closed_at IS NULL")
INDEXES = (  # name, table, parts, which rows
    ("ix_complaints_open_received", "complaints", ["received_at", "id"], OPEN),
    ("ix_complaints_open_severity", "complaints", [RANK, DUE, "id"], OPEN),
    ("ix_complaints_severity", "complaints", [RANK, DUE, "id"], None),
    ("ix_inquiries_queue", "inquiries", [DUE, "id"], OPEN),
    ("ix_inquiries_open_received", "inquiries", ["received_at", "id"], OPEN),
    ("ix_inquiries_received_at", "inquiries", ["received_at", "id"], None),
    ("ix_px_actions_queue", "px_actions", [DUE, "id"], OPEN),
    ("ix_px_actions_open_created", "px_actions", ["created_at", "id"], OPEN),
    ("ix_px_actions_open_severity", "px_actions", [RANK, DUE, "id"], OPEN),
    ("ix_px_actions_due", "px_actions", [DUE, "id"], None),
    ("ix_px_actions_created_at", "px_actions", ["created_at", "id"], None),
    ("ix_px_actions_severity", "px_actions", [RANK, DUE, "id"], None),
)


def upgrade() -> None:
    for name, table, parts, where in INDEXES:
        op.create_index(name, table, parts, postgresql_where=where)
    op.create_table(
        TABLE,
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(20), nullable=False),
        sa.Column("codes", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "place", name=op.f(f"pk_{TABLE}")),
    )
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table(TABLE)
    for name, table, _parts, _where in reversed(INDEXES):
        op.drop_index(name, table)
