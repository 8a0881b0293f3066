"""Saved views: filters of queues under a name, and with which of them a person's queue opens

Revision: 0008_views
Follows: 0008_webhooks
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.db.install import grant_rights

revision = "0008_views"
down_revision = "0008_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("hospital_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("filters", postgresql.JSONB(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_saved_views_hospital_id"),
    )
    op.create_index("ix_saved_views_hospital_id", "saved_views", ["hospital_id"])
    op.create_index(
        "uq_saved_views_name",
        "saved_views",
        ["owner_id", "place", "name", "hospital_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "ix_saved_views_shared", "saved_views", ["hospital_id", "place"], postgresql_where=sa.text("is_shared")
    )
    op.create_table(
        "start_views",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("view_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "place", name="pk_start_views"),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_views.id"], name="fk_start_views_view_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_start_views_view_id", "start_views", ["view_id"])
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table("start_views")
    op.drop_table("saved_views")
