"""More time for a deadline, granted by a second person

Revision: 0008_more_time
Follows: 0008_texts
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db.install import grant_rights

revision = "0008_more_time"
down_revision = "0008_texts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sla_clocks", sa.Column("extra_seconds", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("sla_clocks", "extra_seconds", server_default=None)
    op.create_table(
        "sla_extensions",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["sla_clocks.id"], name="fk_sla_extensions_clock_id"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_sla_extensions_hospital_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sla_extensions"),
    )
    op.create_index("ix_sla_extensions_hospital_id", "sla_extensions", ["hospital_id"])
    op.create_index("ix_sla_extensions_clock_id", "sla_extensions", ["clock_id", "created_at"])
    op.create_index(
        "uq_sla_extensions_open", "sla_extensions", ["clock_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table("sla_extensions")
    op.drop_column("sla_clocks", "extra_seconds")
